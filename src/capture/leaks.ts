/**
 * What of a mail is still in another that may be shared: an oracle beside the code that replaces. Takes the bytes of
 * both, gives what stands in both and is not public. It knows no MIME structure: it reads a mail in every way there is.
 */
import { charsetOf, decodeBytes } from '../message/message.ts';
import { IS_TIME, isPublicLocal, isPublicSign, OWN_STAND_IN, isPublicWord, publicSuffix, SIGN } from './public.ts';

const ADDRESS = /[\p{L}\p{M}\p{N}._+-]{1,80}@[\p{L}\p{M}\p{N}.-]{1,200}/gu;
const HOST = /(?:[\p{L}\p{M}\p{N}_-]{1,63}\.)+\p{L}{2,63}(?![\p{L}\p{N}])/gu;
const IP = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?!\.?\d)|(?:[0-9a-f]{1,4}:{1,2}){3,7}[0-9a-f]{1,4}/gi;
const WORD = /[\p{L}\p{M}\p{N}]{4,}/gu;
const ENCODED_WORD = /=\?([^?\s*]{1,40})(?:\*[^?]{0,20})?\?([bq])\?([^?]{0,400})\?=/gi;
/** Lines of base64, none of which is a sentence. */
const BASE64 = /(?:^|\n)((?:[A-Za-z0-9+/]{20,78}={0,2}\r*\n)*[A-Za-z0-9+/]{4,78}={0,2})(?=\r*\n|$)/g;
/** What quoted-printable writes so: ASCII letters and digits stand for themselves, as in width=72. */
const QUOTED = /=(20|2D|2E|3D|40|5F|[89A-F][0-9A-F])/g;
/** A shorter one is more likely a word. */
const BLOCK_CHARS = 24;
/** Numbers in rows that mail systems write by themselves: networks of documentation, of this machine. */
const OPEN_IP = /^(?:127\.|0\.|255\.|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.)|^2001:db8/i;

/** @param keep words that stay at the operator's word */
export function leaksOf(original: Buffer, captured: Buffer, keep: ReadonlySet<string>): string[] {
  const before = tellingIn(original, keep);
  const after = tellingIn(captured, keep);
  return [...before].filter(one => after.has(one)).sort();
}

/** Every token of a mail, lower case: nothing may be replaced by one of them. */
export function tokensOf(source: Buffer): ReadonlySet<string> {
  const tokens = new Set<string>();
  for (const text of readings(source)) {
    for (const [word] of text.matchAll(/[\p{L}\p{M}\p{N}]+/gu)) tokens.add(word.toLowerCase());
  }
  return tokens;
}

function tellingIn(source: Buffer, keep: ReadonlySet<string>): Set<string> {
  const found = new Set<string>();
  for (const text of readings(source)) {
    for (const [address] of text.replace(/\.(?![\p{L}\p{N}])/gu, ' ').matchAll(ADDRESS))
      if (isTellingAddress(address)) found.add(address.toLowerCase());
    for (const [host] of text.matchAll(HOST)) if (isTellingHost(host, keep)) found.add(host.toLowerCase());
    for (const [ip] of text.matchAll(IP)) if (!OPEN_IP.test(ip) && isAddressOfHost(ip)) found.add(ip.toLowerCase());
    for (const [word] of text.matchAll(WORD)) if (isTellingWord(word, keep)) found.add(word.toLowerCase());
  }
  return found;
}

function isTellingAddress(address: string): boolean {
  const [local = '', domain = ''] = address.split('@');
  if (address.toLowerCase() === OWN_STAND_IN) return false;
  return !isPublicLocal(local) || isTellingHost(domain, new Set());
}

function isTellingHost(host: string, keep: ReadonlySet<string>): boolean {
  const labels = host.split('.');
  if (publicSuffix(host) !== undefined || host.toLowerCase().endsWith(OWN_STAND_IN.replace(/.*@/, ''))) return false;
  return !labels.every(label => label.split(/[_-]/).every(one => isPublicWord(one, keep)));
}

function isAddressOfHost(ip: string): boolean {
  return ip.includes(':')
    ? ip.split(':').length > 4 && !/^\d\d:\d\d:\d\d/.test(ip)
    : ip.split('.').every(one => Number(one) < 256);
}

