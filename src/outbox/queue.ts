/**
 * The life of an event after it was recorded: held, waiting, delivered, dead; how it is claimed, claims.ts says. Takes
 * a database (inside a transaction where it writes). Never begins or ends one.
 */
import { addressKey } from '../shared/address.ts';
import type { Event } from '../provenance/provenance.ts';
import type { Backlog, Settlement } from './batch.ts';
import { FAR_SECONDS } from './claims.ts';
import type { Database } from './database.ts';
import type { HeldEvent } from './outbox.ts';
import { noteDelivered, notePost } from './posts.ts';
import { toBacklog, toHeld } from './rows.ts';

/** What a held event that is still not proven is left with. */
export interface StillHeld {
  readonly id: string;
  readonly missing: string;
  readonly nextAtSeconds: number | undefined;
}

// Few events are claimed at a time, and they lie together; each id would be sought in another page of its index.
const DELIVERED = `UPDATE events INDEXED BY states SET state = 'delivered', next_at = NULL, settled_at = ?2
  WHERE state = 'claimed' AND id IN (SELECT value FROM json_each(?1))`;
const NOTE = 'INSERT INTO noted (at, answer, ids) VALUES (?, ?, ?)';
const NOTED = 'SELECT at, answer, ids FROM noted ORDER BY id';
const FORGET_NOTED = 'DELETE FROM noted';
const BURIED = `UPDATE events SET state = 'dead', next_at = NULL, settled_at = ?2, last_answer = ?3
  WHERE id = ?1 AND state = 'claimed' RETURNING seq`;
const RETRY = `UPDATE events SET state = 'waiting', next_at = ?2, last_answer = ?3, attempts = attempts + ?4,
  ambiguous = ambiguous + ?5 WHERE id = ?1 AND state = 'claimed' RETURNING seq`;

const HELD_COLUMNS = 'id, mailbox, callback, address, verdict, ts, recorded_at, missing, original_ids, names';
const HELD_DUE = `SELECT ${HELD_COLUMNS} FROM events WHERE state = 'held' AND mailbox = ?1
  AND (next_at <= ?2 OR next_at > ?2 + ${FAR_SECONDS}) ORDER BY next_at, seq LIMIT ?3`;
const FIND_HELD = "SELECT seq, message FROM events WHERE id = ? AND state = 'held'";
// What is posted already, or about to be, for the same mail and address.
const FIND_TWIN = `SELECT seq, state, verdict FROM events WHERE message = ? AND address_key = ?
  AND state NOT IN ('held', 'duplicate')`;
const HARDEN = "UPDATE events SET verdict = 'hard' WHERE seq = ? AND state = 'waiting'";
const DUPLICATE = "UPDATE events SET state = 'duplicate', next_at = NULL, settled_at = ? WHERE seq = ?";
// ts stays what it was when the event was recorded.
const PROVEN = `UPDATE events SET state = 'waiting', address = ?, address_key = ?, verdict = ?, proof = ?,
  queued_at = ?, next_at = ? WHERE seq = ?`;
const STILL_HELD = "UPDATE events SET missing = ?, next_at = ? WHERE id = ? AND state = 'held'";

const COUNTS = 'SELECT state, count(*) AS count FROM events WHERE ?1 IS NULL OR callback = ?1 GROUP BY state';
const OLDEST = `SELECT min(ts) AS oldest, min(next_at) AS next FROM events
  WHERE state = 'waiting' AND (?1 IS NULL OR callback = ?1)`;

const WAITING_BETWEEN = `SELECT count(*) AS count FROM events
  WHERE state = 'waiting' AND callback > ?1 AND callback < ?2`;
/** Behind every name. */
const LAST_NAME = '\u{10ffff}';

/** Settles claimed events; those that are not claimed any more are left as they are. */
export function settleEvents(database: Database, settlements: readonly Settlement[], nowSeconds: number): void {
  settleDelivered(database, settlements, nowSeconds);
  for (const one of settlements) if (one.as !== 'delivered') settleEvent(database, one, nowSeconds);
}

/** Nearly always all of a batch with one answer: a few statements, however many events it has. */
function settleDelivered(database: Database, settlements: readonly Settlement[], nowSeconds: number): void {
  for (const [answer, ids] of byAnswer(settlements)) deliverAll(database, ids, answer, nowSeconds);
}

