/**
 * What `check --online` asks of a mailbox: DNS, TLS, login, capabilities, the folders that must be seen, SMTP. Takes
 * a mailbox of the configuration, gives findings. Logs in and reads; changes nothing, sends nothing.
 */
import { isIP } from 'node:net';
import { openMailbox } from '../mailbox/mailbox.ts';
import type { MailboxInspection } from '../mailbox/mailbox.ts';
import { CANDIDATE_FIELDS, isCandidate, wantedParts } from '../report/words.ts';
import { systemClock } from '../runtime/clock.ts';
import type { MailboxConfig } from '../runtime/config.ts';
import { inWords } from '../runtime/config-schema.ts';
import { verifySmtp } from '../runtime/smtp.ts';
import { asFault, EXIT, Fault } from '../shared/fault.ts';
import { silentLog } from '../shared/silent-log.ts';
import { fail, note, ok, warn } from './finding.ts';
import type { Finding, Topic } from './finding.ts';

const ONLINE_LIMIT_MS = 120_000;
const SMTP_LIMIT_MS = 30_000;
/** What Gmail's setting "Folder size limits" offers. */
const FOLDER_LIMITS = [1_000, 2_000, 5_000, 10_000];

/** Faults before anybody could log in, other than of DNS and TLS. */
const UNREACHED = ['CONNECTION_REFUSED', 'CONNECTION_LOST', 'NO_GREETING', 'CLOSED_EARLY'];

type Mode = 'required' | 'off';
/** What of a mailbox's settings the words need. */
type Entered = Pick<MailboxConfig, 'name' | 'host' | 'port' | 'tls' | 'user' | 'pollMs'>;

/** Tries the mailbox, then its SMTP, whatever became of the first. */
export async function tryMailbox(
  mailbox: MailboxConfig,
  mode: Mode,
): Promise<{ findings: Finding[]; inspection?: MailboxInspection }> {
  const interest = { fields: CANDIDATE_FIELDS, isCandidate, wantedParts };
  const opened = openMailbox(mailbox, interest, { log: silentLog, clock: systemClock, random: Math.random });
  try {
    const inspection = await opened.inspect(AbortSignal.timeout(ONLINE_LIMIT_MS));
    return { inspection, findings: [...mailboxFindings(mailbox, inspection, mode), ...(await trySmtp(mailbox))] };
  } catch (error) {
    const fault = asFault(error);
    return { findings: [fail(stageOf(fault), fault), ...(await trySmtp(mailbox))] };
  } finally {
    await opened.close();
  }
}

/** What the server and its folders tell of a mailbox that could be entered. */
export function mailboxFindings(mailbox: Entered, inspection: MailboxInspection, mode: Mode): Finding[] {
  const { folder, sentFolder, folders, capabilities } = inspection;
  const isGmail = capabilities.includes('X-GM-EXT-1');
  const all = folders.find(({ specialUse }) => specialUse === '\\All');
  const junk = folders.find(({ specialUse }) => specialUse === '\\Junk');
  return [
    ...entered(mailbox),
    ...capabilityFindings(capabilities, mailbox.pollMs),
    ...(folder === undefined ? [] : [ok('folder', `reads ${folder}`)]),
    ...(all !== undefined && all.path === folder ? [note('folder', NOT_SPAM)] : []),
    ...(isGmail && all === undefined ? [warn('folder', NO_ALL_MAIL, showInImap('All Mail'))] : []),
    ...proofFindings(mailbox.name, sentFolder, mode),
    junk === undefined
      ? note('spam', `${NO_SPAM}; nothing to do: bounced does not read it`)
      : ok('spam', `Spam can be seen: ${junk.path}`),
    ...folders.flatMap(one => (isGmail && isRead(one.path, inspection) ? cutOff(one) : [])),
  ];
}

/** Which of the things that reaching and entering takes did not work. */
export function stageOf({ code }: Fault): Topic {
  if (code === 'HOST_UNKNOWN') return 'dns';
  if (code.startsWith('TLS')) return 'tls';
  if (code === 'FOLDER_MISSING') return 'folder';
  return UNREACHED.includes(code) ? 'connection' : 'login';
}

