/**
 * Which mails' parts are asked for in one command. Takes mails with their shapes and the parts wanted of each, gives
 * few batches: a mail may be asked for a part that it does not have, and for one that nobody wants only where that
 * costs less than a command more.
 */
import { LIMITS } from '../shared/limits.ts';
import type { PartStructure, RawMessage, WantedPart } from './mailbox.ts';

/** A candidate whose parts are to be fetched. */
export interface Shaped {
  /** Still without its parts. */
  readonly raw: RawMessage;
  readonly structure: PartStructure;
  readonly wanted: readonly WantedPart[];
}

/** Mails, and the parts that are asked of each of them. */
export interface Asked {
  readonly asked: readonly WantedPart[];
  readonly mails: readonly Shaped[];
}

export interface Batch extends Asked {
  /** The same mails by what they want: nothing is asked there that is not wanted. */
  readonly shapes: readonly Asked[];
}

/** Bytes that come over any line in less time than a command and its answer. */
const ROUND_TRIP_BYTES = 12 * 1024;
/** Parts of several shapes in one command: with its UIDs it stays below what servers take (RFC 2683 3.2.1.5). */
const MOST_ASKED = 40;
/** Batches that a shape is compared with: a chunk of nothing but odd shapes must not take seconds. */
const MOST_COMPARED = 20;

/** What a mail would give for a part that it is asked for. */
interface Offer {
  /** By path; without end where the server told no size, as of a multipart. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Paths of parts whose own parts are not told, such as those inside a returned message. */
  readonly closed: readonly string[];
  /** False when there may be parts that the limit has kept from being told. */
  readonly isWhole: boolean;
  /** Bytes that are fetched anyway, by what they are asked as. */
  readonly wanted: ReadonlyMap<string, number>;
}

/** Mails that want the same, or a batch in the making. */
interface Group extends Batch {
  readonly offers: readonly Offer[];
}

/** Every mail in exactly one of them. */
export function inBatches(mails: readonly Shaped[]): Batch[] {
  const byWish = new Map<string, Shaped[]>();
  for (const mail of mails) {
    const wish = wishOf(mail);
    const alike = byWish.get(wish);
    if (alike === undefined) byWish.set(wish, [mail]);
    else alike.push(mail);
  }
  const groups: Group[] = [];
  // What many want first: few mails that want something else are cheap to ask for it, too.
  for (const alike of [...byWish.values()].sort((one, other) => other.length - one.length)) {
    const shape = { asked: alike[0]?.wanted ?? [], mails: alike };
    const group = { ...shape, shapes: [shape], offers: offersOf(alike) };
    const costs = groups.slice(0, MOST_COMPARED).map(other => bytesInVain(other, group));
    const least = costs.reduce((one, other) => Math.min(one, other), Infinity);
    const at = costs.indexOf(least);
    const other = groups[at];
    if (other === undefined || least > ROUND_TRIP_BYTES) groups.push(group);
    else groups[at] = together(other, group);
  }
  return groups.map(({ asked, mails: some, shapes }) => ({ asked, mails: some, shapes }));
}

/** The same for mails that want the same. */
function wishOf({ wanted }: Shaped): string {
  let wish = '';
  for (const part of wanted) wish += `${keyOf(part)}/${part.maxBytes} `;
  return wish;
}

/** As it stands in a FETCH. */
export function keyOf({ path, section }: WantedPart): string {
  return section === 'header' ? `${path}.HEADER` : path;
}

function together(one: Group, other: Group): Group {
  return {
    asked: union(one.asked, other.asked),
    mails: [...one.mails, ...other.mails],
    shapes: [...one.shapes, ...other.shapes],
    offers: [...one.offers, ...other.offers],
  };
}

/** Each part once, as much of it as any of them wants. */
function union(some: readonly WantedPart[], more: readonly WantedPart[]): WantedPart[] {
  const byKey = new Map<string, WantedPart>();
  for (const part of [...some, ...more]) {
    const known = byKey.get(keyOf(part));
    if (known === undefined || known.maxBytes < part.maxBytes) byKey.set(keyOf(part), part);
  }
  return [...byKey.values()];
}

/** Bytes that come and nobody wants, if these are asked together; without end where that must not be. */
function bytesInVain(one: Group, other: Group): number {
  const asked = union(one.asked, other.asked);
  if (asked.length > MOST_ASKED && asked.length > Math.max(one.asked.length, other.asked.length)) return Infinity;
  // The fewer first: each look may be the last.
  return vainOf(one.offers, asked, vainOf(other.offers, asked, 0));
}

function vainOf(offers: readonly Offer[], asked: readonly WantedPart[], before: number): number {
  let bytes = before;
  for (const offer of offers) {
    if (bytes > ROUND_TRIP_BYTES) return Infinity;
    for (const part of asked) bytes += unwanted(offer, part);
  }
  return bytes > ROUND_TRIP_BYTES ? Infinity : bytes;
}

function unwanted(offer: Offer, part: WantedPart): number {
  const there = bytesAt(offer, part.path);
  return Math.max(0, Math.min(there, part.maxBytes) - Math.min(there, offer.wanted.get(keyOf(part)) ?? 0));
}

function bytesAt({ sizes, closed, isWhole }: Offer, path: string): number {
  if (!isWhole) return Infinity;
  const size = sizes.get(path);
  if (size !== undefined) return size;
  const around = closed.find(one => path.startsWith(`${one}.`));
  return around === undefined ? 0 : (sizes.get(around) ?? 0);
}

/** What mails that want the same would give. */
function offersOf(alike: readonly Shaped[]): Offer[] {
  const bytes = new Map<string, number>();
  for (const part of alike[0]?.wanted ?? []) bytes.set(keyOf(part), part.maxBytes);
  return alike.map(({ structure }) => {
    const sizes = new Map<string, number>();
    const closed: string[] = [];
    noteParts(structure, sizes, closed);
    return { sizes, closed, isWhole: sizes.size < LIMITS.parts, wanted: bytes };
  });
}

function noteParts(
  { path, sizeBytes = Infinity, contentType, children }: PartStructure,
  sizes: Map<string, number>,
  closed: string[],
): void {
  sizes.set(path, sizeBytes);
  if (children.length === 0 && /^(?:message|multipart)\//.test(contentType)) closed.push(path);
  for (const child of children) noteParts(child, sizes, closed);
}
