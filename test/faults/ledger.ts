/**
 * The outbox's books, read from its database while the daemon may be running. Takes a path, gives rows; writes nothing.
 */
import { DatabaseSync } from '@photostructure/sqlite';
import { existsSync } from 'node:fs';
import { identify } from '../../src/shared/identity.ts';
import { parseHeaderFields } from '../../src/shared/header-fields.ts';
import { NAMELESS } from './accounts.ts';
import type { BookedEvent } from './accounts.ts';

export interface Ledger {
  /** Digest of each recorded message, NAMELESS where it has none. */
  readonly outcomes: readonly string[];
  readonly events: readonly BookedEvent[];
}

/** Each message with its digest: the name that every server can give it. */
const OUTCOMES = `SELECT substr(name, 8) AS digest FROM message_names WHERE name LIKE 'digest:%'`;
const MESSAGES = 'SELECT count(*) AS count FROM messages';
const EVENTS = 'SELECT address, verdict, state, ts, ambiguous FROM events';
const TABLES = "SELECT count(*) AS count FROM sqlite_schema WHERE name = 'events'";

/** Empty while there is no database yet. */
export function readLedger(path: string): Ledger {
  if (!existsSync(path)) return { outcomes: [], events: [] };
  const database = new DatabaseSync(path, { timeout: 10_000 });
  try {
    const count = (sql: string): number => (database.prepare(sql).get() as { count: number }).count;
    if (count(TABLES) === 0) return { outcomes: [], events: [] };
    database.exec('BEGIN');
    const outcomes = (database.prepare(OUTCOMES).all() as { digest: string }[]).map(({ digest }) => digest);
    const messages = count(MESSAGES);
    const events = database.prepare(EVENTS).all() as unknown as BookedEvent[];
    database.exec('COMMIT');
    // A message without a digest of its own would hide among the others.
    const nameless = Array.from({ length: messages - outcomes.length }, () => NAMELESS);
    return { outcomes: [...outcomes, ...nameless], events };
  } finally {
    database.close();
  }
}

/** The digest by which the outbox knows this mail. */
export function digestOf(source: Buffer): string {
  const end = source.indexOf('\r\n\r\n');
  return identify(parseHeaderFields(source.subarray(0, end === -1 ? source.length : end + 2))).digest;
}
