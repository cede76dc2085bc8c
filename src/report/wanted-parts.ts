/**
 * Which parts of a candidate are worth fetching. Takes the MIME shape, gives part numbers with limits; never an image,
 * never the body of the returned mail.
 */
import type { PartStructure, WantedPart } from '../mailbox/mailbox.ts';
import { LIMITS } from '../shared/limits.ts';

const HTML_BYTES = 4 * LIMITS.textFirstBytes;
/** As message/roles.ts has it: empty lines at most. */
const EMPTY_BYTES = 4;
const MACHINE = /^message\/(?:(?:global-)?(?:delivery-status|disposition-notification)|feedback-report)$/;
const HEADERS = /^(?:text\/rfc822-headers|message\/global-headers)$/;
const RETURNED = /^message\/(?:rfc822|global)$/;

/** Or "source" when the shape says nothing: a multipart without parts, or an unknown single part. */
export function wantedParts(structure: PartStructure): readonly WantedPart[] | 'source' {
  const leaves = leavesOf(structure, 0);
  const plain = leaves.filter(isPlain);
  // HTML before any plain text may be all that the mail says: what follows it may be a list server's footer.
  const told = leaves.findIndex(tells);
  const html = leaves.slice(0, told < 0 ? undefined : told).filter(isHtml);
  const texts = [...plain.map(plainPart), ...html.map(htmlPart)];
  // What tells most is kept first in a mail with more parts than are fetched.
  const others = [
    ...leaves.flatMap(machinePart).slice(0, LIMITS.machineParts),
    ...leaves.flatMap(returnedPart).slice(0, LIMITS.returnedParts),
  ];
  const kept = withinBytes([...others, ...texts].slice(0, LIMITS.parts));
  if (kept.length === 0) return 'source';
  const all = [...texts, ...others];
  return kept.length === all.length ? all : all.filter(part => kept.includes(part));
}

function isPlain(leaf: PartStructure): boolean {
  return leaf.contentType === 'text/plain' && leaf.disposition !== 'attachment';
}

function tells(leaf: PartStructure): boolean {
  return isPlain(leaf) && (leaf.sizeBytes ?? Infinity) > EMPTY_BYTES;
}

function isHtml(leaf: PartStructure): boolean {
  return leaf.contentType === 'text/html' && leaf.disposition !== 'attachment';
}

function plainPart({ path }: PartStructure): WantedPart {
  return { path, section: 'body', maxBytes: LIMITS.textFirstBytes };
}

function htmlPart({ path }: PartStructure): WantedPart {
  return { path, section: 'body', maxBytes: HTML_BYTES };
}

function machinePart({ path, contentType }: PartStructure): WantedPart[] {
  return MACHINE.test(contentType) ? [{ path, section: 'body', maxBytes: LIMITS.deliveryStatusBytes }] : [];
}

function returnedPart({ path, contentType }: PartStructure): WantedPart[] {
  if (HEADERS.test(contentType)) return [{ path, section: 'body', maxBytes: LIMITS.returnedHeaderBytes }];
  return RETURNED.test(contentType) ? [{ path, section: 'header', maxBytes: LIMITS.returnedHeaderBytes }] : [];
}

/** All parts of a mail together are held to what a whole mail is held to. */
function withinBytes(wanted: readonly WantedPart[]): WantedPart[] {
  let left: number = LIMITS.sourceBytes;
  const kept: WantedPart[] = [];
  for (const part of wanted) if ((left -= part.maxBytes) >= 0) kept.push(part);
  return kept;
}

function leavesOf(part: PartStructure, depth: number): PartStructure[] {
  if (part.children.length === 0) return [part];
  const leaves: PartStructure[] = [];
  if (depth >= LIMITS.depth) return leaves;
  for (const child of part.children.slice(0, LIMITS.parts)) leaves.push(...leavesOf(child, depth + 1));
  return leaves;
}
