/**
 * A chunk read: a first look at a few header fields of each mail, then the content of the candidates. Takes a
 * connection with the folder open, gives raw messages, no more of them than fit. Fetches with BODY.PEEK only.
 */
import { identify, IDENTITY_FIELDS, messageIdOf } from '../shared/identity.ts';
import { parseHeaderFields } from '../shared/header-fields.ts';
import { LIMITS } from '../shared/limits.ts';
import { Budget } from './budget.ts';
import type { Keeper } from './budget.ts';
import { ascending, fetchShapes, readCandidates } from './candidates.ts';
import type { Connection, Query } from './connection.ts';
import type { Fetched } from './fetch-row.ts';
import type { Interest, RawMessage } from './mailbox.ts';
import type { Portion } from './portion.ts';

const NOTHING = Buffer.alloc(0);

export interface ReadChunk {
  /** Those of the portion that fitted: its first ones, at least one. */
  readonly uids: readonly number[];
  readonly messages: readonly RawMessage[];
  /** Our own sent mail and drafts. */
  readonly skipped: number;
  /** UIDs that the server did not hand out. */
  readonly missing: readonly number[];
}

/**
 * Looks at these, as far as they fit into LIMITS.chunkBytes. One that is left out is a message without content.
 * @param closer the closer look at them, where it is taken already
 * @param meanwhile told when nothing more is asked of these
 */
export async function readChunk(
  connection: Connection,
  portion: Portion,
  interest: Interest,
  signal: AbortSignal,
  closer = lookClosely(connection, portion, interest, signal),
  meanwhile = (): void => undefined,
): Promise<ReadChunk> {
  const { ours, looked, shapes, budget } = await closer;
  const reading = readCandidates(connection, looked, shapes, interest, budget, signal);
  meanwhile();
  const full = await reading;
  const own = new Set(ours);
  const byUid = new Map<number, RawMessage>();
  for (const raw of looked) {
    // A candidate whose content went away between the two looks would be taken for a mail without a report.
    const whole = raw.candidate ? full.get(raw.uid) : raw;
    if (whole !== undefined) byUid.set(raw.uid, whole);
  }
  const uids: number[] = [];
  const messages: RawMessage[] = [];
  const missing: number[] = [];
  for (const uid of portion.uids) {
    // Whatever the server did, something is got over.
    if (uid >= (budget.before ?? Infinity) && uids.length > 0) break;
    uids.push(uid);
    const raw = portion.leftOut.has(uid) ? notFetched(connection.openedFolder ?? '', uid) : byUid.get(uid);
    if (raw !== undefined) messages.push(raw);
    else if (!own.has(uid)) missing.push(uid);
  }
  return { uids, messages, skipped: uids.length - messages.length - missing.length, missing };
}

/** What a chunk's mails are at the first look; of the large ones nothing yet. */
export interface FirstLook {
  /** UIDs of our own sent mail and drafts. */
  readonly ours: readonly number[];
  readonly looked: readonly RawMessage[];
  /** What the chunk may still hold. */
  readonly budget: Budget;
}

/** A few fields of each header. */
export async function firstLook(
  connection: Connection,
  { uids, large, leftOut }: Portion,
  interest: Interest,
  signal: AbortSignal,
): Promise<FirstLook> {
  const budget = new Budget(LIMITS.chunkBytes);
  const sorted = new Sorted(interest);
  const small = without(uids, leftOut, large);
  const fields = [...new Set([...interest.fields, ...IDENTITY_FIELDS])];
  await budget.fetch(connection, small, { ...factsOf(connection), headers: fields }, signal, sorted);
  return { ours: sorted.ours, looked: sorted.looked, budget };
}

/** Header and shape of those that may be candidates. */
export interface CloserLook extends FirstLook {
  readonly shapes: readonly Fetched[];
}

async function lookClosely(
  connection: Connection,
  portion: Portion,
  interest: Interest,
  signal: AbortSignal,
): Promise<CloserLook> {
  const first = await firstLook(connection, portion, interest, signal);
  return lookCloser(connection, portion, interest, first, signal);
}

/** What follows the first look. */
export async function lookCloser(
  connection: Connection,
  { uids, large, leftOut, shapeless }: Portion,
  interest: Interest,
  first: FirstLook,
  signal: AbortSignal,
): Promise<CloserLook> {
  const { budget } = first;
  // A field of a large one may be megabytes: its first look is at the header as it is cut, along with its shape.
  const wanted: number[] = [];
  for (const uid of uids) if (large.has(uid) && !leftOut.has(uid)) wanted.push(uid);
  const told = wanted.length === 0 ? { uid: true } : factsOf(connection);
  for (const { uid, candidate } of first.looked) if (candidate) wanted.push(uid);
  wanted.sort(ascending);
  const shapes = await fetchShapes(connection, wanted, shapeless, told, budget, signal);
  const sorted = new Sorted(interest);
  for (const shape of shapes) if (large.has(shape.uid)) sorted.keep(shape);
  return { ours: [...first.ours, ...sorted.ours], looked: [...first.looked, ...sorted.looked], shapes, budget };
}

function without(uids: readonly number[], some: ReadonlySet<number>, others: ReadonlySet<number>): readonly number[] {
  const left: number[] = [];
  for (const uid of uids) if (!some.has(uid) && !others.has(uid)) left.push(uid);
  return left;
}

function factsOf({ isGmail }: Connection): Query {
  return { uid: true, internalDate: true, size: true, ...(isGmail ? { labels: true } : {}) };
}

/** Mails as they come, our own apart from the others. */
class Sorted implements Keeper {
  readonly ours: number[] = [];
  readonly looked: RawMessage[] = [];
  readonly #interest: Interest;

  constructor(interest: Interest) {
    this.#interest = interest;
  }

  keep(one: Fetched): void {
    if (isOwnMail(one)) this.ours.push(one.uid);
    else this.looked.push(atFirstLook(one, this.#interest));
  }
}

/** It has no name but its place: once it can be fetched, it is known by its own and taken for a new one. */
function notFetched(folder: string, uid: number): RawMessage {
  const place = [{ name: 'message-id', value: `no message but UID ${uid} of ${folder}` }];
  const problem = 'the server does not hand it out: each FETCH of it fails';
  return { uid, identity: identify(place), sizeBytes: 0, header: NOTHING, candidate: false, truncated: false, problem };
}

function isOwnMail({ labels }: Fetched): boolean {
  return labels?.has('\\Sent') === true || labels?.has('\\Draft') === true;
}

function atFirstLook(fetched: Fetched, interest: Interest): RawMessage {
  const header = fetched.sections.get('header') ?? NOTHING;
  const headers = parseHeaderFields(header);
  const { uid, gmailId, internalDateMs: dateMs = Number.NaN, size } = fetched;
  const candidate = interest.isCandidate(headers);
  // With all that may be filled in later, so that V8 knows one kind of it.
  return {
    uid,
    identity: identify(headers, gmailId),
    internalDateSeconds: Number.isNaN(dateMs) ? undefined : Math.floor(dateMs / 1000),
    sizeBytes: size ?? 0,
    messageId: messageIdOf(headers),
    // Where the whole one does not come, what is seen here. Of the others nothing: they are most of a chunk.
    header: candidate ? header : NOTHING,
    candidate,
    structure: undefined,
    parts: undefined,
    source: undefined,
    truncated: false,
    problem: undefined,
  };
}
