/**
 * What each part of a mail is good for. Takes the structure, gives the parts worth reading with their role; the same
 * choice whether the parts were fetched one by one or cut out of a file.
 */
import { LIMITS } from '../shared/limits.ts';
import type { PartStructure } from '../mailbox/mailbox.ts';

/** text, html: for people. machine: fields for programs. returned: a mail inside this one. headers: only its header. */
export type Role = 'text' | 'html' | 'machine' | 'returned' | 'headers';

const MACHINE_TYPES = new Set([
  'message/delivery-status', // RFC 3464
  'message/global-delivery-status', // RFC 6533
  'message/feedback-report', // RFC 5965
  'message/disposition-notification', // RFC 8098
  'message/global-disposition-notification', // RFC 6533
]);
const RETURNED_TYPES = new Set(['message/rfc822', 'message/global']); // RFC 2046 5.2.1, RFC 6532
const HEADERS_TYPES = new Set(['text/rfc822-headers', 'message/global-headers']); // RFC 6522, RFC 6533

/** Empty lines at most: no text part that says anything is as short. */
const EMPTY_BYTES = 4;

/** The role of a part; undefined for what is never read (images, attachments, multiparts). */
export function roleOf(part: PartStructure): Role | undefined {
  if (MACHINE_TYPES.has(part.contentType)) return 'machine';
  if (RETURNED_TYPES.has(part.contentType)) return 'returned';
  if (HEADERS_TYPES.has(part.contentType)) return 'headers';
  // A text file that somebody attached is not what the mail says.
  if (part.disposition === 'attachment') return undefined;
  if (part.contentType === 'text/plain') return 'text';
  return part.contentType === 'text/html' ? 'html' : undefined;
}

/** All parts of the mail itself, outermost first, within the limits of depth and number. */
export function flatten(structure: PartStructure): PartStructure[] {
  const seen: PartStructure[] = [];
  const walk = (part: PartStructure, depth: number): void => {
    if (seen.length >= LIMITS.parts || depth > LIMITS.depth) return;
    seen.push(part);
    // What is inside a returned message is not this mail's, even where a server counts it.
    if (part.contentType.startsWith('multipart/')) for (const child of part.children) walk(child, depth + 1);
  };
  walk(structure, 0);
  return seen;
}

/**
 * The parts whose text people are meant to read: plain text, and HTML that has no plain form. One stands beside it in
 * the same alternative (RFC 2046 5.1.4) or before it; what stands behind it is what a list server or a virus scanner
 * has added.
 */
export function textParts(parts: readonly PartStructure[]): PartStructure[] {
  const plain = parts.filter(part => roleOf(part) === 'text');
  const told = plain.filter(part => (part.sizeBytes ?? Infinity) > EMPTY_BYTES);
  const alternatives = parts.filter(part => part.contentType === 'multipart/alternative').map(({ path }) => path);
  const isOnlyForm = (html: PartStructure): boolean => {
    const parent = parentPath(html);
    const isBeside = alternatives.includes(parent) && told.some(one => parentPath(one) === parent);
    return !isBeside && !told.some(one => parts.indexOf(one) < parts.indexOf(html));
  };
  return parts.filter(part => plain.includes(part) || (roleOf(part) === 'html' && isOnlyForm(part)));
}

function parentPath({ path }: PartStructure): string {
  return path.slice(0, Math.max(path.lastIndexOf('.'), 0));
}

/** Bytes of a part, as it is encoded, that are read in this role. */
export function maxBytesOf(role: Role): number {
  if (role === 'machine') return LIMITS.deliveryStatusBytes;
  if (role === 'text') return LIMITS.textFirstBytes;
  // Style sheets come before the first word: in HTML the text begins late.
  return role === 'html' ? 4 * LIMITS.textFirstBytes : LIMITS.returnedHeaderBytes;
}
