/**
 * What a running daemon tells of itself, and the overview that is made of it, of the cursors and of the verdicts.
 * Takes an open database, gives values. Reading changes nothing, and works without a daemon.
 */
import type { MailboxTrouble } from '../mailbox/mailbox.ts';
import type { Cursor } from '../shared/cursor.ts';
import type { Database } from './database.ts';
import type { LifeLock } from './life-lock.ts';
import { toCursor } from './rows.ts';
import type { LeaseRow } from './rows.ts';

/** What the daemon knows of itself. */
export interface DaemonStanding {
  readonly pid: number;
  readonly version: string;
  readonly startedAtSeconds: number;
  /** When the configuration in force was read. */
  readonly configuredAtSeconds: number;
}

/** What came from one mailbox, as IMAP says it: before compression, without TLS. */
export interface ReceivedStanding {
  /** On the day (UTC) of `atSeconds`. */
  readonly todayBytes: number;
  readonly atSeconds: number;
  /** The budget of a day, and what could come at once at that time; below 0 where new mail took more. */
  readonly dailyBytes?: number;
  readonly leftBytes?: number;
  /** Catching up waits until then, on purpose. */
  readonly waitsUntilSeconds?: number;
}

/** How far it is with a backlog. */
export interface CatchUpStanding {
  readonly sinceSeconds: number;
  /** Looked at, of how many that are known. */
  readonly mails: number;
  readonly of: number;
  readonly bounces: number;
  readonly bytes: number;
  /** An estimate, the budget considered. */
  readonly secondsLeft?: number;
  readonly waitsUntilSeconds?: number;
}

/** What the daemon knows of one mailbox. */
export interface MailboxStanding {
  readonly connected: boolean;
  readonly folder?: string;
  /** When it last looked for new mail. */
  readonly lastScanSeconds?: number;
  /** When the newest mail it has recorded had arrived, by the mailbox's own clock. */
  readonly lastMailSeconds?: number;
  /** More mail is known to wait in the mailbox. */
  readonly behind: boolean;
  /** While a backlog is read. */
  readonly catchingUp?: CatchUpStanding;
  readonly received?: ReceivedStanding;
  /** The last trouble with it, and the cure. */
  readonly fault?: MailboxTrouble;
}

export interface MailboxView {
  readonly mailbox: string;
  /** Undefined until a daemon has told something. */
  readonly standing?: MailboxStanding;
  readonly keptAtSeconds?: number;
  readonly cursors: readonly Cursor[];
}

/** How often a verdict was given for this reason. */
export interface VerdictCount {
  readonly mailbox: string;
  readonly verdict: string;
  readonly reason: string;
  readonly count: number;
}

export interface Overview {
  /** The daemon that told last; undefined when none has. */
  readonly daemon?: DaemonStanding;
  readonly daemonKeptAtSeconds?: number;
  /** A daemon runs on this outbox now; then its process, as it calls itself. */
  readonly runningPid?: string;
  readonly mailboxes: readonly MailboxView[];
  readonly verdicts: readonly VerdictCount[];
  /** Mails recorded in that time, bounces or not. */
  readonly mails: number;
  /** Those of them that could not be fetched or read. */
  readonly unreadable: number;
}

const KEEP = `INSERT INTO standings (subject, whole, kept_at) VALUES (?, ?, ?)
  ON CONFLICT (subject) DO UPDATE SET whole = excluded.whole, kept_at = excluded.kept_at`;
const READ = 'SELECT subject, whole, kept_at FROM standings';
const FORGET = 'DELETE FROM standings WHERE subject = ?';
const CURSORS = 'SELECT mailbox, folder, uid_validity, last_uid FROM cursors ORDER BY mailbox, folder';
const VERDICTS = `SELECT mailbox, verdict, reason, count(*) AS count FROM messages
  JOIN verdicts ON verdicts.message = messages.id WHERE recorded_at >= ?
  GROUP BY mailbox, verdict, reason ORDER BY count DESC, reason`;
const MAILS = `SELECT count(*) AS mails, count(*) FILTER (WHERE kind = 'unreadable') AS unreadable FROM messages
  WHERE recorded_at >= ?`;
const LEASE = 'SELECT holder, fence, expires_at FROM lease';

const DAEMON = 'daemon';
const MAILBOX = 'mailbox ';

interface StandingRow {
  readonly subject: string;
  readonly whole: string;
  readonly kept_at: number;
}

/** Inside a transaction. */
export function writeStandings(
  database: Database,
  daemon: DaemonStanding,
  mailboxes: Readonly<Record<string, MailboxStanding>>,
  nowSeconds: number,
): void {
  const standings = new Map<string, object>([[DAEMON, daemon]]);
  for (const [name, state] of Object.entries(mailboxes)) standings.set(`${MAILBOX}${name}`, state);
  for (const { subject } of database.all(READ) as StandingRow[]) {
    if (!standings.has(subject)) database.run(FORGET, subject);
  }
  for (const [subject, state] of standings) database.run(KEEP, subject, JSON.stringify(state), nowSeconds);
}

/** @param lock the daemon's sign of life; undefined for an outbox that nobody else can see */
export function readOverview(
  database: Database,
  lock: LifeLock | undefined,
  sinceSeconds: number,
  nowSeconds: number,
): Overview {
  const rows = new Map((database.all(READ) as StandingRow[]).map(row => [row.subject, row]));
  const daemon = rows.get(DAEMON);
  const pid = runningPid(database.one(LEASE) as LeaseRow, lock, nowSeconds);
  return {
    ...(daemon === undefined ? {} : { daemon: JSON.parse(daemon.whole) as DaemonStanding }),
    ...(daemon === undefined ? {} : { daemonKeptAtSeconds: daemon.kept_at }),
    ...(pid === undefined ? {} : { runningPid: pid }),
    mailboxes: views(database, rows),
    verdicts: database.all(VERDICTS, sinceSeconds) as VerdictCount[],
    ...(database.one(MAILS, sinceSeconds) as { mails: number; unreadable: number }),
  };
}

/** Who holds the lease, if he lives: a daemon that was killed leaves it behind until it runs out. */
function runningPid({ holder, expires_at: until }: LeaseRow, lock: LifeLock | undefined, now: number) {
  if (holder === null) return undefined;
  const lives = lock === undefined ? until > now : lock.isTaken();
  return lives ? (holder.split(' ')[0] ?? holder) : undefined;
}

function views(database: Database, rows: ReadonlyMap<string, StandingRow>): MailboxView[] {
  const cursors = (database.all(CURSORS) as { mailbox: string; folder: string }[]).map(row =>
    toCursor(row.mailbox, row.folder, row),
  );
  const told = [...rows.keys()].filter(key => key.startsWith(MAILBOX)).map(key => key.slice(MAILBOX.length));
  const names = [...new Set([...told, ...cursors.map(({ mailbox }) => mailbox)])].sort();
  return names.map(mailbox => {
    const row = rows.get(`${MAILBOX}${mailbox}`);
    return {
      mailbox,
      ...(row === undefined ? {} : { standing: JSON.parse(row.whole) as MailboxStanding, keptAtSeconds: row.kept_at }),
      cursors: cursors.filter(cursor => cursor.mailbox === mailbox),
    };
  });
}
