/**
 * Events reserved for a request: for the one that begins now, or ahead for the next one, while another is under way.
 * Takes a database (inside a transaction where it writes). Of a batch claimed ahead there is a record until its request
 * begins, so that a crash leaves no doubt that it was not posted.
 */
import type { ClaimedEvent, Due } from './batch.ts';
import type { Database } from './database.ts';
import { noteCrash } from './posts.ts';
import { toClaimed, toDue } from './rows.ts';

/** No wait is as long, in seconds: a time beyond it was set while the clock was wrong, and is due. */
export const FAR_SECONDS = 86_400;

// A claim that has run out was posted, perhaps, by someone who could not tell any more: it is claimable again.
const IS_DUE = `(next_at <= ?2 OR (state = 'waiting' AND next_at > ?2 + ${FAR_SECONDS}))`;
const CLAIMABLE = `callback = ?1 AND state IN ('waiting', 'claimed') AND ${IS_DUE}`;
const CLAIM = `UPDATE events SET ambiguous = ambiguous + (state = 'claimed'), state = 'claimed', next_at = ?3
  WHERE seq IN (SELECT seq FROM events INDEXED BY queue WHERE ${CLAIMABLE} ORDER BY seq LIMIT ?4)
  RETURNING seq, id, mailbox, callback, address, verdict, ts, proof, attempts`;
const DUE = `SELECT count(*) FILTER (WHERE ${IS_DUE}) AS count, min(queued_at) FILTER (WHERE ${IS_DUE}) AS since,
  min(next_at) FILTER (WHERE NOT ${IS_DUE}) AS next,
  max(asked_at) FILTER (WHERE ${IS_DUE}) AS asked
  FROM events INDEXED BY queue WHERE callback = ?1 AND state IN ('waiting', 'claimed')`;
// Stops at the limit: a long backlog is not counted anew before each batch.
const FULL = `SELECT count(*) AS count FROM (SELECT 1 FROM events INDEXED BY queue WHERE ${CLAIMABLE}
  ORDER BY seq LIMIT ?3)`;
const FORGET_CLAIMS = `UPDATE events SET state = 'waiting', next_at = ?, ambiguous = ambiguous + 1
  WHERE state = 'claimed'`;
const ADD_AHEAD = 'INSERT INTO ahead (until, seqs) VALUES (?, ?) RETURNING id';
const BEGIN_AHEAD = 'DELETE FROM ahead WHERE id = ?';
// Events that were claimed anew since have another next_at.
const GIVE_BACK = (which: string): string => `UPDATE events SET state = 'waiting', next_at = ?2
  WHERE state = 'claimed' AND (seq, next_at) IN (SELECT value, until FROM ahead, json_each(seqs) WHERE ${which})`;
const FORGET_AHEAD = (which: string): string => `DELETE FROM ahead WHERE ${which}`;

/** Reserves due events, oldest first, until `untilSeconds`. */
export function claimEvents(
  database: Database,
  callback: string,
  limit: number,
  nowSeconds: number,
  untilSeconds: number,
): ClaimedEvent[] {
  return claimRows(database, callback, limit, nowSeconds, untilSeconds).map(toClaimed);
}

/** Reserves `limit` events for the request after the one under way, or none where fewer are due. */
export function claimAhead(
  database: Database,
  callback: string,
  limit: number,
  nowSeconds: number,
  untilSeconds: number,
): { readonly ahead: number; readonly events: ClaimedEvent[] } | undefined {
  const { count } = readDue(database, callback, nowSeconds, limit);
  if (count < limit) return undefined;
  const rows = claimRows(database, callback, limit, nowSeconds, untilSeconds);
  const seqs = JSON.stringify(rows.map(({ seq }) => seq));
  const { id } = database.one(ADD_AHEAD, untilSeconds, seqs) as { id: number };
  return { ahead: id, events: rows.map(toClaimed) };
}

/** Its request begins now; false where the claim has run out and was given back. */
export function beginAhead(database: Database, ahead: number): boolean {
  return database.run(BEGIN_AHEAD, ahead) > 0;
}

/** Its request is not made after all. */
export function giveBackAhead(database: Database, ahead: number, nowSeconds: number): void {
  giveBack(database, 'ahead.id = ?1', ahead, nowSeconds);
}

/** Gives every claim back, as after a crash. */
export function forgetClaims(database: Database, nowSeconds: number): void {
  giveBack(database, '?1 IS NULL', null, nowSeconds);
  noteCrash(database, nowSeconds);
  database.run(FORGET_CLAIMS, nowSeconds);
}

export function readDue(database: Database, callback: string, nowSeconds: number, enough?: number): Due {
  if (enough !== undefined) {
    const { count } = database.one(FULL, callback, nowSeconds, enough) as { count: number };
    if (count >= enough) return { count };
  }
  return toDue(database.one(DUE, callback, nowSeconds));
}

function claimRows(
  database: Database,
  callback: string,
  limit: number,
  nowSeconds: number,
  untilSeconds: number,
): { readonly seq: number }[] {
  // Never begun, so nothing of them is in doubt.
  giveBack(database, 'ahead.until <= ?1', nowSeconds, nowSeconds);
  const rows = database.all(CLAIM, callback, nowSeconds, untilSeconds, limit) as { seq: number }[];
  // RETURNING promises no order (https://sqlite.org/lang_returning.html 3).
  return rows.sort((one, other) => one.seq - other.seq);
}

/** Claims made ahead and not begun, those that `which` says: they wait again, as if nobody had claimed them. */
function giveBack(database: Database, which: string, word: number | null, nowSeconds: number): void {
  database.run(GIVE_BACK(which), word, nowSeconds);
  database.run(FORGET_AHEAD(which), word);
}
