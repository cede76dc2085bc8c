/**
 * Mails that are read once more: what they give now is added to what they gave before, and nothing is given twice.
 * Takes a database inside a transaction. Never moves a cursor; never changes or removes an event.
 */
import { addressKey } from '../shared/address.ts';
import type { Cursor } from '../shared/cursor.ts';
import type { Ruling, Verdict } from '../verdict/verdict.ts';
import { noteSelfTests } from './canaries.ts';
import type { Database } from './database.ts';
import type { MessageOutcome, Reread, RereadMail, Rereading } from './outbox.ts';
import { addEvent, addHeld, addMentions, addMessage, addVerdict, namesOf } from './recording.ts';
import type { Occasion } from './recording.ts';
import { forgetMessage, readMemory } from './retention.ts';
import { ScatteredRows } from './scattered.ts';
import { stopIfFlood } from './stopping.ts';

/** A mail that could not be had is sought again once a day, for so long. */
const SEEK_EVERY_SECONDS = 86_400;
const SEEK_FOR_SECONDS = 14 * 86_400;

const FIND_MESSAGE = `SELECT m.id, m.kind, m.recorded_at FROM message_names AS n JOIN messages AS m ON m.id = n.message
  WHERE n.mailbox = ? AND n.name = ?`;
const VERDICTS = 'SELECT whole FROM verdicts WHERE message = ? ORDER BY ordinal';
const LAST_ORDINAL = 'SELECT coalesce(max(ordinal), -1) AS last FROM verdicts WHERE message = ?';
const FORGET_VERDICT = 'DELETE FROM verdicts WHERE message = ? AND recipient = ?';
const EVENTS = 'SELECT address_key, names FROM events WHERE message = ?';
const REVISE = `UPDATE messages SET kind = ?, because = ?, reader = ?, puzzling = ?, version = ?, looked_at = ?
  WHERE id = ?`;
const LOOKED = 'UPDATE messages SET version = ?, looked_at = ? WHERE id = ?';
const STAND_INS = `SELECT id FROM messages WHERE puzzling = 1 AND mailbox = ? AND folder = ? AND uid_validity = ?
  AND uid = ? AND kind = 'unreadable' AND id <> ?`;
const PUZZLES = `SELECT id, uid FROM messages WHERE puzzling = 1 AND mailbox = ?1 AND folder = ?2 AND uid_validity = ?3
  AND recorded_at >= ?5 AND (version IS NOT ?4 OR (kind = 'unreadable' AND recorded_at >= ?6 AND looked_at <= ?7))
  ORDER BY uid LIMIT ?8`;

/** A mail that no reader understood, or that could not be had. */
export interface Puzzle {
  readonly id: number;
  readonly uid: number;
}

/** What a mail was taken for before. */
interface Known {
  readonly id: number;
  readonly kind: string;
  readonly recorded_at: number;
}

/** Stores what is new of these mails; gives what became of each. */
export function recordAgain(
  database: Database,
  rereading: Rereading,
  hardPerHour: number | undefined,
  nowSeconds: number,
): Reread {
  const { place, readBy } = rereading;
  const occasion = { place, readBy, memory: readMemory(database), nowSeconds };
  const mails = rereading.outcomes.map(outcome => {
    const mail = readAgain(database, rereading, outcome, occasion);
    for (const id of mail.newEventIds) {
      if (hardPerHour !== undefined) stopIfFlood(database, id, hardPerHour, nowSeconds);
    }
    return mail;
  });
  noteSelfTests(database, place.mailbox, rereading.outcomes, nowSeconds);
  for (const id of rereading.looked ?? []) database.run(LOOKED, readBy, nowSeconds, id);
  return { mails };
}

/** The oldest first; none that was recorded before `sinceSeconds`. */
export function readPuzzles(
  database: Database,
  { mailbox, folder, uidValidity }: Cursor,
  version: string,
  sinceSeconds: number,
  nowSeconds: number,
  limit: number,
): Puzzle[] {
  const seekFrom = nowSeconds - SEEK_FOR_SECONDS;
  const lookedBefore = nowSeconds - SEEK_EVERY_SECONDS;
  const facts = [mailbox, folder, uidValidity, version, sinceSeconds, seekFrom, lookedBefore, limit];
  return database.all(PUZZLES, ...facts) as Puzzle[];
}

