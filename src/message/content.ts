/**
 * The content of a mail out of its structure and the bytes of its parts: text, machine-readable parts, the header of
 * the returned message. Both ways to read a mail meet here, so both give the same. Never throws on bad mail.
 */
import { headerValue, parseHeaderFields } from '../shared/header-fields.ts';
import type { HeaderFields } from '../shared/header-fields.ts';
import { LIMITS } from '../shared/limits.ts';
import type { FetchedPart, PartStructure } from '../mailbox/mailbox.ts';
import type { MachinePart, PartOutline, ReturnedMessage } from './message.ts';
import { decodeText, decodeTransfer, isEncoded } from './decode.ts';
import { htmlToText } from './html.ts';
import { asLatin1Lines } from './lines.ts';
import { flatten, maxBytesOf, roleOf, textParts } from './roles.ts';
import { splitMail, undeclaredBoundary } from './split.ts';
import type { SplitMail } from './split.ts';

export interface Content {
  readonly outline: readonly PartOutline[];
  readonly text: string;
  readonly textTruncated: boolean;
  readonly machineParts: readonly MachinePart[];
  readonly returned?: ReturnedMessage;
}

/** A mail's parts: their tree, and the bytes of those that matter. */
export interface Parts {
  readonly structure: PartStructure;
  readonly fetched: readonly FetchedPart[];
}

export const NO_CONTENT: Content = { outline: [], text: '', textTruncated: false, machineParts: [] };

/** Reads the content; `headers` are those of the mail itself. */
export async function readContent(given: Parts, headers: HeaderFields): Promise<Content> {
  const { structure, fetched } = withUndeclaredParts(given, headers);
  const parts = flatten(structure);
  const returned = await readReturned(parts, fetched);
  return {
    outline: parts.map(({ path, contentType }) => ({ path, contentType })),
    ...(await readText(textParts(parts), fetched)),
    machineParts: await readMachineParts(parts, fetched),
    ...(returned === undefined ? {} : { returned }),
  };
}

/**
 * Cuts the parts that matter out of a split mail, each as long as it would have been fetched.
 * @param endsEarly the mail itself was cut, so its last part is not whole
 */
export function partsOfSplit(mail: SplitMail, endsEarly: boolean): Parts {
  const fetched: FetchedPart[] = [];
  const parts = flatten(mail.structure);
  const texts = textParts(parts);
  const last = parts.at(-1);
  for (const part of parts) {
    const role = roleOf(part);
    const body = mail.bodies.get(part.path);
    if (role === undefined || body === undefined) continue;
    if ((role === 'text' || role === 'html') && !texts.includes(part)) continue;
    const maxBytes = maxBytesOf(role);
    fetched.push({
      path: part.path,
      section: role === 'returned' ? 'header' : 'body',
      bytes: Buffer.from(body.slice(0, maxBytes), 'latin1'),
      truncated: body.length > maxBytes || (endsEarly && part === last),
    });
  }
  return { structure: mail.structure, fetched };
}

/** A mail without any Content-Type whose body is a multipart all the same: some gateways lose that field. */
function withUndeclaredParts(given: Parts, headers: HeaderFields): Parts {
  const leaf = given.structure.children.length === 0 && given.structure.contentType === 'text/plain';
  if (!leaf || headerValue(headers, 'content-type') !== undefined) return given;
  const only = given.fetched.find(part => part.path === given.structure.path && part.section === 'body');
  if (!only || isEncoded(given.structure.encoding)) return given;
  const body = asLatin1Lines(only.bytes);
  const boundary = undeclaredBoundary(body);
  if (boundary === undefined) return given;
  const mail = `Content-Type: multipart/mixed; boundary="${boundary.replace(/["\\]/g, '\\$&')}"\n\n${body}`;
  return partsOfSplit(splitMail(mail), only.truncated);
}

async function readText(
  parts: readonly PartStructure[],
  fetched: readonly FetchedPart[],
): Promise<{ text: string; textTruncated: boolean }> {
  const texts: string[] = [];
  let truncated = false;
  for (const part of parts) {
    const found = find(fetched, part, 'body');
    if (!found) {
      truncated = true;
      continue;
    }
    const decoded = decodeText(await decodeTransfer(found.bytes, part.encoding), part.parameters);
    const { text, truncated: cut } = part.contentType === 'text/html' ? htmlToText(decoded) : whole(decoded);
    truncated ||= found.truncated || cut;
    texts.push(text);
  }
  const all = texts.join('\n');
  return { text: all.slice(0, LIMITS.textChars), textTruncated: truncated || all.length > LIMITS.textChars };
}

function whole(text: string): { text: string; truncated: boolean } {
  return { text, truncated: false };
}

async function readMachineParts(
  parts: readonly PartStructure[],
  fetched: readonly FetchedPart[],
): Promise<MachinePart[]> {
  const read: MachinePart[] = [];
  for (const part of parts.filter(each => roleOf(each) === 'machine')) {
    const found = find(fetched, part, 'body');
    if (!found) continue;
    const bytes = await decodeTransfer(found.bytes, part.encoding);
    read.push({ path: part.path, contentType: part.contentType, text: decodeText(bytes, part.parameters) });
  }
  return read;
}

/** The first returned message that has a header. */
async function readReturned(
  parts: readonly PartStructure[],
  fetched: readonly FetchedPart[],
): Promise<ReturnedMessage | undefined> {
  for (const part of parts) {
    const role = roleOf(part);
    const found = role === 'returned' ? find(fetched, part, 'header') : find(fetched, part, 'body');
    if ((role !== 'returned' && role !== 'headers') || !found) continue;
    const headers = await returnedFields(found.bytes.subarray(0, LIMITS.returnedHeaderBytes), part.encoding);
    if (headers.length > 0) return { path: part.path, contentType: part.contentType, headers };
  }
  return undefined;
}

/**
 * RFC 2046 5.2.1 forbids to encode a message/rfc822, and RFC 2045 6.4 other composite types; some do so, and some say
 * so and do not. Base64 has no colon, and in quoted-printable no "=" stands without two digits: that tells them apart.
 */
async function returnedFields(bytes: Buffer, encoding: string | undefined): Promise<HeaderFields> {
  const plain = fieldsOf(bytes);
  if (!isEncoded(encoding)) return plain;
  const undecodable =
    encoding === 'base64' ? plain.length > 0 : /=(?![0-9A-Fa-f]{2}|\s)/.test(bytes.toString('latin1'));
  return undecodable ? plain : fieldsOf(await decodeTransfer(bytes, encoding));
}

/** The header block at the start of the bytes; empty lines before it do not count. */
function fieldsOf(bytes: Buffer): HeaderFields {
  const text = asLatin1Lines(bytes);
  const from = text.search(/[^\n]/);
  const to = from < 0 ? -1 : text.indexOf('\n\n', from);
  return parseHeaderFields(Buffer.from(text.slice(Math.max(from, 0), to < 0 ? undefined : to), 'latin1'));
}

function find(fetched: readonly FetchedPart[], part: PartStructure, section: FetchedPart['section']) {
  return fetched.find(each => each.path === part.path && each.section === section);
}
