/**
 * The way back: from text to the bytes of a part. Takes text and what the part declares, gives bytes that decode.ts
 * reads as that text. Never throws: what a charset does not have becomes a question mark.
 */
import iconv from 'iconv-lite';
import { normalizeCharset } from 'libmime/lib/charset.js';

const ISO_2022_JP = /^(?:jis|iso-?2022-?jp)/i;
const UTF_7 = /^(?:unicode-?1-?1-?)?utf-?7$/i;
/** Characters of a line that the base64 of a body has (RFC 2045 6.8), and of quoted-printable (6.7). */
const LINE_CHARS = 76;

/** Text in a charset; one that nobody knows gives UTF-8. */
export function encodeText(text: string, charset: string): Buffer {
  const name = charset.trim().toLowerCase();
  if (ISO_2022_JP.test(name)) return toIso2022Jp(text);
  if (UTF_7.test(name)) return iconv.encode(text, 'utf-7');
  const known = normalizeCharset(name);
  return iconv.encodingExists(known) ? iconv.encode(text, known) : Buffer.from(text);
}

/** RFC 1468: the two bytes of a character of JIS X 0208 are those of EUC-JP without their highest bits. */
function toIso2022Jp(text: string): Buffer {
  const bytes: number[] = [];
  let japanese = false;
  for (const char of text) {
    const pair = iconv.encode(char, 'euc-jp');
    const isPair = pair.length === 2 && (pair[0] ?? 0) > 0xa0;
    if (isPair !== japanese) bytes.push(0x1b, isPair ? 0x24 : 0x28, 0x42);
    japanese = isPair;
    if (isPair) bytes.push((pair[0] ?? 0) & 0x7f, (pair[1] ?? 0) & 0x7f);
    else bytes.push(pair.length === 1 ? (pair[0] ?? 0x3f) : 0x3f);
  }
  if (japanese) bytes.push(0x1b, 0x28, 0x42);
  return Buffer.from(bytes);
}

/**
 * A body in its transfer encoding (RFC 2045 6), as Latin-1 text.
 * @param lineEnd what ends a line of the mail
 */
export function encodeTransfer(bytes: Buffer, encoding: string | undefined, lineEnd: string): string {
  if (encoding === 'base64') return toBase64Lines(bytes, lineEnd);
  return encoding === 'quoted-printable' ? toQuotedPrintable(bytes, lineEnd) : bytes.toString('latin1');
}

function toBase64Lines(bytes: Buffer, lineEnd: string): string {
  const lines = bytes.toString('base64').match(new RegExp(`.{1,${LINE_CHARS}}`, 'g')) ?? [];
  return lines.map(line => line + lineEnd).join('');
}

function toQuotedPrintable(bytes: Buffer, lineEnd: string): string {
  return bytes
    .toString('latin1')
    .split(/\r?\n/)
    .map(line => softLines(line, lineEnd))
    .join(lineEnd);
}

function softLines(line: string, lineEnd: string): string {
  const lines: string[] = [];
  let current = '';
  const chars = Array.from(line);
  for (const [index, char] of chars.entries()) {
    const isLast = index === chars.length - 1;
    const isPlain = /[!-<>-~]/.test(char) || (/[ \t]/.test(char) && !isLast);
    const piece = isPlain ? char : `=${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
    // RFC 2045 6.7 (5): the "=" of a soft line break is one of the 76.
    if (current.length + piece.length > LINE_CHARS - 1) {
      lines.push(`${current}=`);
      current = '';
    }
    current += piece;
  }
  return [...lines, current].join(lineEnd);
}