function readAgain(database: Database, rereading: Rereading, outcome: MessageOutcome, occasion: Occasion): RereadMail {
  const { place, readBy } = rereading;
  const { memory, nowSeconds } = occasion;
  const { uid } = outcome;
  const names = namesOf(outcome.identity);
  const nothing = { uid, newEventIds: [], newHeldIds: [] };
  const known = names.map(name => database.one(FIND_MESSAGE, place.mailbox, name)).find(row => row !== undefined) as
    Known | undefined;
  if (memory.knowsMessage(place.mailbox, names)) return { ...nothing, result: 'forgotten' };
  const scattered = new ScatteredRows(database, place.mailbox);
  const message = known?.id ?? addMessage(database, occasion, outcome, new Map(), scattered);
  if (message === undefined) return { ...nothing, result: 'forgotten' };
  // A saved mail has no place that another could have stood in for.
  if (outcome.kind !== 'unreadable' && uid > 0) removeStandIns(database, place, uid, message);
  const before = known === undefined ? undefined : { kind: known.kind, verdicts: verdictsOf(database, message) };
  const { addresses: given, ...ids } = give(database, rereading, outcome, message, occasion);
  if (before !== undefined) {
    revise(database, { outcome, message, before: before.verdicts, given, readBy, nowSeconds, scattered });
  }
  scattered.write();
  if (before === undefined) return { uid, result: 'new', ...ids };
  return { uid, result: 'known', before: { ...before, recordedAtSeconds: known?.recorded_at ?? nowSeconds }, ...ids };
}

/** Adds the events whose address has none of this mail yet. */
function give(
  database: Database,
  { events, held }: Rereading,
  { eventIds = [], receivedAtSeconds }: MessageOutcome,
  message: number,
  occasion: Occasion,
): Pick<RereadMail, 'newEventIds' | 'newHeldIds'> & { readonly addresses: ReadonlySet<string> } {
  const taken = takenAddresses(database, message);
  const { nowSeconds } = occasion;
  const origin = { message, arrivedAtSeconds: Math.min(receivedAtSeconds ?? nowSeconds, nowSeconds) };
  const own = new Set(eventIds);
  const newEvents = events.filter(event => {
    if (!own.has(event.id) || taken.has(addressKey(event.address))) return false;
    return addEvent(database, event, origin, occasion);
  });
  const newHeld = held.filter(one => {
    if (!own.has(one.id) || [one.address, ...one.names].some(name => taken.has(addressKey(name)))) return false;
    return addHeld(database, one, origin, occasion);
  });
  return {
    newEventIds: newEvents.map(({ id }) => id),
    newHeldIds: newHeld.map(({ id }) => id),
    addresses: new Set([...newEvents, ...newHeld].map(({ address }) => addressKey(address))),
  };
}

/** Every address for which this mail has an event, however it fared, and every name of those that are held. */
function takenAddresses(database: Database, message: number): Set<string> {
  const rows = database.all(EVENTS, message) as { address_key: string; names: string | null }[];
  const names = rows.flatMap(row => JSON.parse(row.names ?? '[]') as string[]);
  return new Set([...rows.map(row => row.address_key), ...names.map(name => addressKey(name))]);
}

interface Revision {
  readonly outcome: MessageOutcome;
  readonly message: number;
  /** The verdicts as they are recorded. */
  readonly before: readonly Verdict[];
  /** The addresses that have got an event just now. */
  readonly given: ReadonlySet<string>;
  readonly readBy: string;
  readonly nowSeconds: number;
  readonly scattered: ScatteredRows;
}

/**
 * What is recorded of the mail follows, as far as nothing was told of it: a verdict whose event stands stays as it was,
 * for it is what the callback got.
 */
function revise(database: Database, revision: Revision): void {
  const { outcome, message, before, given, readBy, nowSeconds, scattered } = revision;
  const { kind, because, reader, puzzling = false, verdicts } = outcome;
  const hadEvents = database.all(EVENTS, message).length > given.size;
  const overlaps = (one: Ruling, other: Ruling): boolean => {
    const keys = new Set(one.names.map(name => addressKey(name)));
    return other.names.some(name => keys.has(addressKey(name)));
  };
  const isToldNow = ({ names }: Ruling): boolean => names.some(name => given.has(addressKey(name)));
  const changed = verdicts.filter(
    verdict => !hadEvents || isToldNow(verdict) || !before.some(one => overlaps(one, verdict)),
  );
  const replaced = hadEvents ? before.filter(one => changed.some(verdict => overlaps(one, verdict))) : before;
  for (const { recipient } of replaced) database.run(FORGET_VERDICT, message, recipient);
  const { last } = database.one(LAST_ORDINAL, message) as { last: number };
  changed.forEach((verdict, index) => addVerdict(database, message, last + 1 + index, verdict));
  addMentions(scattered, message, outcome);
  if (hadEvents && changed.length === 0) return;
  database.run(REVISE, kind, because, reader ?? null, Number(puzzling), readBy, nowSeconds, message);
}

/** A mail that could not be had stood there by its place alone; it is known by its own names now. */
function removeStandIns(database: Database, place: Cursor, uid: number, message: number): void {
  const { mailbox, folder, uidValidity } = place;
  const rows = database.all(STAND_INS, mailbox, folder, uidValidity, uid, message) as { id: number }[];
  for (const { id } of rows) forgetMessage(database, id);
}

function verdictsOf(database: Database, message: number): Verdict[] {
  return (database.all(VERDICTS, message) as { whole: string }[]).map(({ whole }) => JSON.parse(whole) as Verdict);
}
