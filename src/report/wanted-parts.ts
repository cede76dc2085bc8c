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
  const isText = (type: string) => (leaf: PartStructure) =>
    leaf.contentType === type && leaf.disposition !== 'attachment';
  const plain = leaves.filter(isText('text/plain'));
  // HTML before any plain text may be all that the mail says: what follows it may be a list server's footer.
  const told = leaves.findIndex(leaf => isText('text/plain')(leaf) && (leaf.sizeBytes ?? Infinity) > EMPTY_BYTES);
  const html = leaves.slice(0, told < 0 ? undefined : told).filter(isText('text/html'));
  const texts: WantedPart[] = [
    ...plain.map(({ path }) => ({ path, section: 'body' as const, maxBytes: LIMITS.textFirstBytes })),
    ...html.map(({ path }) => ({ path, section: 'body' as const, maxBytes: HTML_BYTES })),
  ];
  // What tells most is kept first in a mail with more parts than are fetched.
  const others = [
    ...leaves.flatMap(machinePart).slice(0, LIMITS.machineParts),
    ...leaves.flatMap(returnedPart).slice(0, LIMITS.returnedParts),
  ];
  const kept = withinBytes([...others, ...texts].slice(0, LIMITS.parts));
  return kept.length === 0 ? 'source' : [...texts, ...others].filter(part => kept.includes(part));
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
  return wanted.filter(({ maxBytes }) => (left -= maxBytes) >= 0);
}

function leavesOf(part: PartStructure, depth: number): PartStructure[] {
  if (part.children.length === 0) return [part];
  return depth >= LIMITS.depth ? [] : part.children.slice(0, LIMITS.parts).flatMap(child => leavesOf(child, depth + 1));
}
