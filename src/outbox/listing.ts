/**
 * What an operator sees: events by state and other marks, one with all that is known of it. Takes a database, gives
 * readonly objects. Changes nothing.
 */
import type { Proof } from '../provenance/provenance.ts';
import { addressKey } from '../shared/address.ts';
import type { Verdict } from '../verdict/verdict.ts';
import type { Database, Value } from './database.ts';
import { EVENT_STATES } from './operator.ts';
import type { Act, EventDetails, EventFilter, EventState, KeptEvent, PastAct, Subject } from './operator.ts';
import type { EventRow } from './rows.ts';

const COLUMNS = `seq, id, mailbox, callback, address, verdict, ts, proof, state, recorded_at, next_at, settled_at,
  attempts, ambiguous, last_answer, missing, original_ids`;
const ONE = `SELECT ${COLUMNS}, message FROM events WHERE id = ?`;
const MESSAGE = 'SELECT folder, uid, kind, because, reader FROM messages WHERE id = ?';
const VERDICTS = 'SELECT whole FROM verdicts WHERE message = ? ORDER BY ordinal';
const ACTS = 'SELECT at, who, act, because FROM acts WHERE subject = ? ORDER BY seq';

interface Row extends EventRow {
  readonly seq: number;
  readonly proof: Proof | null;
  readonly state: EventState;
  readonly recorded_at: number;
  readonly next_at: number | null;
  readonly settled_at: number | null;
  readonly attempts: number;
  readonly ambiguous: number;
  readonly last_answer: string | null;
  readonly missing: string | null;
  readonly original_ids: string | null;
}

interface MessageRow {
  readonly folder: string;
  readonly uid: number;
  readonly kind: string;
  readonly because: string;
  readonly reader: string | null;
}

export function listEvents(database: Database, filter: EventFilter): KeptEvent[] {
  const states = filter.states ?? EVENT_STATES.filter(state => state !== 'duplicate');
  const conditions: string[] = [`state IN (${states.map(() => '?').join(', ')})`];
  const values: Value[] = [...states];
  const add = (condition: string, ...more: Value[]): void => {
    conditions.push(condition);
    values.push(...more);
  };
  if (filter.mailbox !== undefined) add('mailbox = ?', filter.mailbox);
  if (filter.callback !== undefined) add('callback = ?', filter.callback);
  if (filter.address !== undefined) add('address_key = ?', addressKey(filter.address));
  // A range, so that the index on id serves.
  if (filter.idPrefix !== undefined) add('id >= ? AND id < ?', filter.idPrefix, `${filter.idPrefix}\u{10ffff}`);
  if (filter.afterSeq !== undefined) add('seq > ?', filter.afterSeq);
  const sql = `SELECT ${COLUMNS} FROM events WHERE ${conditions.join(' AND ')} ORDER BY seq LIMIT ?`;
  return database.all(sql, ...values, filter.limit).map(row => toKept(row as Row));
}

export function showEvent(database: Database, id: string): EventDetails | undefined {
  const row = database.one(ONE, id) as (Row & { readonly message: number | null }) | undefined;
  if (row === undefined) return undefined;
  const message = row.message === null ? undefined : readMessage(database, row.message);
  return { ...toKept(row), ...(message === undefined ? {} : { message }), acts: readActs(database, { event: id }) };
}

export function readActs(database: Database, subject: Subject): PastAct[] {
  const rows = database.all(ACTS, subjectKey(subject)) as {
    at: number;
    who: string;
    act: Act | 'reset';
    because: string | null;
  }[];
  return rows.map(({ at, who, act, because }) => ({
    atSeconds: at,
    who,
    act,
    ...(because === null ? {} : { because }),
  }));
}

/** The subject as the table of acts keeps it. */
export function subjectKey(subject: Subject): string {
  return 'event' in subject ? `event:${subject.event}` : `breaker:${subject.breaker}`;
}

function readMessage(database: Database, id: number): NonNullable<EventDetails['message']> {
  const { folder, uid, kind, because, reader } = database.one(MESSAGE, id) as MessageRow;
  const verdicts = (database.all(VERDICTS, id) as { whole: string }[]).map(({ whole }) => JSON.parse(whole) as Verdict);
  return { folder, uid, kind, because, verdicts, ...(reader === null ? {} : { reader }) };
}

function toKept(row: Row): KeptEvent {
  const { seq, id, mailbox, callback, address, verdict, ts, proof, state, recorded_at, attempts, ambiguous } = row;
  const { next_at, settled_at, last_answer, missing, original_ids } = row;
  return {
    ...{ seq, id, mailbox, callback, address, verdict, tsSeconds: ts, state, recordedAtSeconds: recorded_at },
    ...(proof === null ? {} : { proof }),
    ...(next_at === null ? {} : { nextAtSeconds: next_at }),
    ...(settled_at === null ? {} : { settledAtSeconds: settled_at }),
    ...{ attempts, ambiguous },
    ...(last_answer === null ? {} : { lastAnswer: last_answer }),
    // Once it is proven or settled, what was missing once is of no use.
    ...(missing === null || state !== 'held' ? {} : { missing }),
    originalMessageIds: JSON.parse(original_ids ?? '[]') as string[],
  };
}
