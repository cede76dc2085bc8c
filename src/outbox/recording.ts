/**
 * What one chunk leaves behind: messages by their identities, verdicts, events, held events, the cursor. Takes a
 * database inside a transaction. Never begins or ends one.
 */
import { addressKey } from '../shared/address.ts';
import type { Cursor } from '../shared/cursor.ts';
import type { MessageIdentity } from '../shared/identity.ts';
import type { Event, Held } from '../provenance/provenance.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { noteSelfTests } from './canaries.ts';
import type { Database, Value } from './database.ts';
import type { ChunkRecord, MessageOutcome, Recorded } from './outbox.ts';
import { isEventRemembered, isNameRemembered, rememberName } from './retention.ts';
import { stopIfFlood } from './stopping.ts';

/** How long a held event waits for its first new look-up, in seconds. */
const FIRST_LOOKUP_SECONDS = 3_600;

const FIND_MESSAGE = 'SELECT message FROM message_names WHERE mailbox = ? AND name = ?';
// A name that is taken stays with the message that had it first.
const NAME_MESSAGE = 'INSERT INTO message_names (mailbox, name, message) VALUES (?, ?, ?) ON CONFLICT DO NOTHING';
const ADD_MESSAGE = `INSERT INTO messages (mailbox, folder, uid_validity, uid, kind, because, reader, puzzling, version,
  looked_at, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`;
const ADD_VERDICT =
  'INSERT INTO verdicts (message, ordinal, recipient, verdict, reason, whole) VALUES (?, ?, ?, ?, ?, ?)';
const ADD_MENTION = 'INSERT INTO mentions (kind, word, message) VALUES (?, ?, ?) ON CONFLICT DO NOTHING';
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
  const newUids: number[] = [];
  const origins = new Map<string, Origin>();
  for (const outcome of chunk.outcomes) {
    const message = addMessage(database, chunk.cursor, outcome, chunk.readBy, nowSeconds);
    if (message !== undefined) newUids.push(outcome.uid);
    for (const id of outcome.eventIds ?? []) {
      const arrivedAtSeconds = Math.min(outcome.receivedAtSeconds ?? nowSeconds, nowSeconds);
      // The same mail twice in one chunk: the first one's events stand.
      if (!origins.has(id)) origins.set(id, { message, arrivedAtSeconds });
    }
  }
  const newEventIds = chunk.events.filter(event => {
    const isNew = addEvent(database, event, origins.get(event.id), nowSeconds);
    if (isNew && hardPerHour !== undefined) stopIfFlood(database, event.id, hardPerHour, nowSeconds);
    return isNew;
  });
  const newHeldIds = chunk.held.filter(held => addHeld(database, held, origins.get(held.id), nowSeconds));
  noteSelfTests(database, chunk.cursor.mailbox, chunk.outcomes, nowSeconds);
  setCursor(database, chunk);
  return { newUids, newEventIds: newEventIds.map(({ id }) => id), newHeldIds: newHeldIds.map(({ id }) => id) };
}

/** The new row's id; undefined when the message is known by either identity, which then learns the other. */
export function addMessage(
  database: Database,
  cursor: Cursor,
  outcome: MessageOutcome,
  readBy: string | undefined,
  nowSeconds: number,
): number | undefined {
  const { mailbox, folder, uidValidity } = cursor;
  const names = namesOf(outcome.identity);
  const known = names.map(name => database.one(FIND_MESSAGE, mailbox, name)).find(row => row !== undefined);
  if (known === undefined && names.some(name => isNameRemembered(database, mailbox, name))) {
    for (const name of names) rememberName(database, mailbox, name);
    return undefined;
  }
  const { uid, kind, because, reader, puzzling = false } = outcome;
  const what: Value[] = [kind, because, reader ?? null, Number(puzzling), readBy ?? null, nowSeconds, nowSeconds];
  const facts = [mailbox, folder, uidValidity, uid, ...what];
  const message =
    known === undefined
      ? (database.one(ADD_MESSAGE, ...facts) as { id: number }).id
      : (known as { message: number }).message;
  for (const name of names) database.run(NAME_MESSAGE, mailbox, name, message);
  if (known !== undefined) return undefined;
  outcome.verdicts.forEach((verdict, ordinal) => addVerdict(database, message, ordinal, verdict));
  addMentions(database, message, outcome);
  return message;
}

/** By what a person finds it again. */
export function addMentions(database: Database, message: number, outcome: MessageOutcome): void {
  const { messageId, originalMessageIds = [], verdicts } = outcome;
  if (messageId !== undefined) database.run(ADD_MENTION, 'own', messageId, message);
  for (const id of originalMessageIds) database.run(ADD_MENTION, 'original', id, message);
  for (const name of verdicts.flatMap(({ names }) => names)) {
    database.run(ADD_MENTION, 'address', addressKey(name), message);
  }
}

/** By which a message is known again. */
export function namesOf(identity: MessageIdentity): string[] {
  const digest = `digest:${identity.digest}`;
  return identity.gmailId === undefined ? [digest] : [`gmail:${identity.gmailId}`, digest];
}

/** `ordinal`: its place in the report. */
export function addVerdict(database: Database, message: number, ordinal: number, verdict: Verdict): void {
  const { recipient, reason } = verdict;
  database.run(ADD_VERDICT, message, ordinal, recipient, verdict.verdict, reason, JSON.stringify(verdict));
}

/** True when the event is new. Without a word about its message, its id alone tells. */
export function addEvent(database: Database, event: Event, origin: Origin | undefined, nowSeconds: number): boolean {
  if (isKnown(database, event.id, origin)) return false;
  const { id, mailbox, callback, address, verdict, tsSeconds, proof } = event;
  const { message, arrivedAtSeconds = nowSeconds } = origin ?? {};
  const facts = [id, message ?? null, mailbox, callback, address, addressKey(address), verdict, tsSeconds, proof];
  return database.run(ADD_EVENT, ...facts, arrivedAtSeconds, nowSeconds, nowSeconds, nowSeconds) > 0;
}

/** As `addEvent`. */
export function addHeld(database: Database, held: Held, origin: Origin | undefined, nowSeconds: number): boolean {
  if (isKnown(database, held.id, origin)) return false;
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

function isKnown(database: Database, id: string, origin: Origin | undefined): boolean {
  const messageKnown = origin !== undefined && origin.message === undefined;
  return messageKnown || isEventRemembered(database, id);
}

function setCursor(database: Database, { cursor, skipped }: ChunkRecord): void {
  const { mailbox, folder, uidValidity, lastUid } = cursor;
  database.run(SET_CURSOR, mailbox, folder, uidValidity, lastUid, skipped);
}
