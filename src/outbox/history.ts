/**
 * All verdicts that are recorded, page by page, to compare them with what would be decided today. Takes an open
 * database, of an older schema too; gives readonly objects. Changes nothing.
 */
import type { Verdict } from '../verdict/verdict.ts';
import type { Database } from './database.ts';
import { REREADING_STEP, schemaOf } from './schema/steps.ts';

/** One recorded verdict, and where its mail lies. */
export interface Decided {
  /** Its place in the history: what follows is asked for with it. */
  readonly at: { readonly message: number; readonly ordinal: number };
  readonly mailbox: string;
  readonly folder: string;
  readonly uid: number;
  readonly recordedAtSeconds: number;
  /** The version of the program that read the mail last; undefined where it did not say so yet. */
  readonly readBy?: string;
  readonly verdict: Verdict;
}

/** What can be asked of an outbox that an older version keeps, while it runs. */
export interface History {
  /** Up to `limit` verdicts in the order they were recorded, those after `after`. */
  decided(after: Decided['at'] | undefined, limit: number): Promise<readonly Decided[]>;
  close(): Promise<void>;
}

interface DecidedRow {
  readonly message: number;
  readonly ordinal: number;
  readonly mailbox: string;
  readonly folder: string;
  readonly uid: number;
  readonly recorded_at: number;
  readonly version: string | null;
  readonly whole: string;
}

export function readDecided(database: Database, after: Decided['at'] | undefined, limit: number): Decided[] {
  const version = schemaOf(database) < REREADING_STEP ? 'NULL AS version' : 'm.version';
  const sql = `SELECT v.message, v.ordinal, m.mailbox, m.folder, m.uid, m.recorded_at, ${version}, v.whole
    FROM verdicts AS v JOIN messages AS m ON m.id = v.message WHERE (v.message, v.ordinal) > (?, ?)
    ORDER BY v.message, v.ordinal LIMIT ?`;
  const rows = database.all(sql, after?.message ?? -1, after?.ordinal ?? -1, limit) as DecidedRow[];
  return rows.map(({ message, ordinal, mailbox, folder, uid, recorded_at, version: readBy, whole }) => ({
    at: { message, ordinal },
    ...{ mailbox, folder, uid, recordedAtSeconds: recorded_at },
    ...(readBy === null ? {} : { readBy }),
    verdict: JSON.parse(whole) as Verdict,
  }));
}