/** Events that were taken, by what was answered; their ids as JSON. */
function byAnswer(settlements: readonly Settlement[]): Map<string, string> {
  const lists = new Map<string, string[]>();
  for (const one of settlements) {
    if (one.as !== 'delivered') continue;
    const answer = one.because ?? 'taken';
    const ids = lists.get(answer);
    if (ids === undefined) lists.set(answer, [one.id]);
    else ids.push(one.id);
  }
  return new Map([...lists].map(([answer, ids]) => [answer, JSON.stringify(ids)]));
}

function deliverAll(database: Database, ids: string, answer: string, atSeconds: number): void {
  noteDelivered(database, ids, answer, atSeconds);
  database.run(DELIVERED, ids, atSeconds);
}

/** Notes a batch that was taken, in a row instead of hundreds: as lasting as a settlement, and sooner on the disk. */
export function noteTaken(database: Database, settlements: readonly Settlement[], nowSeconds: number): void {
  for (const [answer, ids] of byAnswer(settlements)) database.run(NOTE, nowSeconds, answer, ids);
}

/** Settles what was noted. It comes before whatever else is written, and before claims are given back after a crash. */
export function settleNoted(database: Database): void {
  const noted = database.all(NOTED) as { at: number; answer: string; ids: string }[];
  if (noted.length === 0) return;
  for (const { at, answer, ids } of noted) deliverAll(database, ids, answer, at);
  database.run(FORGET_NOTED);
}

type Undelivered = Exclude<Settlement, { readonly as: 'delivered' }>;

function settleEvent(database: Database, settlement: Undelivered, nowSeconds: number): void {
  const settled = settleAs(database, settlement, nowSeconds);
  if (settled === undefined) return;
  const failed = settlement.as === 'retry' && settlement.ambiguous ? 'unclear' : 'failed';
  const outcome = settlement.as === 'buried' ? 'refused' : failed;
  notePost(database, settled.seq, outcome, settlement.because, nowSeconds);
}

/** Undefined where the event was not claimed any more. */
function settleAs(database: Database, settlement: Undelivered, nowSeconds: number): { seq: number } | undefined {
  const { id } = settlement;
  switch (settlement.as) {
    case 'buried':
      return database.one(BURIED, id, nowSeconds, settlement.because) as { seq: number } | undefined;
    case 'retry': {
      const { nextAtSeconds, because, countsAsAttempt, ambiguous } = settlement;
      const facts = [nextAtSeconds, because, Number(countsAsAttempt), Number(ambiguous)];
      return database.one(RETRY, id, ...facts) as { seq: number } | undefined;
    }
  }
}

export function readHeldDue(database: Database, mailbox: string, nowSeconds: number, limit: number): HeldEvent[] {
  return database.all(HELD_DUE, mailbox, nowSeconds, limit).map(toHeld);
}

/** A held event becomes a waiting one; one that is not held any more is left as it is. */
export function releaseHeld(database: Database, event: Event, nowSeconds: number): void {
  const held = database.one(FIND_HELD, event.id) as { seq: number; message: number | null } | undefined;
  if (held === undefined) return;
  const { address, verdict, proof } = event;
  const twin = database.one(FIND_TWIN, held.message, addressKey(address)) as { seq: number } | undefined;
  if (twin === undefined) {
    database.run(PROVEN, address, addressKey(address), verdict, proof, nowSeconds, nowSeconds, held.seq);
    return;
  }
  // Two names in one report that turn out to be one address: one event, the hard one.
  if (verdict === 'hard') database.run(HARDEN, twin.seq);
  database.run(DUPLICATE, nowSeconds, held.seq);
}

export function keepHeld(database: Database, still: StillHeld): void {
  database.run(STILL_HELD, still.missing, still.nextAtSeconds ?? null, still.id);
}

export function readBacklog(database: Database, callback: string | undefined): Backlog {
  const which = callback ?? null;
  return toBacklog(database.all(COUNTS, which), database.one(OLDEST, which));
}

/** Waiting events of other callbacks than these: between their names in the index, where there are hardly any. */
export function countStrangers(database: Database, callbacks: readonly string[]): number {
  const names = [...new Set(callbacks)].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
  let strangers = 0;
  let before = '';
  for (const name of [...names, LAST_NAME]) {
    strangers += (database.one(WAITING_BETWEEN, before, name) as { count: number }).count;
    before = name;
  }
  return strangers;
}
