/**
 * What is new above a cursor, chunk by chunk: a first look at a few header fields, then the parts of the candidates.
 * Takes a connection with the folder open, gives raw messages. Fetches with BODY.PEEK only.
 */
import type { Cursor } from '../shared/cursor.ts';
import { parseHeaderFields } from '../shared/header-fields.ts';
import type { HeaderFields } from '../shared/header-fields.ts';
import { identify, IDENTITY_FIELDS } from '../shared/identity.ts';
import { LIMITS } from '../shared/limits.ts';
import type { Connection, Fetched, Opened } from './connection.ts';
import type { FetchedPart, Interest, RawMessage, WantedPart } from './mailbox.ts';
import type { Portion } from './portion.ts';

/** UIDs can become visible late, below ones already seen: so many below the cursor are looked at again. */
export const OVERLAP = 50;
const DAY_MS = 86_400_000;
/** One byte more than is read tells a header that fits from one that is cut. */
const HEADER = { key: 'HEADER', start: 0, maxLength: LIMITS.headerBytes + 1 };
/** After UIDVALIDITY has changed: what came since the last look is sought at least so far back. */
const RESCAN_DAYS = 3;
const NIL_AS_TEXT = Buffer.from('false');

/** UIDs to look at, ascending: above the cursor less an overlap, or by date where the folder has no cursor. */
export async function newUids(
  connection: Connection,
  opened: Opened,
  cursor: Cursor | undefined,
  backfillDays: number,
  nowMs: number,
  signal: AbortSignal,
): Promise<number[]> {
  if (cursor?.uidValidity === opened.uidValidity) {
    const from = Math.max(1, cursor.lastUid - OVERLAP + 1);
    if (opened.exists === 0) return [];
    // RFC 3501 6.4.8: "n:*" always holds the last message, even below n.
    const found = (await connection.search({ uid: `${from}:*` }, signal)).filter(uid => uid >= from);
    return unsearched(connection, opened, cursor.lastUid, found, signal);
  }
  const days = cursor === undefined ? backfillDays : Math.max(backfillDays, RESCAN_DAYS);
  if (days === 0 || opened.exists === 0) return [];
  return connection.search({ since: new Date(nowMs - days * DAY_MS) }, signal);
}

/** UIDs just below UIDNEXT that can be seen now: those that cannot may become visible later. */
export async function lastUids(
  connection: Connection,
  { exists, uidNext }: Opened,
  signal: AbortSignal,
): Promise<number[]> {
  if (exists === 0) return [];
  const from = Math.max(1, uidNext - 2 * OVERLAP);
  return (await connection.search({ uid: `${from}:*` }, signal)).filter(uid => uid >= from && uid < uidNext);
}

/**
 * UIDNEXT has moved and SEARCH shows nothing new: the new mails are gone again, or it does not know of them yet.
 * FETCH asks for the mails themselves.
 */
async function unsearched(
  connection: Connection,
  { uidNext }: Opened,
  lastUid: number,
  found: readonly number[],
  signal: AbortSignal,
): Promise<number[]> {
  if (uidNext - 1 <= lastUid || found.some(uid => uid > lastUid)) return [...found];
  return [...found, ...(await connection.uidsFrom(lastUid + 1, signal))];
}

/**
 * Looks at these; skips our own sent mail and drafts. `missing`: UIDs that the server did not hand out. One that is
 * left out is a message without content.
 */
export async function readChunk(
  connection: Connection,
  { uids, large, shapeless, leftOut }: Portion,
  interest: Interest,
  signal: AbortSignal,
): Promise<{ readonly messages: RawMessage[]; readonly skipped: number; readonly missing: readonly number[] }> {
  const fields = [...new Set([...interest.fields, ...IDENTITY_FIELDS])];
  const facts = { uid: true, internalDate: true, size: true, ...(connection.isGmail ? { labels: true } : {}) };
  const small = uids.filter(uid => !large.has(uid) && !leftOut.has(uid));
  const seen = [
    ...(await connection.fetch(small, { ...facts, headers: fields }, signal)),
    ...(await connection.fetch(
      [...large].filter(uid => !leftOut.has(uid)),
      { ...facts, bodyParts: [HEADER] },
      signal,
    )),
  ].sort((one, other) => one.uid - other.uid);
  const ours = seen.filter(isOwnMail);
  const looked = seen.filter(one => !isOwnMail(one)).map(one => firstLook(one, interest));
  const candidates = looked.filter(raw => raw.candidate);
  const full = await readCandidates(connection, candidates, shapeless, interest, signal);
  // A candidate whose content went away between the two looks would be taken for a mail without a report.
  const messages = looked.flatMap(raw => (raw.candidate ? (full.get(raw.uid) ?? []) : raw));
  const without = uids.filter(uid => leftOut.has(uid)).map(uid => notFetched(connection.openedFolder ?? '', uid));
  const got = new Set([...ours, ...messages, ...without].map(({ uid }) => uid));
  const all = [...messages, ...without].sort((one, other) => one.uid - other.uid);
  return { messages: all, skipped: ours.length, missing: uids.filter(uid => !got.has(uid)) };
}

/** It has no name but its place: once it can be fetched, it is known by its own and taken for a new one. */
function notFetched(folder: string, uid: number): RawMessage {
  const place = [{ name: 'message-id', value: `no message but UID ${uid} of ${folder}` }];
  const problem = 'the server does not hand it out: each FETCH of it fails';
  return { uid, identity: identify(place), sizeBytes: 0, headers: [], candidate: false, truncated: false, problem };
}