const NO_ALL_MAIL = 'All Mail is hidden from IMAP: a bounce that a filter moves out of the inbox is not seen';
const NO_SPAM = 'no Spam folder is shown over IMAP';
const NOT_SPAM = 'Spam and Trash are no part of All Mail: a bounce that lies there is not read';

function showInImap(label: string): string {
  return `in Gmail: Settings > Labels > ${label} > Show in IMAP; or a service account with the scope gmail.imap_admin`;
}

/** What must have worked, a line each, where the mailbox was entered. */
function entered({ host, port, tls, user }: Entered): Finding[] {
  return [
    ...(isIP(host) === 0 ? [ok('dns', `DNS: ${host} is known`)] : []),
    tls === 'none'
      ? note('tls', `TLS: none at ${host}:${port}, this very machine`)
      : ok('tls', `TLS: the certificate of ${host}:${port} is good`),
    ok('login', `logged in as ${user}; nothing changed`),
  ];
}

/** Without IDLE all works, later; without Gmail's extensions the standard ways are taken. */
function capabilityFindings(capabilities: readonly string[], pollMs: number): Finding[] {
  const idles = capabilities.includes('IDLE');
  const said = `capabilities: Gmail's extensions ${capabilities.includes('X-GM-EXT-1') ? 'yes' : 'no'}, IDLE ${idles ? 'yes' : 'no'}`;
  if (idles) return [ok('capabilities', said)];
  return [note('capabilities', `${said}: new mail is seen at the next look, every ${inWords(pollMs)} ("poll")`)];
}

/** A mailbox that can be entered, and in which nothing could ever be proven. */
function proofFindings(name: string, sentFolder: string | undefined, mode: Mode): Finding[] {
  if (sentFolder !== undefined) return [ok('sent', `proves by ${sentFolder}`)];
  if (mode === 'off')
    return [
      warn(
        'sent',
        'provenance is off: whoever can write to the mailbox can have addresses unsubscribed',
        'set [provenance] mode = "required"',
      ),
    ];
  const message = `mailbox "${name}": no Sent folder is shown, so nothing can be proven and everything would be held`;
  const hint = `${showInImap('Sent Mail')}; elsewhere name the folder with sent_folder`;
  return [fail('sent', new Fault(message, { code: 'NO_SENT_FOLDER', retry: 'never', exit: EXIT.config, hint }))];
}

function isRead(path: string, { folder, sentFolder }: MailboxInspection): boolean {
  return path === folder || path === sentFolder;
}

/** A folder that ends at one of Gmail's limits is most likely cut there. */
function cutOff({ path, messages }: MailboxInspection['folders'][number]): Finding[] {
  if (messages === undefined || !FOLDER_LIMITS.includes(messages)) return [];
  const text = `${path} shows exactly ${messages} mails: Gmail's folder size limit seems to hide the others`;
  const cure =
    'in Gmail: Settings > Forwarding and POP/IMAP > Folder size limits > Do not limit; or the scope gmail.imap_admin';
  return [warn('folderLimit', text, cure)];
}

/** Reading does not need it, so a failure here is a warning; a test mail does, and so does CleverTap. */
async function trySmtp(mailbox: MailboxConfig): Promise<Finding[]> {
  if (mailbox.smtp === undefined) return [note('smtp', 'SMTP is not tried: smtp_host is not set')];
  const { host, port } = mailbox.smtp;
  try {
    await verifySmtp(mailbox, AbortSignal.timeout(SMTP_LIMIT_MS));
    return [ok('smtp', `SMTP login at ${host}:${port}; nothing sent`)];
  } catch (error) {
    const { message, hint = 'look at smtp_host' } = asFault(error);
    return [warn('smtp', `SMTP, by which CleverTap, tests and canaries send (reading does without): ${message}`, hint)];
  }
}
