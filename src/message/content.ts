/**
 * The content of a mail out of its structure and the bytes of its parts: text, machine-readable parts, the header of
 * the returned message. Both ways to read a mail meet here, so both give the same. Never throws on bad mail.
 */
import { headerValue, parseHeaderText } from '../shared/header-fields.ts';
import type { HeaderFields } from '../shared/header-fields.ts';
import { LIMITS } from '../shared/limits.ts';
import type { FetchedPart, PartStructure } from '../mailbox/mailbox.ts';
import type { MachinePart, PartOutline, ReturnedMessage } from './message.ts';
import { decodeText, decodeTransfer, isEncoded, withoutSoftBreaks } from './decode.ts';
import { HTML_CHARS, htmlToText } from './html.ts';
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

/** So much of a word is left out where a text is cut: more than any address has. */
const CUT_CHARS = 1000;

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
  let left: number = LIMITS.textChars;
  let htmlLeft = HTML_CHARS;
  let truncated = false;
  for (const part of parts) {
    const found = left > 0 ? find(fetched, part, 'body') : undefined;
    const decoded = found ? await bodyText(found, part) : '';
    const isHtml = part.contentType === 'text/html';
    const whole = isHtml ? htmlToText(decoded.slice(0, htmlLeft)) : withoutSoftBreaks(decoded, part.parameters);
    const isCut = found?.truncated === true || (isHtml && decoded.length > htmlLeft);
    const text = isCut ? withoutCutWord(whole) : whole;
    truncated ||= isCut || found === undefined || text.length > left;
    if (isHtml) htmlLeft = Math.max(htmlLeft - decoded.length, 0);
    texts.push(text.length > left ? withoutCutWord(text.slice(0, left)) : text);
    left = Math.max(left - text.length - 1, 0);
  }
  return { text: texts.join('\n').slice(0, LIMITS.textChars), textTruncated: truncated };
}

async function readMachineParts(
  parts: readonly PartStructure[],
  fetched: readonly FetchedPart[],
): Promise<MachinePart[]> {
  const read: MachinePart[] = [];
  for (const part of parts.filter(each => roleOf(each) === 'machine').slice(0, LIMITS.machineParts)) {
    const found = find(fetched, part, 'body');
    if (!found) continue;
    read.push({ path: part.path, contentType: part.contentType, text: await machineText(found, part) });
  }
  return read;
}

/** Of a part that was cut, without its last line: half a field may name somebody else. */
async function machineText(found: FetchedPart, part: PartStructure): Promise<string> {
  const text = (await bodyText(found, part)).slice(0, LIMITS.deliveryStatusBytes);
  const isCut = found.truncated || text.length === LIMITS.deliveryStatusBytes;
  return isCut ? text.slice(0, text.lastIndexOf('\n') + 1) : text;
}

/** What is cut ends with its last whole word: half an address is somebody else's. */
function withoutCutWord(text: string): string {
  let end = text.length;
  while (end > 0 && text.length - end < CUT_CHARS && !/\s/.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

async function bodyText(found: FetchedPart, part: PartStructure): Promise<string> {
  return decodeText(await decodeTransfer(found.bytes, part.encoding), part.parameters['charset']);
}

/** The first returned message that has a header. */
async function readReturned(
  parts: readonly PartStructure[],
  fetched: readonly FetchedPart[],
): Promise<ReturnedMessage | undefined> {
  const returned = parts.filter(part => ['returned', 'headers'].includes(roleOf(part) ?? ''));
  for (const part of returned.slice(0, LIMITS.returnedParts)) {
    const found = find(fetched, part, roleOf(part) === 'returned' ? 'header' : 'body');
    if (!found) continue;
    const headers = await returnedFields(found, part.encoding);
    if (headers.length > 0) return { path: part.path, contentType: part.contentType, headers };
  }
  return undefined;
}

/**
 * RFC 2046 5.2.1 forbids to encode a message/rfc822, and RFC 2045 6.4 other composite types; some do so, and some say
 * so and do not. Base64 has no colon, and in quoted-printable no "=" stands without two digits: that tells them apart.
 */
async function returnedFields(found: FetchedPart, encoding: string | undefined): Promise<HeaderFields> {
  const bytes = found.bytes.subarray(0, LIMITS.returnedHeaderBytes);
  const isCut = found.truncated || bytes.length < found.bytes.length;
  const block = headerBlock(bytes);
  const plain = fieldsOf(block, isCut);
  if (!isEncoded(encoding)) return plain;
  const isPlain = encoding === 'base64' ? plain.length > 0 : /=(?![0-9A-Fa-f]{2}|\s|[0-9A-Fa-f]?$)/.test(block.text);
  return isPlain ? plain : fieldsOf(headerBlock(await decodeTransfer(bytes, encoding)), isCut);
}

interface HeaderBlock {
  readonly text: string;
  /** True when the empty line after it was seen. */
  readonly ends: boolean;
}

/** The header block at the start of the bytes; empty lines before it do not count. */
function headerBlock(bytes: Buffer): HeaderBlock {
  const text = asLatin1Lines(bytes);
  const from = text.search(/[^\n]/);
  if (from < 0) return { text: '', ends: false };
  const to = text.indexOf('\n\n', from);
  return { text: text.slice(from, to < 0 ? undefined : to), ends: to >= 0 };
}

/** Its fields, without one that is cut. */
function fieldsOf({ text, ends }: HeaderBlock, isCut: boolean): HeaderFields {
  const fields = parseHeaderText(text);
  return isCut && !ends ? fields.slice(0, -1) : fields;
}

function find(fetched: readonly FetchedPart[], part: PartStructure, section: FetchedPart['section']) {
  return fetched.find(each => each.path === part.path && each.section === section);
}
