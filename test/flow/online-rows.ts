/**
 * What can be wrong on a first evening, and what `check --online` must say of it. Values only.
 */
import { ALL_MAIL, INBOX, SENT, SPAM } from '../servers/evening.ts';
import type { Wrong } from '../servers/evening.ts';
import { freePort } from '../servers/free-port.ts';
import { EXPIRED_CERTIFICATE, OTHER_NAME_CERTIFICATE } from '../servers/tls.ts';

export interface Row {
  readonly what: string;
  readonly wrong: Wrong;
  readonly topic: string;
  readonly level: 'note' | 'warn' | 'fail';
  readonly says: RegExp;
  readonly cure: RegExp;
  readonly exit: number;
}

const DEAD_PORT = await freePort();

const folder = (wrong: Wrong['folders']): Pick<Row, 'wrong'> => ({ wrong: { folders: wrong ?? [] } });
const without = (path: string): Pick<Row, 'wrong'> =>
  folder([INBOX, ALL_MAIL, SENT, SPAM].filter(one => one.path !== path));
const instead = (key: string, value: string): Pick<Row, 'wrong'> => ({
  wrong: { edit: text => text.replace(new RegExp(`^${key} = .*$`, 'm'), `${key} = ${value}`) },
});
const note = { level: 'note', exit: 0 } as const;
const warn = { level: 'warn', exit: 0 } as const;
const unreachable = { level: 'fail', exit: 69 } as const;
const refused = { level: 'fail', exit: 77 } as const;
const configuration = { level: 'fail', exit: 78 } as const;

function limit(messages: number): Row {
  const mail = { source: Buffer.from('Subject: x\r\n\r\nx\r\n') };
  return {
    what: `a folder that ends at ${messages} mails`,
    ...folder([INBOX, { ...ALL_MAIL, mails: Array.from({ length: messages }, () => mail) }, SENT, SPAM]),
    ...{ topic: 'folderLimit', ...warn },
    says: new RegExp(`All Mail shows exactly ${messages} mails`),
    cure: /Folder size limits > Do not limit/,
  };
}

const TROUBLES_OF_TLS = [
  {
    ...{ what: 'an expired certificate', topic: 'tls', ...unreachable },
    says: /localhost:\d+.*certificate has expired/,
    cure: /clock.*renew/,
  },
  {
    ...{ what: 'a certificate for another name', topic: 'tls', ...unreachable },
    says: /localhost:\d+.*certificate is for another name/,
    cure: /name the host as the certificate does/,
  },
  {
    ...{ what: 'an authority that nobody trusts', topic: 'tls', ...unreachable },
    says: /localhost:\d+.*authority that this machine does not trust/,
    cure: /"ca_file"/,
  },
] as const;
const [EXPIRED, OTHER_NAME, UNTRUSTED] = TROUBLES_OF_TLS;

