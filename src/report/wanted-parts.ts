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
  const wanted: WantedPart[] = [
    ...plain.map(({ path }) => ({ path, section: 'body' as const, maxBytes: LIMITS.textFirstBytes })),
    ...html.map(({ path }) => ({ path, section: 'body' as const, maxBytes: HTML_BYTES })),
    ...leaves.flatMap(leaf => machineOrReturned(leaf)),
  ];
  return wanted.length === 0 ? 'source' : wanted.slice(0, LIMITS.parts);
}

function machineOrReturned({ path, contentType }: PartStructure): WantedPart[] {
  if (MACHINE.test(contentType)) return [{ path, section: 'body', maxBytes: LIMITS.deliveryStatusBytes }];
  if (HEADERS.test(contentType)) return [{ path, section: 'body', maxBytes: LIMITS.returnedHeaderBytes }];
  if (RETURNED.test(contentType)) return [{ path, section: 'header', maxBytes: LIMITS.returnedHeaderBytes }];
  return [];
}

function leavesOf(part: PartStructure, depth: number): PartStructure[] {
  if (part.children.length === 0) return [part];
  return depth >= LIMITS.depth ? [] : part.children.slice(0, LIMITS.parts).flatMap(child => leavesOf(child, depth + 1));
}
