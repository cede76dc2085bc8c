/**
 * All that a first evening can fail on, tried one after the other: this machine, each mailbox, each callback. Takes the
 * configuration, gives findings. Logs in and reads; changes nothing, posts nothing.
 */
import type { CallbackSettings } from '../callback/callback.ts';
import { openMailbox } from '../mailbox/mailbox.ts';
import type { MailboxInspection } from '../mailbox/mailbox.ts';
import { CANDIDATE_FIELDS, isCandidate, wantedParts } from '../report/report.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Config, Env, MailboxConfig } from '../runtime/config.ts';
import { skew } from '../runtime/oauth-fault.ts';
import { verifySmtp } from '../runtime/smtp.ts';
import { asFault, EXIT, Fault } from '../shared/fault.ts';
import { silentLog } from '../shared/silent-log.ts';
import { fail, note, ok, warn } from './finding.ts';
import type { Finding } from './finding.ts';
import { probeHost } from './probe-host.ts';
import { probeSandbox, probeStateDir } from './probe-machine.ts';

const ONLINE_LIMIT_MS = 120_000;
const SMTP_LIMIT_MS = 30_000;
const DAY_MS = 86_400_000;
/** What Gmail's setting "Folder size limits" offers. */
const FOLDER_LIMITS = [1_000, 2_000, 5_000, 10_000];
/** A clock that is off by less disturbs nobody; by more than the second, signed requests fail. */
const SKEW_WARN_MS = 60_000;
const SKEW_FAIL_MS = 5 * 60_000;

/** What was tried, and how it went. */
export interface Tried {
  /** `this machine`, `mailbox campaigns`, `callback clevertap`. */
  readonly about: string;
  readonly findings: readonly Finding[];
  /** Of a mailbox that could be entered. */
  readonly inspection?: MailboxInspection;
}

/** Tries everything; a failure does not hide what comes after it. */
export async function tryAll(config: Config, env: Env): Promise<Tried[]> {
  const machine = [
    ...(await probeStateDir(config.stateDir)),
    ...(await probeSandbox(env['SYSTEMD_EXEC_PID'], process.pid)),
  ];
  const tried: Tried[] = [{ about: 'this machine', findings: machine }];
  for (const mailbox of config.mailboxes) tried.push(await tryMailbox(mailbox, config.provenance.mode));
  for (const callback of config.callbacks) tried.push(await tryCallback(callback));
  return tried;
}

async function tryMailbox(mailbox: MailboxConfig, mode: 'required' | 'off'): Promise<Tried> {
  const about = `mailbox ${mailbox.name}`;
  const interest = { fields: CANDIDATE_FIELDS, isCandidate, wantedParts };
  const opened = openMailbox(mailbox, interest, { log: silentLog, clock: systemClock, random: Math.random });
  try {
    const inspection = await opened.inspect(AbortSignal.timeout(ONLINE_LIMIT_MS));
    const findings = [...mailboxFindings(mailbox.name, inspection, mode), ...(await trySmtp(mailbox))];
    return { about, inspection, findings };
  } catch (error) {
    return { about, findings: [fail(asFault(error)), ...(await trySmtp(mailbox))] };
  } finally {
    await opened.close();
  }
}

/** What the folders tell of a mailbox that could be entered. */
export function mailboxFindings(name: string, inspection: MailboxInspection, mode: 'required' | 'off'): Finding[] {
  const { folder, sentFolder, folders, capabilities } = inspection;
  const isGmail = capabilities.includes('X-GM-EXT-1');
  const all = folders.find(({ specialUse }) => specialUse === '\\All');
  const junk = folders.find(({ specialUse }) => specialUse === '\\Junk');
  return [
    ok(`logged in, nothing changed; Gmail's extensions: ${isGmail ? 'yes' : 'no'}`),
    ...(folder === undefined ? [] : [ok(`reads ${folder}`)]),
    ...(isGmail && all === undefined ? [warn(NO_ALL_MAIL, SHOW_IN_IMAP('All Mail'))] : []),
    ...(all !== undefined && all.path === folder ? [note(NOT_SPAM)] : []),
    ...(isGmail && junk === undefined ? [note('Spam is hidden from IMAP; bounced does not read it')] : []),
    ...proofFindings(name, sentFolder, mode),
    ...folders.flatMap(one => (isGmail && isRead(one.path, inspection) ? cutOff(one) : [])),
  ];
}

