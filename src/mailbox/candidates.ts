/**
 * The content of candidates: header and shape of all in one command, then the parts worth having of many mails at a
 * time. Takes mails after their first look, gives them with their content, as far as the budget goes.
 */
import { Fault } from '../shared/fault.ts';
import { LIMITS } from '../shared/limits.ts';
import { inBatches, keyOf } from './batches.ts';
import type { Batch, Shaped } from './batches.ts';
import type { Budget, Keeper } from './budget.ts';
import type { Connection, Query } from './connection.ts';
import type { Fetched } from './fetch-row.ts';
import type { Taker } from './fetches.ts';
import type { FetchedPart, Interest, PartStructure, RawMessage, WantedPart } from './mailbox.ts';

/** One byte more than is read tells a header that fits from one that is cut. */
const HEADER = { key: 'HEADER', start: 0, maxLength: LIMITS.headerBytes + 1 };

/**
 * Whole header and shape of these mails, ascending.
 * @param shapeless those that are fetched without their shape
 * @param facts what else is asked of each
 */
export async function fetchShapes(
  connection: Connection,
  uids: readonly number[],
  shapeless: ReadonlySet<number>,
  facts: Query,
  budget: Budget,
  signal: AbortSignal,
): Promise<Fetched[]> {
  const header = { ...facts, bodyParts: [HEADER] };
  const shaped: number[] = [];
  const others: number[] = [];
  for (const uid of uids) (shapeless.has(uid) ? others : shaped).push(uid);
  const shapes = new Shapes();
  await budget.fetch(connection, shaped, { ...header, bodyStructure: true }, signal, shapes);
  await budget.fetch(connection, others, header, signal, shapes);
  return shapes.all.sort(byUid);
}

class Shapes implements Keeper {
  readonly all: Fetched[] = [];

  keep(one: Fetched): void {
    this.all.push(one);
  }
}

export function ascending(one: number, other: number): number {
  return one - other;
}

function byUid(one: Fetched, other: Fetched): number {
  return one.uid - other.uid;
}

/**
 * Those of these mails that are candidates with their content, by UID; one that is missing was not handed out, or did
 * not fit any more.
 */
export async function readCandidates(
  connection: Connection,
  mails: readonly RawMessage[],
  shapes: readonly Fetched[],
  interest: Interest,
  budget: Budget,
  signal: AbortSignal,
): Promise<Map<number, RawMessage>> {
  const candidates = new Map<number, RawMessage>();
  for (const raw of mails) if (raw.candidate) candidates.set(raw.uid, raw);
  const wholes: RawMessage[] = [];
  const inParts: Shaped[] = [];
  for (const shape of shapes) {
    const first = candidates.get(shape.uid);
    if (first === undefined) continue;
    const { structure } = shape;
    const wanted = structure === undefined ? 'source' : interest.wantedParts(structure);
    const header = shape.sections.get('header') ?? first.header;
    if (!budget.take(shape.uid, bytesOf(first, structure, wanted))) break;
    if (structure === undefined || wanted === 'source') wholes.push(withShape(first, header, structure));
    else inParts.push({ raw: withShape(first, header, structure), structure, wanted });
  }
  const read = new Map<number, RawMessage>();
  const keep = (some: readonly RawMessage[]): void => {
    for (const raw of some) read.set(raw.uid, raw);
    interest.arrived?.(some);
  };
  keep(await readSources(connection, wholes, signal));
  // All at once: none has to wait for another's answer to come.
  await Promise.all(inBatches(inParts).map(async batch => keep(await readBatch(connection, batch, signal))));
  return read;
}

/** The same object at each step, not a copy: a backlog has thousands of them, and nobody else has it yet. */
type Draft = { -readonly [Key in keyof RawMessage]: RawMessage[Key] };

function withShape(raw: Draft, header: Buffer, structure: PartStructure | undefined): RawMessage {
  raw.header = header;
  raw.structure = structure;
  return raw;
}

function withParts(raw: Draft, parts: readonly FetchedPart[]): RawMessage {
  raw.parts = parts;
  return raw;
}

function withSource(raw: Draft, source: Buffer): RawMessage {
  raw.source = source;
  raw.truncated = raw.sizeBytes > source.length;
  return raw;
}

/** What fetching it will bring at most. */
function bytesOf(
  { sizeBytes }: RawMessage,
  structure: PartStructure | undefined,
  wanted: readonly WantedPart[] | 'source',
): number {
  if (structure === undefined || wanted === 'source') return Math.min(sizeBytes, LIMITS.sourceBytes);
  let bytes = 0;
  for (const { path, maxBytes } of wanted) bytes += Math.min(sizeAt(structure, path) ?? Infinity, maxBytes + 1);
  return bytes;
}

/** Of the part at this path; undefined where there is none, or the server told no size. */
function sizeAt(part: PartStructure, path: string): number | undefined {
  if (part.path === path) return part.sizeBytes;
  for (const child of part.children) {
    if (path === child.path || path.startsWith(`${child.path}.`)) return sizeAt(child, path);
  }
  return undefined;
}

/** A server that refuses the parts of several shapes at once may still hand them out shape by shape. */
async function readBatch(connection: Connection, batch: Batch, signal: AbortSignal): Promise<RawMessage[]> {
  try {
    return await readParts(connection, batch.asked, batch.mails, signal);
  } catch (error) {
    const isRefusal = error instanceof Fault && error.code === 'IMAP' && connection.alive;
    if (!isRefusal || batch.shapes.length === 1) throw error;
    const read: RawMessage[] = [];
    for (const { asked, mails } of batch.shapes) read.push(...(await readParts(connection, asked, mails, signal)));
    return read;
  }
}

async function readParts(
  connection: Connection,
  asked: readonly WantedPart[],
  mails: readonly Shaped[],
  signal: AbortSignal,
): Promise<RawMessage[]> {
  // One byte more than wanted tells a part that fits from one that is cut.
  const bodyParts = asked.map(part => ({ key: keyOf(part), start: 0, maxLength: part.maxBytes + 1 }));
  const shaped = new Map<number, Shaped>();
  for (const mail of mails) shaped.set(mail.raw.uid, mail);
  const uids = [...shaped.keys()].sort(ascending);
  const contents = new Contents(shaped);
  await connection.fetchEach(uids, { uid: true, bodyParts }, signal, contents);
  return contents.read;
}

class Contents implements Taker {
  readonly read: RawMessage[] = [];
  readonly #mails: ReadonlyMap<number, Shaped>;

  constructor(mails: ReadonlyMap<number, Shaped>) {
    this.#mails = mails;
  }

  take({ uid, sections }: Fetched): boolean {
    const mail = this.#mails.get(uid);
    if (mail !== undefined) this.read.push(withParts(mail.raw, partsOf(mail.wanted, sections)));
    return true;
  }
}

function partsOf(wanted: readonly WantedPart[], sections: Fetched['sections']): FetchedPart[] {
  const parts: FetchedPart[] = [];
  for (const part of wanted) {
    const bytes = sections.get(keyOf(part).toLowerCase());
    if (bytes === undefined) continue;
    const { path, section, maxBytes } = part;
    const truncated = bytes.length > maxBytes;
    parts.push({ path, section, bytes: truncated ? bytes.subarray(0, maxBytes) : bytes, truncated });
  }
  return parts;
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
    const source = one.sections.get('');
    read.push(source === undefined ? raw : withSource(raw, source));
  }
  return read;
}
