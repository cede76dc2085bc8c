/**
 * What an operator does to events. Takes a database inside a transaction; each act changes an event only in a state in
 * which neither a request nor another act has it in hand, and leaves a record of who, when and why.
 */
import type { Proof } from '../provenance/provenance.ts';
import type { Database } from './database.ts';
import { subjectKey } from './listing.ts';
import type { Act, Acted, EventState, Operator, Subject } from './operator.ts';
import { releaseHeld } from './queue.ts';
import type { EventRow } from './rows.ts';

/** In which states an act fits. Never `claimed`: its request may be under way. */
const FITS: Readonly<Record<Act, readonly EventState[]>> = {
  retry: ['waiting', 'stopped', 'dead'],
  drop: ['waiting', 'stopped', 'dead'],
  release: ['held'],
  discard: ['held'],
};

const FIND = 'SELECT id, mailbox, callback, address, verdict, ts, state FROM events WHERE id = ?';
const RETRY = `UPDATE events SET state = 'waiting', next_at = ?2, asked_at = ?2, settled_at = NULL,
  queued_at = coalesce(queued_at, ?2) WHERE id = ?1`;
const DROP = "UPDATE events SET state = 'dropped', next_at = NULL, settled_at = ?2 WHERE id = ?1";
const ASKED = "UPDATE events SET asked_at = ?2 WHERE id = ?1 AND state = 'waiting'";
const NOTE = 'INSERT INTO acts (at, who, act, subject, because) VALUES (?, ?, ?, ?, ?)';

interface Row extends EventRow {
  readonly state: EventState;
}

/** Does it where it fits, and notes it. */
export function actOn(database: Database, act: Act, id: string, by: Operator, nowSeconds: number): Acted {
  const row = database.one(FIND, id) as Row | undefined;
  if (row === undefined) return { id, result: 'unknown' };
  if (!FITS[act].includes(row.state)) return { id, result: row.state };
  if (act === 'retry') database.run(RETRY, id, nowSeconds);
  else if (act === 'release') release(database, row, nowSeconds);
  else database.run(DROP, id, nowSeconds);
  note(database, { event: id }, act, by, nowSeconds);
  return { id, result: 'done' };
}

/** Keeps who did what, when and why. */
export function note(database: Database, subject: Subject, act: Act | 'reset', by: Operator, nowSeconds: number): void {
  database.run(NOTE, nowSeconds, by.who, act, subjectKey(subject), by.because ?? null);
}

/** As if it had been proven, and without the breaker: a person has looked. */
function release(database: Database, row: Row, nowSeconds: number): void {
  const { id, mailbox, callback, address, verdict, ts } = row;
  const proof: Proof = 'released';
  releaseHeld(database, { id, mailbox, callback, address, verdict, tsSeconds: ts, proof }, nowSeconds);
  database.run(ASKED, id, nowSeconds);
}
