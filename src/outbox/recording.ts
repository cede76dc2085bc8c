/**
 * What one chunk leaves behind: messages by their identities, verdicts, events, held events, the cursor. Takes a
 * database inside a transaction. Never begins or ends one.
 */
import { addressKey } from '../shared/address.ts';
import type { Cursor } from '../shared/cursor.ts';
import type { MessageIdentity } from '../shared/identity.ts';
import type { Event, Held } from '../provenance/provenance.ts';
import type { Ruling } from '../verdict/verdict.ts';
import { noteSelfTests } from './canaries.ts';
import type { Database, Value } from './database.ts';
import type { ChunkRecord, MessageOutcome, Recorded } from './outbox.ts';
import { readMemory, rememberName } from './retention.ts';
import type { Memory } from './retention.ts';
import { ScatteredRows } from './scattered.ts';
import { mayFlood, stopIfFlood } from './stopping.ts';

/** How long a held event waits for its first new look-up, in seconds. */
const FIRST_LOOKUP_SECONDS = 3_600;

/** Mails whose names are looked up at once. */
const NAMED_AT_ONCE = 500;

const FIND_MESSAGES = `SELECT n.name, n.message FROM json_each(?2) AS asked
  CROSS JOIN message_names AS n ON n.mailbox = ?1 AND n.name = asked.value`;
