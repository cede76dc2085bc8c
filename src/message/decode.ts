/**
 * From the bytes of a part to text. Takes bytes as on the wire, undoes transfer encoding, charset and soft line breaks,
 * gives text with LF line ends. Never throws: what is cut off or damaged gives what is there.
 */
import { isAscii } from 'node:buffer';
import chardet from 'chardet';
import iconv from 'iconv-lite';
import libmime from 'libmime';
import { decode, normalizeCharset } from 'libmime/lib/charset.js';
import { withLf } from './lines.ts';

const ENCODED = new Set(['base64', 'quoted-printable']);
/** Names that promise nothing: what carries them is looked at instead. */
const NO_CHARSET = /^(?:|(?:us-?)?ascii|ansi_x3[^a-z]*|7bit|8bit|binary|default|none|(?:x-)?unknown.{0,20})$/;
/** Charsets of libmime that iconv-lite does not know. */
const JAPANESE = /^(?:jis|iso-?2022-?jp|euc-?jp)/i;
/** "unicode-1-1-utf-7" is Exchange's name for it (RFC 1642); libmime would leave it as it is. */
const UTF_7 = /^(?:unicode-?1-?1-?)?utf-?7$/;
/** The escape sequences by which ISO-2022-JP (RFC 1468) changes to Japanese. */
const JAPANESE_ESCAPE = /\x1b\$[@B]/; // eslint-disable-line no-control-regex -- these are control sequences

/** True where the bytes need `decodeTransfer`. */
export function isEncoded(encoding: string | undefined): boolean {
  return encoding !== undefined && ENCODED.has(encoding);
}

/**
 * Undoes base64 and quoted-printable (RFC 2045 6). What is in order is decoded here; the rest by mailparser, on a mail
 * made of this part alone, which costs as much as reading a whole mail: it copes with cut and damaged input, and it
 * never sees the structure that the sender of the mail chose.
 */
export async function decodeTransfer(bytes: Buffer, encoding: string | undefined): Promise<Buffer> {
  if (encoding === undefined || !ENCODED.has(encoding)) return bytes;
  const text = bytes.toString('latin1');
  const decoded = encoding === 'base64' ? fromBase64(text) : fromQuotedPrintable(text);
  return decoded ?? withMailparser(bytes, encoding);
}

/** RFC 2045 6.8; undefined where anything but line ends stands between its letters, or padding before its end. */
function fromBase64(text: string): Buffer | undefined {
  return /[^A-Za-z0-9+/=\r\n]|=[\r\n]*[^=\r\n]/.test(text) ? undefined : Buffer.from(text, 'base64');
}

/** RFC 2045 6.7; undefined where a "=" is neither a byte nor the end of a line. */
function fromQuotedPrintable(text: string): Buffer | undefined {
  if (/=(?![0-9A-Fa-f]{2}|\r?\n)/.test(text)) return undefined;
  const decoded = text
    .replace(/(^|[^ \t])[ \t]+(?=[\r\n]|$)/g, '$1')
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(decoded, 'latin1');
}

async function withMailparser(bytes: Buffer, encoding: string): Promise<Buffer> {
  // Loaded for the first part that is damaged: with what it needs it takes 3 MB, and most threads never meet one.
  const { simpleParser } = await import('mailparser');
  const header = `Content-Type: application/octet-stream\nContent-Transfer-Encoding: ${encoding}\n\n`;
  const mail = await simpleParser(Buffer.concat([Buffer.from(header), bytes]), { checksumAlgo: false });
  return mail.attachments[0]?.content ?? Buffer.alloc(0);
}

/** Text of a decoded body in its declared charset, or in the one it shows; NULs are dropped. */
export function decodeText(bytes: Buffer, charset = ''): string {
  const text = fromCharset(bytes, charset.trim().toLowerCase());
  const lines = withLf(text).replaceAll('\0', '');
  return lines.startsWith('\uFEFF') ? lines.slice(1) : lines;
}

/** Bytes in the charset that `charsetOf` names, as text; line ends and NULs as they are. */
export function decodeBytes(bytes: Buffer, charset = ''): string {
  return fromCharset(bytes, charset.trim().toLowerCase());
}

/** The charset in which these bytes are read: the declared one where it is known, else the one they show. */
export function charsetOf(bytes: Buffer, declared = ''): string {
  const name = declared.trim().toLowerCase();
  if (!NO_CHARSET.test(name) && isKnown(name)) return name;
  const text = fromStrictUtf8(bytes);
  if (text === undefined) return legacyCharset(bytes);
  return JAPANESE_ESCAPE.test(text) ? 'iso-2022-jp' : 'utf-8';
}

/** Undoes the soft line breaks of a plain text that declares format=flowed (RFC 3676). */
export function withoutSoftBreaks(text: string, parameters: Readonly<Record<string, string>>): string {
  if (parameters['format']?.trim().toLowerCase() !== 'flowed') return text;
  return libmime.decodeFlowed(text, parameters['delsp']?.trim().toLowerCase() === 'yes');
}

function fromCharset(bytes: Buffer, charset: string): string {
  if (charset === 'utf-8') return fromUtf8(bytes);
  if (NO_CHARSET.test(charset) || !isKnown(charset)) return fromUndeclared(bytes);
  if (normalizeCharset(charset) === 'UTF-8') return fromUtf8(bytes);
  if (UTF_7.test(charset)) return iconv.decode(bytes, 'utf-7');
  return decode(bytes, charset);
}

function fromUtf8(bytes: Buffer): string {
  if (isAscii(bytes)) return bytes.toString('latin1');
  // `stream` leaves out a character that was cut at the end.
  return new TextDecoder('utf-8').decode(bytes, { stream: true });
}

function isKnown(charset: string): boolean {
  return JAPANESE.test(charset) || iconv.encodingExists(normalizeCharset(charset));
}

/** Charsets that are told from Latin ones by their bytes, and from what confidence (of 100) on that is believed. */
const BELIEVED_FROM: Readonly<Record<string, number>> = {
  GB18030: 90,
  Big5: 90,
  Shift_JIS: 90,
  'EUC-JP': 90,
  'EUC-KR': 90,
  'KOI8-R': 60,
  'windows-1251': 60,
};
/** Bytes that are looked at to tell it. */
const TELLING_BYTES = 4096;

/** Most undeclared 8-bit text is UTF-8; the rest shows what it is, or is windows-1252, a superset of Latin-1. */
function fromUndeclared(bytes: Buffer): string {
  const text = fromStrictUtf8(bytes);
  if (text === undefined) return decode(bytes, legacyCharset(bytes));
  return JAPANESE_ESCAPE.test(text) ? decode(bytes, 'iso-2022-jp') : text;
}

/** Undefined where the bytes are no UTF-8; a character that was cut at their end is left out. */
function fromStrictUtf8(bytes: Buffer): string | undefined {
  if (isAscii(bytes)) return bytes.toString('latin1');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return undefined;
  }
}

function legacyCharset(bytes: Buffer): string {
  // The reporter's own lines tell; codes, addresses and the returned mail are ASCII and would outweigh them.
  const lines = bytes.toString('latin1').split('\n');
  const telling = lines.filter(line => /[\x80-\xff]/.test(line)).join('\n');
  const [best] = chardet.analyse(Buffer.from(telling.slice(0, TELLING_BYTES), 'latin1'));
  const needed = best === undefined ? undefined : BELIEVED_FROM[best.name];
  return best !== undefined && needed !== undefined && best.confidence >= needed ? best.name : 'windows-1252';
}
