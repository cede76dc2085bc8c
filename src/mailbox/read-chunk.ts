/**
 * A chunk read: a first look at a few header fields of each mail, then the content of the candidates. Takes a
 * connection with the folder open, gives raw messages, no more of them than fit. Fetches with BODY.PEEK only.
 */
import { identify, IDENTITY_FIELDS, messageIdOf } from '../shared/identity.ts';
import { parseHeaderFields } from '../shared/header-fields.ts';
import { LIMITS } from '../shared/limits.ts';
import { openBudget } from './budget.ts';
import type { Budget } from './budget.ts';
import { fetchShapes, readCandidates } from './candidates.ts';
import type { Connection } from './connection.ts';
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

/** Looks at these, as far as they fit into LIMITS.chunkBytes. One that is left out is a message without content. */
export async function readChunk(
  connection: Connection,
  portion: Portion,
  interest: Interest,
  signal: AbortSignal,
): Promise<ReadChunk> {
  const budget = openBudget(LIMITS.chunkBytes);
  const { ours, looked, shapes } = await look(connection, portion, interest, budget, signal);
  const candidates = looked.filter(raw => raw.candidate);
  const full = await readCandidates(connection, candidates, shapes, interest, budget, signal);
  const before = budget.before ?? Infinity;
  // Whatever the server did, something is got over.
  const uids = portion.uids.filter((uid, index) => uid < before || index === 0);
  const last = uids.at(-1) ?? 0;
  const fits = ({ uid }: { uid: number }): boolean => uid <= last;
  // A candidate whose content went away between the two looks would be taken for a mail without a report.
  const messages = looked.filter(fits).flatMap(raw => (raw.candidate ? (full.get(raw.uid) ?? []) : raw));
  const folder = connection.openedFolder ?? '';
  const without = uids.filter(uid => portion.leftOut.has(uid)).map(uid => notFetched(folder, uid));
  const skipped = ours.filter(uid => uid <= last);
  const got = new Set([...skipped, ...[...messages, ...without].map(({ uid }) => uid)]);
  return {
    uids,
    messages: [...messages, ...without].sort((one, other) => one.uid - other.uid),
    skipped: skipped.length,
    missing: uids.filter(uid => !got.has(uid)),
  };
}

/** What a chunk's mails are at the first look. */
interface Looks {
  /** UIDs of our own sent mail and drafts. */
  readonly ours: readonly number[];
  readonly looked: readonly RawMessage[];
  /** Header and shape of those that may be candidates. */
  readonly shapes: readonly Fetched[];
}

async function look(
  connection: Connection,
  { uids, large, leftOut, shapeless }: Portion,
  interest: Interest,
  budget: Budget,
  signal: AbortSignal,
): Promise<Looks> {
  const asked = uids.filter(uid => !leftOut.has(uid));
  const [small, others] = [asked.filter(uid => !large.has(uid)), asked.filter(uid => large.has(uid))];
  const fields = [...new Set([...interest.fields, ...IDENTITY_FIELDS])];
  const facts = { uid: true, internalDate: true, size: true, ...(connection.isGmail ? { labels: true } : {}) };
  const ours: number[] = [];
  const looked: RawMessage[] = [];
  const keep = (one: Fetched): void => {
    if (isOwnMail(one)) ours.push(one.uid);
    else looked.push(firstLook(one, interest));
  };
  await budget.fetch(connection, small, { ...facts, headers: fields }, signal, keep);
  // A field of a large one may be megabytes: its first look is at the header as it is cut, along with its shape.
  const wanted = [...looked.filter(({ candidate }) => candidate).map(({ uid }) => uid), ...others];
  wanted.sort((one, other) => one - other);
  const told = others.length === 0 ? { uid: true } : facts;
  const shapes = await fetchShapes(connection, wanted, shapeless, told, budget, signal);
  shapes.filter(({ uid }) => large.has(uid)).forEach(keep);
  return { ours, looked, shapes };
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

function firstLook(fetched: Fetched, interest: Interest): RawMessage {
  const header = fetched.sections.get('header') ?? NOTHING;
  const headers = parseHeaderFields(header);
  const { uid, gmailId, internalDateMs: dateMs = Number.NaN, size } = fetched;
  const candidate = interest.isCandidate(headers);
  return {
    uid,
    identity: identify(headers, gmailId),
    sizeBytes: size ?? 0,
    ...messageIdOf(headers),
    // Where the whole one does not come, what is seen here. Of the others nothing: they are most of a chunk.
    header: candidate ? header : NOTHING,
    candidate,
    truncated: false,
    ...(Number.isNaN(dateMs) ? {} : { internalDateSeconds: Math.floor(dateMs / 1000) }),
  };
}