function isOwnMail({ labels }: Fetched): boolean {
  return labels?.has('\\Sent') === true || labels?.has('\\Draft') === true;
}

function firstLook(fetched: Fetched, interest: Interest): RawMessage {
  const headers = wholeHeader(fetched, []);
  const { uid, emailId, internalDate, labels, size } = fetched;
  const dateMs = internalDate === undefined ? Number.NaN : new Date(internalDate).getTime();
  return {
    uid,
    identity: identify(headers, labels === undefined ? undefined : emailId),
    sizeBytes: size ?? 0,
    headers,
    candidate: interest.isCandidate(headers),
    truncated: false,
    ...(Number.isNaN(dateMs) ? {} : { internalDateSeconds: Math.floor(dateMs / 1000) }),
    ...(labels === undefined ? {} : { labels: [...labels] }),
  };
}

/** Header and shape of all candidates in one command, then the parts of those that want the same ones together. */
async function readCandidates(
  connection: Connection,
  candidates: readonly RawMessage[],
  shapeless: ReadonlySet<number>,
  interest: Interest,
  signal: AbortSignal,
): Promise<Map<number, RawMessage>> {
  const uids = candidates.map(raw => raw.uid);
  const header = { uid: true, bodyParts: [HEADER] };
  const shaped = uids.filter(uid => !shapeless.has(uid));
  const shapes = [
    ...(await connection.fetch(shaped, { ...header, bodyStructure: true }, signal)),
    ...(await connection.fetch(
      uids.filter(uid => shapeless.has(uid)),
      header,
      signal,
    )),
  ];
  const byShape = new Map<string, { wanted: readonly WantedPart[] | 'source'; mails: RawMessage[] }>();
  for (const shape of shapes) {
    const first = candidates.find(raw => raw.uid === shape.uid);
    if (first === undefined) continue;
    const { structure } = shape;
    const wanted = structure === undefined ? 'source' : interest.wantedParts(structure);
    const key =
      wanted === 'source' ? wanted : wanted.map(part => `${part.path}/${part.section}/${part.maxBytes}`).join(' ');
    const group = byShape.get(key) ?? { wanted, mails: [] };
    group.mails.push({
      ...first,
      headers: wholeHeader(shape, first.headers),
      ...(structure === undefined ? {} : { structure }),
    });
    byShape.set(key, group);
  }
  const full = new Map<number, RawMessage>();
  for (const { wanted, mails } of byShape.values()) {
    const read =
      wanted === 'source' ? readSources(connection, mails, signal) : readParts(connection, mails, wanted, signal);
    for (const raw of await read) full.set(raw.uid, raw);
  }
  return full;
}

function wholeHeader(shape: Fetched, firstLook: HeaderFields): HeaderFields {
  const bytes = sent(shape.headers) ?? sent(shape.bodyParts?.get('header'));
  return bytes === undefined ? firstLook : parseHeaderFields(bytes);
}

/** What was handed out. imapflow 2.10 turns NIL, the answer for what is not there, into false or the text "false". */
function sent(bytes: unknown): Buffer | undefined {
  return Buffer.isBuffer(bytes) && !bytes.equals(NIL_AS_TEXT) ? bytes : undefined;
}

async function readParts(
  connection: Connection,
  mails: readonly RawMessage[],
  wanted: readonly WantedPart[],
  signal: AbortSignal,
): Promise<RawMessage[]> {
  // One byte more than wanted tells a part that fits from one that is cut.
  const bodyParts = wanted.map(part => ({ key: keyOf(part), start: 0, maxLength: part.maxBytes + 1 }));
  const fetched = await connection.fetch(
    mails.map(raw => raw.uid),
    { uid: true, bodyParts },
    signal,
  );
  const byUid = new Map(fetched.map(one => [one.uid, one.bodyParts]));
  return mails.flatMap(raw => {
    if (!byUid.has(raw.uid)) return [];
    const parts = wanted.flatMap(part => toPart(part, byUid.get(raw.uid)?.get(keyOf(part).toLowerCase())));
    return [{ ...raw, parts }];
  });
}

function keyOf({ path, section }: WantedPart): string {
  return section === 'header' ? `${path}.HEADER` : path;
}

function toPart({ path, section, maxBytes }: WantedPart, answer: Buffer | null | undefined): FetchedPart[] {
  const bytes = sent(answer);
  if (bytes === undefined) return [];
  return [{ path, section, bytes: bytes.subarray(0, maxBytes), truncated: bytes.length > maxBytes }];
}

/** Mails whose shape nobody understands, one by one: each may be as large as the limit. */
async function readSources(
  connection: Connection,
  mails: readonly RawMessage[],
  signal: AbortSignal,
): Promise<RawMessage[]> {
  const read: RawMessage[] = [];
  for (const raw of mails) {
    const [one] = await connection.fetch(
      [raw.uid],
      { uid: true, source: { start: 0, maxLength: LIMITS.sourceBytes } },
      signal,
    );
    if (one === undefined) continue;
    const source = sent(one.source);
    read.push(source === undefined ? raw : { ...raw, source, truncated: raw.sizeBytes > source.length });
  }
  return read;
}
