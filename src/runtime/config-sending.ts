/**
 * How a mailbox's account sends, and the canary that it sends by itself. Takes the checked table of one [[mailbox]],
 * gives settings or mistakes. Sends nothing, reads no secret.
 */
import type { WrittenConfig } from './config-schema.ts';

/** How the account's mail is sent. */
export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  /** As of the mailbox. */
  readonly tls: 'implicit' | 'starttls' | 'none';
}

/** How often the daemon sends a mail that is to bounce. */
export interface CanarySettings {
  readonly everySeconds: number;
  /** To this address instead of one that nobody can have. */
  readonly to?: string;
}

type Written = WrittenConfig['mailbox'][number];

/** What is known of the account's sending. */
export function toSending(written: Written): { smtp?: SmtpSettings; canary?: CanarySettings } {
  const { smtp_port: port, smtp_tls: tls, canary, canary_to: to } = written;
  const host = smtpHost(written);
  return {
    ...(host === undefined ? {} : { smtp: { host, port, tls } }),
    ...(canary === undefined ? {} : { canary: { everySeconds: canary / 1_000, ...(to === undefined ? {} : { to }) } }),
  };
}

/** A canary has to be sent, and its bounce to be known by the mail in Sent: else it would be posted. */
export function canaryMistakes(where: string, written: Written, mode: 'required' | 'off'): string[] {
  const { canary, canary_to: to, service_account_scope: scope = '' } = written;
  if (canary === undefined) return to === undefined ? [] : [`${where}.canary: missing; canary_to needs it`];
  return [
    ...(smtpHost(written) === undefined ? [`${where}.smtp_host: missing; canary needs it`] : []),
    ...(scope.endsWith('imap_admin')
      ? [`${where}.service_account_scope: expected "https://mail.google.com/": this one cannot send a canary`]
      : []),
    ...(mode === 'off'
      ? [`${where}.canary: expected provenance.mode "required": without proof it would be posted`]
      : []),
  ];
}

/** Gmail's, where the mailbox is Gmail's; another server's name cannot be guessed. */
function smtpHost({ smtp_host: given, host }: Written): string | undefined {
  return given ?? (host === 'imap.gmail.com' ? 'smtp.gmail.com' : undefined);
}