const ADD_MESSAGE = `INSERT INTO messages (mailbox, folder, uid_validity, uid, kind, because, reader, puzzling, version,
  looked_at, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const ADD_VERDICT =
  'INSERT INTO verdicts (message, ordinal, recipient, verdict, reason, whole) VALUES (?, ?, ?, ?, ?, CAST(? AS TEXT))';
const ADD_EVENT = `INSERT INTO events (id, message, mailbox, callback, address, address_key, verdict, ts, proof, state,
  arrived_at, recorded_at, queued_at, next_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting', ?, ?, ?, ?) ON CONFLICT DO NOTHING`;
const ADD_HELD = `INSERT INTO events (id, message, mailbox, callback, address, address_key, verdict, ts, state,
  arrived_at, recorded_at, next_at, missing, original_ids, names)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'held', ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`;
const SET_CURSOR = `INSERT INTO cursors (mailbox, folder, uid_validity, last_uid, skipped) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (mailbox, folder) DO UPDATE SET uid_validity = excluded.uid_validity, last_uid = excluded.last_uid,
  skipped = skipped + excluded.skipped`;

/** The message that an event comes from. */
interface Origin {
  /** Its row; undefined where the message was known before. */
  readonly message: number | undefined;
  readonly arrivedAtSeconds: number;
}

/** What all that one transaction records has in common. */
export interface Occasion {
  readonly place: Cursor;
  readonly readBy: string | undefined;
  readonly memory: Memory;
  readonly nowSeconds: number;
}

/**
 * Stores what is new of the chunk, and its cursor; gives what was new.
 * @param hardPerHour the breaker's limit; undefined: no breaker
 */
export function recordChunk(
  database: Database,
  chunk: ChunkRecord,
  hardPerHour: number | undefined,
  nowSeconds: number,
): Recorded {
  const occasion = { place: chunk.cursor, readBy: chunk.readBy, memory: readMemory(database), nowSeconds };
  const newUids: number[] = [];
  const origins = new Map<string, Origin>();
  const messages = addMessages(database, occasion, chunk.outcomes);
  for (const [index, outcome] of chunk.outcomes.entries()) {
    const message = messages[index];
    if (message !== undefined) newUids.push(outcome.uid);
    for (const id of outcome.eventIds ?? []) {
      const arrivedAtSeconds = Math.min(outcome.receivedAtSeconds ?? nowSeconds, nowSeconds);
      // The same mail twice in one chunk: the first one's events stand.
      if (!origins.has(id)) origins.set(id, { message, arrivedAtSeconds });
    }
  }
  const times: number[] = [];
  for (const { id, verdict } of chunk.events) {
    if (verdict === 'hard') times.push(origins.get(id)?.arrivedAtSeconds ?? nowSeconds);
  }
  const limit = hardPerHour ?? Infinity;
  const isWatched = limit < Infinity && mayFlood(database, chunk.cursor.mailbox, times, limit);
  const newEventIds: string[] = [];
  for (const event of chunk.events) {
    if (!addEvent(database, event, origins.get(event.id), occasion)) continue;
    newEventIds.push(event.id);
    if (isWatched) stopIfFlood(database, event.id, limit, nowSeconds);
  }
  const newHeldIds: string[] = [];
  for (const held of chunk.held) {
    if (addHeld(database, held, origins.get(held.id), occasion)) newHeldIds.push(held.id);
  }
  noteSelfTests(database, chunk.cursor.mailbox, chunk.outcomes, nowSeconds);
  setCursor(database, chunk);
  return { newUids, newEventIds, newHeldIds };
}

/** Their new rows' ids, in their order; undefined for a message that is known, also from before in this list. */
function addMessages(
  database: Database,
  occasion: Occasion,
  outcomes: readonly MessageOutcome[],
): readonly (number | undefined)[] {
  const messages: (number | undefined)[] = [];
  for (let from = 0; from < outcomes.length; from += NAMED_AT_ONCE) {
    const some = outcomes.slice(from, from + NAMED_AT_ONCE);
    const { mailbox } = occasion.place;
    const known = findMessages(database, mailbox, some);
    const scattered = new ScatteredRows(database, mailbox);
    for (const outcome of some) messages.push(addMessage(database, occasion, outcome, known, scattered));
    scattered.write();
  }
  return messages;
}

/** The messages that have one of these names, by name. */
function findMessages(database: Database, mailbox: string, outcomes: readonly MessageOutcome[]): Map<string, number> {
  const names: string[] = [];
  for (const { identity } of outcomes) names.push(...namesOf(identity));
  // In their table's order: each page is read once.
  const rows = database.all(FIND_MESSAGES, mailbox, JSON.stringify(names.sort())) as {
    name: string;
    message: number;
  }[];
  return new Map(rows.map(({ name, message }) => [name, message]));
}

/**
 * The new row's id; undefined when the message is known by either identity, which then learns the other.
 * @param known the messages that have one of its names, by name; learns those of this one
 * @param scattered gets its names and mentions, which are to be written before anybody looks for them
 */
export function addMessage(
  database: Database,
  { place, readBy, memory, nowSeconds }: Occasion,
  outcome: MessageOutcome,
  known: Map<string, number>,
  scattered: ScatteredRows,
): number | undefined {
  const { mailbox, folder, uidValidity } = place;
  const names = namesOf(outcome.identity);
  const before = firstKnown(names, known);
  if (before === undefined && memory.knowsMessage(mailbox, names)) {
    for (const name of names) rememberName(database, mailbox, name);
    return undefined;
  }
  const { uid, kind, because, reader, puzzling = false } = outcome;
  const what: Value[] = [kind, because, reader ?? null, Number(puzzling), readBy ?? null, nowSeconds, nowSeconds];
  const message = before ?? database.insert(ADD_MESSAGE, mailbox, folder, uidValidity, uid, ...what);
  for (const name of names) {
    // A name that is taken stays with the message that had it first.
    if (known.has(name)) continue;
    scattered.name(name, message);
    known.set(name, message);
  }
  if (before !== undefined) return undefined;
  for (const [ordinal, verdict] of outcome.verdicts.entries()) addVerdict(database, message, ordinal, verdict);
  addMentions(scattered, message, outcome);
  return message;
}

function firstKnown(names: readonly string[], known: ReadonlyMap<string, number>): number | undefined {
  for (const name of names) {
    const message = known.get(name);
    if (message !== undefined) return message;
  }
  return undefined;
}

/** By what a person finds it again. */
export function addMentions(scattered: ScatteredRows, message: number, outcome: MessageOutcome): void {
  const { messageId, originalMessageIds = [], verdicts } = outcome;
  if (messageId !== undefined) scattered.mention('own', messageId, message);
  for (const id of originalMessageIds) scattered.mention('original', id, message);
  for (const { names } of verdicts) {
    for (const name of names) scattered.mention('address', addressKey(name), message);
  }
}

/** By which a message is known again. */
export function namesOf(identity: MessageIdentity): string[] {
  const digest = `digest:${identity.digest}`;
  return identity.gmailId === undefined ? [digest] : [`gmail:${identity.gmailId}`, digest];
}

/** `ordinal`: its place in the report. */
export function addVerdict(database: Database, message: number, ordinal: number, verdict: Ruling): void {
  const { recipient, reason } = verdict;
  const whole = 'whole' in verdict ? verdict.whole : JSON.stringify(verdict);
  database.run(ADD_VERDICT, message, ordinal, recipient, verdict.verdict, reason, whole);
}

/** True when the event is new. Without a word about its message, its id alone tells. */
export function addEvent(
  database: Database,
  event: Event,
  origin: Origin | undefined,
  { memory, nowSeconds }: Pick<Occasion, 'memory' | 'nowSeconds'>,
): boolean {
  if (isKnown(event.id, origin, memory)) return false;
  const { id, mailbox, callback, address, verdict, tsSeconds, proof } = event;
  const { message, arrivedAtSeconds = nowSeconds } = origin ?? {};
  const facts = [id, message ?? null, mailbox, callback, address, addressKey(address), verdict, tsSeconds, proof];
  return database.run(ADD_EVENT, ...facts, arrivedAtSeconds, nowSeconds, nowSeconds, nowSeconds) > 0;
}

/** As `addEvent`. */
export function addHeld(
  database: Database,
  held: Held,
  origin: Origin | undefined,
  { memory, nowSeconds }: Pick<Occasion, 'memory' | 'nowSeconds'>,
): boolean {
  if (isKnown(held.id, origin, memory)) return false;
  const { id, mailbox, callback, address, verdict, tsSeconds, missing, originalMessageIds, names } = held;
  const { message, arrivedAtSeconds = nowSeconds } = origin ?? {};
  const facts = [
    id,
    message ?? null,
    mailbox,
    callback,
    address,
    addressKey(address),
    verdict,
    tsSeconds,
    arrivedAtSeconds,
  ];
  const lists = [JSON.stringify(originalMessageIds), JSON.stringify(names)];
  return database.run(ADD_HELD, ...facts, nowSeconds, nowSeconds + FIRST_LOOKUP_SECONDS, missing, ...lists) > 0;
}

function isKnown(id: string, origin: Origin | undefined, memory: Memory): boolean {
  const messageKnown = origin !== undefined && origin.message === undefined;
  return messageKnown || memory.knowsEvent(id);
}

function setCursor(database: Database, { cursor, skipped }: ChunkRecord): void {
  const { mailbox, folder, uidValidity, lastUid } = cursor;
  database.run(SET_CURSOR, mailbox, folder, uidValidity, lastUid, skipped);
}
