/**
 * Canaries and other self-tests: when the last one was sent, and when one last came back. Takes a database (inside a
 * transaction to write), gives values. Sends nothing.
 */
import type { MailboxTrouble } from '../mailbox/mailbox.ts';
import type { Database } from './database.ts';
import type { MessageOutcome } from './outbox.ts';

/** What the daemon notes of the canaries of one mailbox. */
export interface CanaryLog {
  /** Seconds between two, by the configuration; undefined: none are sent. */
  readonly everySeconds?: number;
  readonly triedAtSeconds?: number;
  /** The last that may have been sent: also one whose sending was cut short. */
  readonly sentAtSeconds?: number;
  /** Why the last try failed. */
  readonly fault?: MailboxTrouble;
}

/** With what came back, of a canary or of a `bounced selftest`. */
export interface Canary extends CanaryLog {
  readonly mailbox: string;
  /** When the last bounce of a self-test arrived, by the mailbox's own clock. */
  readonly provenAtSeconds?: number;
}

const KEEP = `INSERT INTO canaries (mailbox, every, tried_at, sent_at, fault) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (mailbox) DO UPDATE SET every = excluded.every, tried_at = excluded.tried_at,
  sent_at = excluded.sent_at, fault = excluded.fault`;
const PROVE = `INSERT INTO canaries (mailbox, proven_at) VALUES (?, ?)
  ON CONFLICT (mailbox) DO UPDATE SET proven_at = max(coalesce(proven_at, 0), excluded.proven_at)`;
const READ = 'SELECT mailbox, every, tried_at, sent_at, proven_at, fault FROM canaries ORDER BY mailbox';

interface CanaryRow {
  readonly mailbox: string;
  readonly every: number | null;
  readonly tried_at: number | null;
  readonly sent_at: number | null;
  readonly proven_at: number | null;
  readonly fault: string | null;
}

/** In place of what was kept, except what came back. */
export function keepCanary(database: Database, mailbox: string, log: CanaryLog): void {
  const { everySeconds = null, triedAtSeconds = null, sentAtSeconds = null, fault } = log;
  const faultText = fault === undefined ? null : JSON.stringify(fault);
  database.run(KEEP, mailbox, everySeconds, triedAtSeconds, sentAtSeconds, faultText);
}

/** A self-test among these has come back; a mail from a file does not tell when. */
export function noteSelfTests(
  database: Database,
  mailbox: string,
  outcomes: readonly Pick<MessageOutcome, 'selfTest' | 'receivedAtSeconds'>[],
  nowSeconds: number,
): void {
  for (const { selfTest, receivedAtSeconds } of outcomes) {
    if (selfTest !== true || receivedAtSeconds === undefined) continue;
    database.run(PROVE, mailbox, Math.min(receivedAtSeconds, nowSeconds));
  }
}

export function readCanaries(database: Database): Canary[] {
  return (database.all(READ) as CanaryRow[]).map(row => ({
    mailbox: row.mailbox,
    ...(row.every === null ? {} : { everySeconds: row.every }),
    ...(row.tried_at === null ? {} : { triedAtSeconds: row.tried_at }),
    ...(row.sent_at === null ? {} : { sentAtSeconds: row.sent_at }),
    ...(row.proven_at === null ? {} : { provenAtSeconds: row.proven_at }),
    ...(row.fault === null ? {} : { fault: JSON.parse(row.fault) as MailboxTrouble }),
  }));
}