function isTellingWord(word: string, keep: ReadonlySet<string>): boolean {
  if (isPublicWord(word, keep) || isPublicLocal(word)) return false;
  if (SIGN.test(word) || /[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(word)) return hasTellingSigns(word);
  // What is left of a quoted-printable character that was not undone.
  if (/^[0-9a-f]{2}/i.test(word) && isPublicWord(word.slice(2), keep)) return false;
  // Half of it stood before a "=" that was taken for one.
  const halves = word.split(/[^\p{ASCII}]/u);
  if (halves.length === 2 && halves.every(half => isPublicWord(half, keep))) return false;
  // Dates and times in one (ISO 8601) and the numbers of documentation tell nothing.
  return !IS_TIME.test(word) && !/^(?:\d{5,7}|\d{1,2}t\d{1,2}|\d+z)$/i.test(word);
}

/** Two in a row that mail systems do not use: half a name. */
function hasTellingSigns(word: string): boolean {
  return /[\p{Script=Han}\p{Script=Hangul}]{2}/u.test(
    Array.from(word, one => (isPublicSign(one) ? ' ' : one)).join(''),
  );
}

/** The mail as it is, and as it would be with each of its encodings undone wherever it could be meant. */
function readings(source: Buffer): string[] {
  const raw = utf7Undone(source.toString('latin1'));
  const blocks = Array.from(raw.matchAll(BASE64), ([, block = '']) => block).filter(
    block => block.length >= BLOCK_CHARS,
  );
  const words = Array.from(raw.matchAll(ENCODED_WORD), ([, charset = '', encoding = '', text = '']) =>
    decodeBytes(wordBytes(text, encoding), charset),
  );
  // As it stands, what is encoded would be noise.
  const plain = raw
    .replace(BASE64, block => (block.trim().length >= BLOCK_CHARS ? '\n' : block))
    .replace(ENCODED_WORD, ' ');
  const unquoted = plain.replace(/=[ \t]*\r*\n/g, '').replace(QUOTED, (_all, hex: string) => charOf(hex));
  const declared = Array.from(raw.matchAll(/charset="?([\w-]{3,30})/gi), ([, charset = '']) => charset.toLowerCase());
  const charsets = [...new Set(declared)].filter(one => !/^(?:utf-?8|us-ascii|utf-16.*|utf-7)$/.test(one)).slice(0, 4);
  const decoded = blocks.map(block => Buffer.from(block, 'base64').toString('latin1'));
  const texts = [/quoted-printable/i.test(raw) ? unquoted : plain, ...decoded].map(one => bestText(one, charsets));
  return [...texts, words.join(' ')].flatMap(text => [text, unescaped(text)]);
}

/** UTF-7 is ASCII to look at; a signature in a header may look like it. */
function utf7Undone(raw: string): string {
  if (!/charset="?(?:unicode-1-1-)?utf-7/i.test(raw)) return raw;
  const undone = (run: string): string =>
    Buffer.from(decodeBytes(Buffer.from(run, 'latin1'), 'utf-7')).toString('latin1');
  return raw.replace(/\n\r?\n[^]*/, body => body.replace(/\+[A-Za-z0-9/]{2,400}-?/g, undone));
}

/** In the charset that makes most sense of it, line by line: a mail has parts in several. */
function bestText(latin1: string, charsets: readonly string[]): string {
  const bytes = Buffer.from(latin1, 'latin1');
  // Two bytes a character, as UTF-16 writes it.
  if (bytes.length > 20 && bytes.filter(byte => byte === 0).length > bytes.length / 4) return bytes.toString('utf16le');
  const detected = charsetOf(bytes);
  if (detected === 'utf-8' || detected.startsWith('iso-2022')) return decodeBytes(bytes, detected);
  return latin1
    .split('\n')
    .map(line => (/[\x80-\xff]/.test(line) ? mostPublic(line, [...charsets, detected]) : line))
    .join('\n');
}

function mostPublic(line: string, charsets: readonly string[]): string {
  const bytes = Buffer.from(line, 'latin1');
  const readings = charsets.map(charset => decodeBytes(bytes, charset));
  const worth = (text: string): number => (text.match(WORD) ?? []).filter(word => isPublicWord(word, new Set())).length;
  return readings.reduce((best, one) => (worth(one) > worth(best) ? one : best), readings[0] ?? line);
}

/** What HTML and URLs write with escapes. */
function unescaped(text: string): string {
  return text
    .replace(/&#(\d{2,6});/g, (_all, code: string) => String.fromCodePoint(Math.min(Number(code), 0x10ffff)))
    .replace(/%([2-7][0-9A-F])/gi, (_all, hex: string) => charOf(hex))
    .replace(/&[a-z]{2,8};/gi, ' ');
}

function wordBytes(text: string, encoding: string): Buffer {
  if (encoding.toLowerCase() === 'b') return Buffer.from(text, 'base64');
  return Buffer.from(
    text.replaceAll('_', ' ').replace(/=([0-9A-F]{2})/gi, (_all, hex: string) => charOf(hex)),
    'latin1',
  );
}

function charOf(hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16));
}
