/**
 * Which mails' parts are asked for in one command. Takes mails with their shapes and the parts wanted of each, gives
 * few batches: a mail may be asked for a part that it does not have, never for one that it has and nobody wants.
 */
import { LIMITS } from '../shared/limits.ts';
import type { PartStructure, RawMessage, WantedPart } from './mailbox.ts';

export interface Shaped {
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

/** Every mail in exactly one of them. */
export function inBatches(mails: readonly Shaped[]): Batch[] {
  const byWish = new Map<string, Shaped[]>();
  for (const mail of mails) {
    const wish = mail.wanted.map(wishOf).join(' ');
    const alike = byWish.get(wish);
    if (alike === undefined) byWish.set(wish, [mail]);
    else alike.push(mail);
  }
  const batches: Batch[] = [];
  for (const alike of byWish.values()) {
    const shape = { asked: alike[0]?.wanted ?? [], mails: alike };
    const at = batches.findIndex(batch => costsNothing(batch, shape) && costsNothing(shape, batch));
    const batch = batches[at];
    if (batch === undefined) batches.push({ ...shape, shapes: [shape] });
    else batches[at] = together(batch, shape);
  }
  return batches;
}

/** As it stands in a FETCH. */
export function keyOf({ path, section }: WantedPart): string {
  return section === 'header' ? `${path}.HEADER` : path;
}

function wishOf(part: WantedPart): string {
  return `${keyOf(part)}/${part.maxBytes}`;
}

function together(batch: Batch, shape: Asked): Batch {
  const known = new Set(batch.asked.map(wishOf));
  const more = shape.asked.filter(part => !known.has(wishOf(part)));
  return {
    asked: [...batch.asked, ...more],
    mails: [...batch.mails, ...shape.mails],
    shapes: [...batch.shapes, shape],
  };
}

/** True when no mail of the one has any of what is asked of the other, but for what it is asked anyway. */
function costsNothing(one: Asked, other: Asked): boolean {
  return one.mails.every(({ structure, wanted }) => {
    const own = new Set(wanted.map(wishOf));
    const more = other.asked.filter(part => !own.has(wishOf(part)));
    return more.length === 0 || (isWhole(structure) && more.every(({ path }) => !has(structure, path)));
  });
}

/** False when there may be parts that the limit has kept from being told. */
function isWhole(structure: PartStructure): boolean {
  const count = (part: PartStructure): number => part.children.reduce((sum, child) => sum + count(child), 1);
  return count(structure) < LIMITS.parts;
}

/** True when the mail has, or may have, such a part: those inside a returned message, or too deep, are not told. */
function has({ path: own, contentType, children }: PartStructure, path: string): boolean {
  const isClosed = children.length === 0 && /^(?:message|multipart)\//.test(contentType);
  return own === path || (isClosed && path.startsWith(`${own}.`)) || children.some(child => has(child, path));
}
