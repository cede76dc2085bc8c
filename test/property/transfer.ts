/**
 * Transfer encodings (RFC 2045 6) for parts that hold text: a part's text taken out, and put in under another encoding.
 * Takes and gives parts; never touches parts that RFC 2046 5.2.1 forbids to encode.
 */
import { fieldValue, withField } from './mail-tree.ts';
import type { Part } from './mail-tree.ts';

export type Encoding = 'as it is' | 'quoted-printable' | 'base64';

export function encodingOf(part: Part): Encoding {
  const declared = fieldValue(part, 'content-transfer-encoding').toLowerCase();
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
  const is8bit = /[\x80-\xff]/.test(text);
  const name = encoding === 'as it is' ? (is8bit ? '8bit' : '7bit') : encoding;
  const isDeclared = encoding !== 'as it is' || fieldValue(part, 'content-transfer-encoding') !== '' || is8bit;
  const declared = isDeclared ? withField(part, 'Content-Transfer-Encoding', name) : part;
  if (encoding === 'base64') return { ...declared, body: toBase64(text) };
  return { ...declared, body: encoding === 'as it is' ? text : toQuotedPrintable(text) };
}

/** True where the part's text can be encoded in every way: no composite part, and no line end that is ambiguous. */
export function isEncodable(part: Part): boolean {
  const type = fieldValue(part, 'content-type');
  if (part.body === undefined || !/^(?:text\/|message\/[a-z-]*delivery-status|$)/i.test(type)) return false;
  return !/[\r\0]/.test(decodedBody(part));
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
  const lines = [''];
  for (const [index, character] of [...line].entries()) {
    const word = index < textEnd && /[\t -<>-~]/.test(character) ? character : quoted(character);
    if ((lines.at(-1) ?? '').length + word.length > 75) lines.push('');
    lines[lines.length - 1] += word;
  }
  return lines.join('=\n');
}

function quoted(character: string): string {
  return `=${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
