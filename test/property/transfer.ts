/**
 * Transfer encodings (RFC 2045 6) for parts that hold text: a part's text taken out, and put in under another encoding.
 * Takes and gives parts; never touches parts that RFC 2046 5.2.1 forbids to encode.
 */
import { fieldValue, withField } from './mail-tree.ts';
import type { Part } from './mail-tree.ts';

export type Encoding = 'as it is' | 'quoted-printable' | 'base64';

const CTE = 'content-transfer-encoding';

export function encodingOf(part: Part): Encoding {
  const declared = fieldValue(part, CTE).toLowerCase();
  return declared === 'base64' || declared === 'quoted-printable' ? declared : 'as it is';
}

/** The bytes of a leaf as Latin-1 text with LF line ends. */
export function decodedBody(part: Part): string {
  const body = part.body ?? '';
  const encoding = encodingOf(part);
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('latin1').replace(/\r\n/g, '\n');
  if (encoding === 'as it is') return body;
  return body
    .replace(/[ \t]+$/gm, '')
    .replace(/=\n/g, '')
    .replace(/=([0-9A-Fa-f]{2})/g, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/** The leaf with this text, encoded as the leaf was, or otherwise. */
export function withBody(part: Part, text: string, encoding: Encoding = encodingOf(part)): Part {
  if (encoding === 'base64') return { ...declared(part, encoding), body: toBase64(text) };
  if (encoding === 'quoted-printable') return { ...declared(part, encoding), body: toQuotedPrintable(text) };
  const is8bit = /[\x80-\xff]/.test(text);
  const isTrue = encodingOf(part) === encoding && !(is8bit && /7bit/i.test(fieldValue(part, CTE)));
  return { ...(isTrue ? part : declared(part, is8bit ? '8bit' : '7bit')), body: text };
}

/** True where the part's text can be encoded in every way: no composite part, and no line end that is ambiguous. */
export function isEncodable(part: Part): boolean {
  const type = fieldValue(part, 'content-type');
  if (part.body === undefined || !/^(?:text\/|message\/[a-z-]*delivery-status|$)/i.test(type)) return false;
  return !/[\r\0]/.test(decodedBody(part));
}

function declared(part: Part, encoding: string): Part {
  return withField(part, 'Content-Transfer-Encoding', encoding);
}

function toBase64(text: string): string {
  const encoded = Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1').toString('base64');
  return (encoded.match(/.{1,76}/g) ?? []).join('\n');
}

/** RFC 2045 6.7: "=" and 8-bit bytes as "=XX", so too blanks at a line's end; lines of at most 76. */
function toQuotedPrintable(text: string): string {
  return text.split('\n').map(quotedLine).join('\n');
}

function quotedLine(line: string): string {
  const textEnd = line.trimEnd().length;
  const words = line.replace(/[^]/g, (character, index: number) =>
    index < textEnd && /[\t -<>-~]/.test(character) ? character : quoted(character),
  );
  // Cut anywhere but inside of an encoded byte.
  return (words.match(/(?:=[0-9A-F]{2}|[^=]){1,25}/g) ?? []).join('=\n');
}

function quoted(character: string): string {
  return `=${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
