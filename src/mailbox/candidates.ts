/**
 * The content of candidates: header and shape of all in one command, then the parts worth having of many mails at a
 * time. Takes mails after their first look, gives them with their content, as far as the budget goes.
 */
import { Fault } from '../shared/fault.ts';
import { LIMITS } from '../shared/limits.ts';
import { inBatches, keyOf } from './batches.ts';
import type { Batch, Shaped } from './batches.ts';
import type { Budget } from './budget.ts';
import type { Connection, Query } from './connection.ts';
import type { Fetched } from './fetch-row.ts';
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
  const [shaped, others] = [uids.filter(uid => !shapeless.has(uid)), uids.filter(uid => shapeless.has(uid))];
  const shapes: Fetched[] = [];
  const keep = (one: Fetched): unknown => shapes.push(one);
  await budget.fetch(connection, shaped, { ...header, bodyStructure: true }, signal, keep);
  await budget.fetch(connection, others, header, signal, keep);
  return shapes.sort((one, other) => one.uid - other.uid);
}

/** Candidates with their content, by UID; one that is missing was not handed out, or did not fit any more. */
export async function readCandidates(
  connection: Connection,
  candidates: readonly RawMessage[],
  shapes: readonly Fetched[],
  interest: Interest,
  budget: Budget,
  signal: AbortSignal,
): Promise<Map<number, RawMessage>> {
  const byUid = new Map(candidates.map(raw => [raw.uid, raw]));
  const wholes: RawMessage[] = [];
  const inParts: Shaped[] = [];
  for (const shape of shapes) {
    const first = byUid.get(shape.uid);
    if (first === undefined) continue;
    const { structure } = shape;
    const wanted = structure === undefined ? 'source' : interest.wantedParts(structure);
    const raw = { ...first, header: shape.sections.get('header') ?? first.header };
    if (!budget.take(raw.uid, bytesOf(raw, structure, wanted))) break;
    if (structure === undefined || wanted === 'source')
      wholes.push(structure === undefined ? raw : { ...raw, structure });
    else inParts.push({ raw: { ...raw, structure }, structure, wanted });
  }
  const read: RawMessage[] = [];
  const keep = (some: readonly RawMessage[]): void => {
    read.push(...some);
    interest.arrived?.(some);
  };
  keep(await readSources(connection, wholes, signal));
  for (const batch of inBatches(inParts)) keep(await readBatch(connection, batch, signal));
  return new Map(read.map(raw => [raw.uid, raw]));
}

/** What fetching it will bring at most. */
function bytesOf(
  { sizeBytes }: RawMessage,
  structure: PartStructure | undefined,
  wanted: readonly WantedPart[] | 'source',
): number {
  if (structure === undefined || wanted === 'source') return Math.min(sizeBytes, LIMITS.sourceBytes);
  const sizes = new Map<string, number>();
  noteSizes(sizes, structure);
  return wanted.reduce((sum, { path, maxBytes }) => sum + Math.min(sizes.get(path) ?? Infinity, maxBytes + 1), 0);
}

function noteSizes(sizes: Map<string, number>, { path, sizeBytes = Infinity, children }: PartStructure): void {
  sizes.set(path, sizeBytes);
  for (const child of children) noteSizes(sizes, child);
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
  const uids = mails.map(({ raw }) => raw.uid).sort((one, other) => one - other);
  const byUid = new Map(mails.map(mail => [mail.raw.uid, mail]));
  const read: RawMessage[] = [];
  await connection.fetchEach(uids, { uid: true, bodyParts }, signal, ({ uid, sections }) => {
    const mail = byUid.get(uid);
    if (mail === undefined) return true;
    const parts = mail.wanted.flatMap(part => toPart(part, sections.get(keyOf(part).toLowerCase())));
    return read.push({ ...mail.raw, parts }) > 0;
  });
  return read;
}

function toPart({ path, section, maxBytes }: WantedPart, bytes: Buffer | undefined): FetchedPart[] {
  if (bytes === undefined) return [];
  const truncated = bytes.length > maxBytes;
  return [{ path, section, bytes: truncated ? bytes.subarray(0, maxBytes) : bytes, truncated }];
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
    read.push(source === undefined ? raw : { ...raw, source, truncated: raw.sizeBytes > source.length });
  }
  return read;
}
