/**
 * The breaker in the database: stops hard events over the limit, until it is reset. Takes a database inside a
 * transaction. Which number is too many, breaker.ts says.
 */
import { BREAKER_WINDOW_SECONDS, isFlood } from './breaker.ts';
import type { Database } from './database.ts';
import type { Breaker } from './operator.ts';

const BREAKER = 'SELECT open_since, counted_after FROM breakers WHERE mailbox = ?';
const EVENT = "SELECT seq, mailbox, arrived_at FROM events WHERE id = ? AND state = 'waiting' AND verdict = 'hard'";
// Those that are stopped count no more than those that came before the last reset.
const ARRIVALS = `SELECT arrived_at AS at FROM events INDEXED BY hard_arrivals WHERE mailbox = ? AND verdict = 'hard'
  AND state NOT IN ('held', 'duplicate', 'dropped') AND arrived_at > ? AND arrived_at < ? AND seq > ?`;
const IN_WINDOW = `SELECT count(*) AS known FROM (${ARRIVALS} LIMIT ?)`;
const OPEN = `INSERT INTO breakers (mailbox, open_since, counted_after) VALUES (?, ?, 0)
  ON CONFLICT (mailbox) DO UPDATE SET open_since = excluded.open_since`;
const STOP = "UPDATE events SET state = 'stopped' WHERE seq = ?";
const RESET = 'UPDATE breakers SET open_since = NULL, counted_after = ? WHERE mailbox = ?';
const LAST_SEQ = 'SELECT coalesce(max(seq), 0) AS seq FROM events';
const RESUME = `UPDATE events SET state = 'waiting', next_at = max(next_at, ?) WHERE mailbox = ?
  AND state = 'stopped'`;
const BREAKERS = `SELECT mailbox, max(open_since) AS open_since, sum(stopped) AS stopped FROM (
    SELECT mailbox, open_since, 0 AS stopped FROM breakers
    UNION ALL SELECT mailbox, NULL, count(*) FROM events WHERE state = 'stopped' GROUP BY mailbox)
  GROUP BY mailbox ORDER BY mailbox`;

interface EventRow {
  readonly seq: number;
  readonly mailbox: string;
  readonly arrived_at: number;
}

/**
 * Whether any of these hard events, which are still to be recorded, may be one to stop; asked once for many.
 * @param times when their mails arrived, epoch seconds
 */
export function mayFlood(database: Database, mailbox: string, times: readonly number[], limit: number): boolean {
  if (times.length === 0) return false;
  const breaker = readBreaker(database, mailbox);
  if (breaker.openSince !== null) return true;
  const [from, to] = times.reduce(([least, most], at) => [Math.min(least, at), Math.max(most, at)], [Infinity, 0]);
  const window = [from - BREAKER_WINDOW_SECONDS, to + BREAKER_WINDOW_SECONDS];
  const most = limit - times.length + 1;
  if (most <= 0) return true;
  const { known } = database.one(IN_WINDOW, mailbox, ...window, breaker.countedAfter, most) as { known: number };
  return known >= most;
}

/** For each event that has just begun to wait: stops it where the breaker of its mailbox is, or has to be, open. */
export function stopIfFlood(database: Database, id: string, limit: number, nowSeconds: number): void {
  const event = database.one(EVENT, id) as EventRow | undefined;
  if (event === undefined) return;
  const { seq, mailbox, arrived_at: at } = event;
  const breaker = readBreaker(database, mailbox);
  if (breaker.openSince === null) {
    const [from, to] = [at - BREAKER_WINDOW_SECONDS, at + BREAKER_WINDOW_SECONDS];
    const arrivals = database.all(ARRIVALS, mailbox, from, to, breaker.countedAfter) as { at: number }[];
    const times = arrivals.map(row => row.at);
    if (!isFlood(times, limit)) return;
    database.run(OPEN, mailbox, nowSeconds);
  }
  database.run(STOP, seq);
}

/** A breaker that never opened counts all events. */
function readBreaker(database: Database, mailbox: string): { openSince: number | null; countedAfter: number } {
  const row = database.one(BREAKER, mailbox) as { open_since: number | null; counted_after: number } | undefined;
  return { openSince: row?.open_since ?? null, countedAfter: row?.counted_after ?? 0 };
}

/** Mailboxes whose breaker was ever open, or that have stopped events. */
export function readBreakers(database: Database): Breaker[] {
  const rows = database.all(BREAKERS) as { mailbox: string; open_since: number | null; stopped: number }[];
  return rows.map(({ mailbox, open_since, stopped }) => ({
    mailbox,
    stopped,
    ...(open_since === null ? {} : { openSinceSeconds: open_since }),
  }));
}

/** Closes this breaker and lets its events flow; what was counted so far counts no more. Gives how many flow. */
export function closeBreaker(database: Database, mailbox: string, nowSeconds: number): number {
  const { seq } = database.one(LAST_SEQ) as { seq: number };
  database.run(RESET, seq, mailbox);
  return database.run(RESUME, nowSeconds, mailbox);
}