export const MAILBOX: readonly Row[] = [
  {
    ...{ what: 'a wrong password', topic: 'login', ...refused, wrong: { password: 'wrong-password' } },
    says: /localhost:\d+, user news@shop\.example: .*user or password is wrong/,
    cure: /apppasswords/,
  },
  {
    ...{ what: 'IMAP switched off', topic: 'login', ...refused },
    wrong: { script: { loginAnswer: 'NO [ALERT] Your account is not enabled for IMAP use. (Failure)' } },
    says: /IMAP is switched off/,
    cure: /Enable IMAP/,
  },
  {
    ...{ what: 'no Sent folder', topic: 'sent', ...configuration, ...without(SENT.path) },
    says: /no Sent folder is shown/,
    cure: /Labels > Sent Mail > Show in IMAP/,
  },
  {
    ...{ what: 'All Mail hidden', topic: 'folder', ...warn, ...without(ALL_MAIL.path) },
    says: /All Mail is hidden from IMAP/,
    cure: /Labels > All Mail > Show in IMAP/,
  },
  {
    ...{ what: 'Spam hidden', topic: 'spam', ...note, ...without(SPAM.path) },
    says: /no Spam folder is shown over IMAP/,
    cure: /nothing to do/,
  },
  ...[1_000, 2_000].map(limit),
  {
    ...{ what: 'a folder that is not there', topic: 'folder', ...configuration },
    wrong: { edit: text => text.replace('user =', 'folder = "Bounces"\nuser =') },
    says: /there is no folder "Bounces"/,
    cure: /name one of "INBOX".*"\[Gmail\]\/All Mail"/,
  },
  {
    ...{ what: 'an unknown host', topic: 'dns', ...unreachable, ...instead('host', '"imap.nowhere.invalid"') },
    says: /imap\.nowhere\.invalid:\d+.*host name is not known/,
    cure: /DNS of this machine/,
  },
  {
    ...{ what: 'nobody at the port', topic: 'connection', ...unreachable, ...instead('port', String(DEAD_PORT)) },
    says: /localhost:\d+.*connection was refused/,
    cure: /host and port/,
  },
  { ...EXPIRED, wrong: { imapCertificate: EXPIRED_CERTIFICATE } },
  { ...OTHER_NAME, wrong: { imapCertificate: OTHER_NAME_CERTIFICATE } },
  { ...UNTRUSTED, wrong: { edit: text => text.replace('ca_file = "ca.pem"\n', 'smtp_tls = "implicit"\n') } },
  {
    ...{ what: 'a port without TLS', topic: 'tls', ...unreachable, wrong: { imapTls: false } },
    says: /does not begin with TLS on this port/,
    cure: /"starttls" with 143/,
  },
  {
    ...{ what: 'SMTP refuses the login', topic: 'smtp', ...warn },
    wrong: { smtp: { AUTH: '535 5.7.8 Username and Password not accepted.' } },
    says: /CleverTap.*localhost:\d+.*SMTP login was refused/,
    cure: /user and password/,
  },
  {
    ...{ what: 'SMTP wants an app password', topic: 'smtp', ...warn },
    wrong: { smtp: { AUTH: '534 5.7.9 Application-specific password required.' } },
    says: /app password is required/,
    cure: /apppasswords/,
  },
  {
    ...{ what: 'nobody at the port of SMTP', topic: 'smtp', ...warn, ...instead('smtp_port', String(DEAD_PORT)) },
    says: /localhost:\d+.*connection was refused/,
    cure: /smtp_host, smtp_port/,
  },
  {
    ...{ what: 'SMTP that is not known', topic: 'smtp', ...note },
    wrong: { edit: text => text.replace(/^smtp_.*\n/gm, '') },
    says: /SMTP is not tried/,
    cure: /smtp_host/,
  },
];

export const CALLBACK: readonly Row[] = [
  {
    ...{ what: 'a URL cut off after the host', topic: 'url', ...warn },
    wrong: { callbackUrl: url => new URL(url).origin },
    says: /ends after the host/,
    cure: /Settings > Channels > Email > Provider/,
  },
  {
    ...{ what: 'a URL with a fragment', topic: 'url', ...warn, wrong: { callbackUrl: url => `${url}#part` } },
    says: /holds a "#"/,
    cure: /Settings > Channels > Email > Provider/,
  },
  {
    ...{ what: 'an unknown host', topic: 'dns', ...unreachable },
    wrong: { callbackUrl: () => 'https://callback.nowhere.invalid/callback-f3a91c' },
    says: /callback\.nowhere\.invalid.*not known/,
    cure: /DNS of this machine/,
  },
  {
    ...{ what: 'nobody at the port', topic: 'connection', ...unreachable },
    wrong: { callbackUrl: () => `https://localhost:${DEAD_PORT}/callback-f3a91c` },
    says: /localhost:\d+.*connection was refused/,
    cure: /firewall.*in its URL/,
  },
  { ...EXPIRED, wrong: { callbackCertificate: EXPIRED_CERTIFICATE } },
  { ...OTHER_NAME, wrong: { callbackCertificate: OTHER_NAME_CERTIFICATE } },
  { ...UNTRUSTED, wrong: { edit: text => text.replace('ca_file = "callback-ca.pem"\n', '') } },
  {
    ...{
      what: 'a clock that is an hour fast',
      topic: 'clock',
      ...configuration,
      wrong: { callbackAheadMs: -3_600_000 },
    },
    says: /clock is (?:60|59) minutes fast/,
    cure: /timedatectl set-ntp true/,
  },
  {
    ...{
      what: 'a clock that is an hour slow',
      topic: 'clock',
      ...configuration,
      wrong: { callbackAheadMs: 3_600_000 },
    },
    says: /clock is (?:60|59) minutes slow/,
    cure: /timedatectl set-ntp true/,
  },
  {
    ...{ what: 'a clock that is two minutes off', topic: 'clock', ...warn, wrong: { callbackAheadMs: -120_000 } },
    says: /clock is 1[12]\d seconds fast|clock is 2 minutes fast/,
    cure: /timedatectl set-ntp true/,
  },
];