const NO_ALL_MAIL = 'All Mail is hidden from IMAP: a bounce that a filter moves out of the inbox is not seen';
const NOT_SPAM = 'Spam and Trash are no part of it: a bounce that lies there is not read';
const SHOW_IN_IMAP = (label: string): string =>
  `Gmail: Settings > Labels > ${label} > Show in IMAP; or a service account with the scope gmail.imap_admin`;

/** A mailbox that can be entered, and in which nothing could ever be proven. */
function proofFindings(name: string, sentFolder: string | undefined, mode: 'required' | 'off'): Finding[] {
  if (sentFolder !== undefined) return [ok(`proves by ${sentFolder}`)];
  if (mode === 'off')
    return [
      warn(
        'provenance is off: whoever can write to the mailbox can have addresses unsubscribed',
        'set [provenance] mode = "required"',
      ),
    ];
  const message = `mailbox "${name}": no Sent folder is shown, so nothing can be proven and everything would be held`;
  const hint = 'in Gmail: Settings > Labels > Sent Mail > Show in IMAP; elsewhere name the folder with sent_folder';
  return [fail(new Fault(message, { code: 'NO_SENT_FOLDER', retry: 'never', exit: EXIT.config, hint }))];
}

function isRead(path: string, { folder, sentFolder }: MailboxInspection): boolean {
  return path === folder || path === sentFolder;
}

/** A folder that ends at one of Gmail's limits is most likely cut there. */
function cutOff({ path, messages }: MailboxInspection['folders'][number]): Finding[] {
  if (messages === undefined || !FOLDER_LIMITS.includes(messages)) return [];
  const text = `${path} shows exactly ${messages} mails: Gmail's folder size limit seems to hide the others`;
  return [
    warn(text, 'Settings > Forwarding and POP/IMAP > Folder size limits > Do not limit; or the scope gmail.imap_admin'),
  ];
}

/** Reading does not need it, so a failure here is a warning; a test mail does. */
async function trySmtp(mailbox: MailboxConfig): Promise<Finding[]> {
  if (mailbox.smtp === undefined) return [note('SMTP is not tried: smtp_host is not set')];
  const { host, port } = mailbox.smtp;
  try {
    await verifySmtp(mailbox, AbortSignal.timeout(SMTP_LIMIT_MS));
    return [ok(`SMTP login at ${host}:${port}; nothing sent`)];
  } catch (error) {
    const { message, hint = 'look at smtp_host' } = asFault(error);
    return [warn(`SMTP, which tests and the canary need: ${message}`, hint)];
  }
}

async function tryCallback({ name, url, ca }: CallbackSettings): Promise<Tried> {
  const about = `callback ${name}`;
  const { origin, host, protocol } = new URL(url.reveal());
  const shape = urlFindings(url.reveal());
  try {
    const { certificateEndsMs, aheadMs } = await probeHost(origin, ca, () => systemClock.nowMs());
    const reached = ok(`${host} answers${protocol === 'https:' ? ' over TLS' : ''}; nothing posted`);
    const clock = aheadMs === undefined ? [] : clockFindings(aheadMs, host);
    return { about, findings: [...shape, reached, ...endingFindings(certificateEndsMs), ...clock] };
  } catch (error) {
    return { about, findings: [...shape, fail(asFault(error))] };
  }
}

/** Whether it looks like a whole one; not a character of it is shown. */
export function urlFindings(text: string): Finding[] {
  const { pathname, search, hash } = new URL(text);
  const cure = 'copy it whole from CleverTap: Settings > Channels > Email > Provider';
  if (pathname === '/' && search === '') return [warn('the URL ends after the host: a part of it is missing', cure)];
  if (hash !== '') return [warn('the URL holds a "#": what stands behind it is never sent', cure)];
  return [ok('the URL looks whole')];
}

/** @param aheadMs how far this machine is ahead of the host */
export function clockFindings(aheadMs: number, host: string): Finding[] {
  const off = Math.abs(aheadMs);
  const text = `this machine's clock is ${skew(aheadMs)} by the clock of ${host}`;
  const cure = 'set the clock: "timedatectl set-ntp true"';
  if (off < SKEW_WARN_MS) return [ok(`the clock agrees with that of ${host}`)];
  if (off < SKEW_FAIL_MS) return [warn(text, cure)];
  return [fail(new Fault(text, { code: 'CLOCK_SKEW', retry: 'never', exit: EXIT.config, hint: cure }))];
}

function endingFindings(endsMs: number | undefined): Finding[] {
  if (endsMs === undefined) return [];
  const days = Math.floor((endsMs - systemClock.nowMs()) / DAY_MS);
  return days >= 7 ? [] : [warn(`its certificate ends in ${days} days`, 'its operator must renew it')];
}
