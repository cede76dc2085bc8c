/**
 * The account's SMTP: logging in, sending one mail, and what a refusal means. Takes a mailbox of the configuration,
 * gives the server's answer or a Fault with the cure. Sends nothing by itself.
 */
import { createTransport } from 'nodemailer';
import type { MailboxConfig } from './config.ts';
import type { SmtpSettings } from './config-sending.ts';
import { EXIT, Fault } from '../shared/fault.ts';
import type { ExitCode, Retry } from '../shared/fault.ts';
import { netFault } from '../shared/net-trouble.ts';
import type { NetTrouble } from '../shared/net-trouble.ts';
import { unlessAborted } from '../shared/unless-aborted.ts';

/** A mail to send; its bytes as they are, with their Message-ID. */
export interface Outgoing {
  readonly to: string;
  readonly source: string;
}

const CONNECT_LIMIT_MS = 20_000;

/** Logs in and out. Rejects with a Fault. */
export async function verifySmtp(mailbox: MailboxConfig, signal: AbortSignal): Promise<void> {
  await withTransport(mailbox, signal, transport => transport.verify());
}

/** Sends it from the account's own address; the server's last word. Rejects with a Fault. */
export async function sendMail(mailbox: MailboxConfig, { to, source }: Outgoing, signal: AbortSignal): Promise<string> {
  const envelope = { from: mailbox.user, to: [to] };
  return withTransport(mailbox, signal, async transport => {
    const sent = (await transport.sendMail({ envelope, raw: source })) as { readonly response: string };
    return sent.response;
  });
}

type Transport = ReturnType<typeof createTransport>;

async function withTransport<T>(
  mailbox: MailboxConfig,
  signal: AbortSignal,
  work: (transport: Transport) => Promise<T>,
): Promise<T> {
  const smtp = smtpOf(mailbox);
  const { user, ca } = mailbox;
  const transport = createTransport({
    host: smtp.host,
    port: smtp.port,
    secure: smtp.tls === 'implicit',
    requireTLS: smtp.tls === 'starttls',
    ignoreTLS: smtp.tls === 'none',
    auth: await authOf(mailbox, signal),
    connectionTimeout: CONNECT_LIMIT_MS,
    greetingTimeout: CONNECT_LIMIT_MS,
    socketTimeout: 2 * CONNECT_LIMIT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(ca === undefined ? {} : { tls: { ca } }),
  });
  try {
    return await unlessAborted(work(transport), signal, () => new Error('timeout'));
  } catch (error) {
    throw smtpFault(error, smtp, user);
  } finally {
    transport.close();
  }
}

type Auth = { user: string; pass: string } | { type: 'OAuth2'; user: string; accessToken: string };

async function authOf({ user, password, tokens }: MailboxConfig, signal: AbortSignal): Promise<Auth> {
  if (tokens === undefined) return { user, pass: password?.reveal() ?? '' };
  return { type: 'OAuth2', user, accessToken: (await tokens.current(signal)).reveal() };
}

/** @throws Fault exit 78 where the account's SMTP server is not known */
function smtpOf({ name, smtp }: MailboxConfig): SmtpSettings {
  if (smtp !== undefined) return smtp;
  throw new Fault(`mailbox "${name}": it is not known where this account sends`, {
    code: 'NO_SMTP',
    retry: 'never',
    exit: EXIT.config,
    hint: 'set smtp_host, and smtp_port and smtp_tls where they are not 465 and "implicit"',
  });
}

/** Sought in the server's answer, lower case. */
interface Row extends NetTrouble {
  readonly retry: Retry;
  readonly exit: ExitCode;
}

const refused = { retry: 'never', exit: EXIT.loginRefused } as const;
const later = { retry: 'later', exit: EXIT.unavailable } as const;

/** Google's answers, from its help page on SMTP error messages. */
const ROWS: readonly Row[] = [
  {
    sign: /application-specific password|5\.7\.9/,
    code: 'APP_PASSWORD_NEEDED',
    what: 'the login was refused: an app password is required',
    hint: 'make one at https://myaccount.google.com/apppasswords and put it into the password file',
    ...refused,
  },
  {
    sign: /5\.7\.14|log in (?:via|with) your web browser/,
    code: 'WEB_LOGIN_NEEDED',
    what: 'the login was refused: Google wants you to sign in in a browser first',
    hint: 'sign in to this account in a browser and confirm that it was you',
    ...refused,
  },
  {
    sign: /5\.4\.5|sending (?:limit|quota)|daily user/,
    code: 'SENDING_LIMIT',
    what: 'the account has reached its sending limit of the day',
    hint: 'wait a day; campaigns of this account do not go out either',
    ...later,
  },
  {
    sign: /^(?:421|45\d)|too many login attempts|temporary/,
    code: 'SMTP_BUSY',
    what: 'the server has a temporary problem',
    hint: 'try again in some minutes',
    ...later,
  },
];

/** What nodemailer threw, as a Fault. A Fault passes through. */
export function smtpFault(error: unknown, { host, port }: SmtpSettings, user: string): Fault {
  if (error instanceof Fault) return error;
  const { code, response, command } = (error ?? {}) as Readonly<Record<string, unknown>>;
  const where = `${host}:${port}, user ${user}`;
  if (typeof response !== 'string')
    return netFault(where, error, 'the keys of SMTP are smtp_host, smtp_port and smtp_tls');
  const said = response.replace(/\s+/g, ' ').slice(0, 200);
  const row = ROWS.find(({ sign }) => sign.test(response.toLowerCase())) ?? otherRefusal(code, command);
  return new Fault(`${where}: ${row.what} (${said})`, { ...row, cause: error });
}

function otherRefusal(code: unknown, command: unknown): Row {
  const sign = /(?:)/;
  if (code === 'EAUTH') {
    return {
      ...{ sign, code: 'LOGIN_REFUSED', what: 'the SMTP login was refused' },
      hint: 'user and password, or the token, are wrong; a token needs the scope https://mail.google.com/ to send',
      ...refused,
    };
  }
  const isAddress = typeof command === 'string' && command.startsWith('RCPT');
  return {
    ...{ sign, code: 'SMTP_REFUSED', what: `the server refuses ${isAddress ? 'that address' : 'the mail'}` },
    hint: "read the server's words; for Gmail they are explained at https://support.google.com/a/answer/3726730",
    ...{ retry: 'never', exit: EXIT.dataError },
  };
}
