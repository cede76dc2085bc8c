/**
 * A header block as it may be shared. Takes the block with its folds and line ends, gives it with the values replaced
 * field by field; encoded words (RFC 2047) stay encoded in their charset. Order, names and folds stay.
 */
import { charsetOf, decodeBytes, decodeTransfer, encodeText } from '../message/message.ts';
import { IS_TIME, isPublicWord } from './public.ts';
import type { Scanner, Words } from './scan.ts';

/** Whose header it is: the report's, or of the mail that it returns. */
export type Side = 'report' | 'returned';

export interface FieldRules {
  readonly scanner: Scanner;
  readonly keep: ReadonlySet<string>;
  /** False where nothing in the header says that a mail system wrote it: then people did. */
  readonly fromMachine: boolean;
  /** What stands for a boundary. */
  readonly boundaries: ReadonlyMap<string, string>;
}

/** Fields with names of people or with their words. */
const PEOPLE = /^(?:to|cc|bcc|delivered-to|resent-.*|thread-topic|comments|keywords|organi[sz]ation|x-.*subject)$/i;
const PEOPLE_OF_RETURNED = /^(?:from|sender|reply-to|subject)$/i;
/** How answers begin; what follows are people's words. */
const ANSWER =
  /^\s*(?:(?:automatic reply|auto:|out of (?:the )?office|automatische antwort|r[eé]ponse automatique|(?:re|aw|sv|fwd?|wg)\s*:)[\s:]*)+/i;
const SIGNATURE = /(\b(?:b|bh)=)([A-Za-z0-9+/=\s]+)/g;
/** How a part is to be read. */
const CHARSET = /charset\s*=\s*"?[\w.:+-]{1,40}"?/i;
/** A parameter in the form of RFC 2231 4: its charset and language, and the value with escapes. */
const EXTENDED = /(\*=)([\w-]*'[\w-]*')?([^\s;"]{1,1000})/;
const SIGNED = /^(?:dkim-signature|x-google-dkim-signature|arc-seal|arc-message-signature|domainkey-signature)$/i;
/** A field: its name with the colon, and its value with folds, to the end of its last line. */
const FIELD = /^([!-9;-~]+[ \t]*:)([^\n\r]*(?:(?:\r*\n|\r)[ \t][^\n\r]*)*)/gm;
const ENCODED = /=\?([^?\s]{1,60})\?([bq])\?([^?]{0,400}?)\?=(?:[ \t\r\n]+(?==\?\1\?\2\?))?/gi;
const ENCODED_WORD_CHARS = 75;

/** @param block Latin-1 text; 8-bit characters in it are UTF-8 where they can be */
export async function sharedHeader(block: string, side: Side, rules: FieldRules): Promise<string> {
  const bytes = Buffer.from(block, 'latin1');
  const isUtf8 = charsetOf(bytes) === 'utf-8';
  const text = isUtf8 ? bytes.toString('utf8') : block;
  let shared = '';
  let at = 0;
  for (const match of text.matchAll(FIELD)) {
    const [all, name = '', value = ''] = match;
    // Lines that are no field are only looked at for what must not stay.
    shared += rules.scanner.scan(text.slice(at, match.index), 'public') + (await sharedField(name, value, side, rules));
    at = match.index + all.length;
  }
  shared += rules.scanner.scan(text.slice(at), 'public');
  return isUtf8 ? Buffer.from(shared).toString('latin1') : shared;
}

/** Decoded text of a field, and what stands for it. */
export async function decodedField(value: string): Promise<string> {
  let plain = '';
  let at = 0;
  for (const match of value.matchAll(ENCODED)) {
    const [all, charset = '', encoding = '', text = ''] = match;
    plain += value.slice(at, match.index) + decodeBytes(await bytesOf(text, encoding), charset.replace(/\*.*/, ''));
    at = match.index + all.length;
  }
  return plain + value.slice(at);
}

async function sharedField(name: string, value: string, side: Side, rules: FieldRules): Promise<string> {
  const bare = name.replace(/[ \t]*:$/, '').toLowerCase();
  const shownName = sharedName(name, rules);
  if (bare === 'content-type' || bare === 'content-disposition') return shownName + (await sharedType(value, rules));
  if (bare === 'x-clevertap_meta') return shownName + sharedMeta(value, rules);
  const signed = SIGNED.test(bare)
    ? value.replace(SIGNATURE, (_all, tag: string, blob: string) => tag + noise(blob))
    : value;
  if (bare === 'subject' && side === 'report' && !rules.fromMachine) {
    const plain = ANSWER.exec(await decodedField(signed))?.[0] ?? '';
    if (signed.startsWith(plain))
      return shownName + plain + (await sharedValue(signed.slice(plain.length), 'none', rules));
    return shownName + (await sharedValue(signed, 'public', rules));
  }
  const isPeople = PEOPLE.test(bare) || (side === 'returned' && PEOPLE_OF_RETURNED.test(bare));
  return shownName + (await sharedValue(signed, isPeople ? 'none' : 'public', rules));
}

/** The times in it stay: the third and the fourth of its parts. */
function sharedMeta(value: string, { scanner }: FieldRules): string {
  const shared = (part: string, index: number): string =>
    (index === 2 || index === 3) && IS_TIME.test(part) ? part : scanner.scan(part, 'none');
  return value.split('|').map(shared).join('|');
}

/** "X-Acme-MailScanner" names who runs it. */
function sharedName(name: string, { scanner, keep }: FieldRules): string {
  return name.replace(/[A-Za-z0-9]+/g, word => (isPublicWord(word, keep) ? word : scanner.scan(word, 'public')));
}

async function sharedValue(value: string, words: Words, rules: FieldRules): Promise<string> {
  let shared = '';
  let at = 0;
  let open: EncodedRun | undefined;
  const close = (): string => (open === undefined ? '' : encodedWords(open, words, rules));
  for (const match of value.matchAll(ENCODED)) {
    const [all, charset = '', encoding = '', text = ''] = match;
    const bytes = await bytesOf(text, encoding);
    const before = value.slice(at, match.index);
    const goesOn = open !== undefined && before === '' && open.charset === charset && open.encoding === encoding;
    if (open !== undefined && goesOn) open = { ...open, bytes: Buffer.concat([open.bytes, bytes]) };
    else {
      shared += close() + rules.scanner.scan(before, words);
      open = { charset, encoding, bytes };
    }
    at = match.index + all.length;
  }
  return shared + close() + rules.scanner.scan(value.slice(at), words);
}

interface EncodedRun {
  readonly charset: string;
  readonly encoding: string;
  readonly bytes: Buffer;
}

function encodedWords({ charset, encoding, bytes }: EncodedRun, words: Words, { scanner }: FieldRules): string {
  const name = charset.replace(/\*.*/, '');
  const text = scanner.scan(decodeBytes(bytes, name), words);
  const isBase64 = encoding.toLowerCase() === 'b';
  const written: string[] = [];
  let current = '';
  const encoded = (part: string): string => {
    const raw = encodeText(part, charsetOf(bytes, name));
    return `=?${charset}?${encoding}?${isBase64 ? raw.toString('base64') : toQ(raw)}?=`;
  };
  for (const char of text) {
    if (current !== '' && encoded(current + char).length > ENCODED_WORD_CHARS) {
      written.push(encoded(current));
      current = '';
    }
    current += char;
  }
  return [...written, encoded(current)].join('\r\n '.slice(written.length > 0 ? 2 : 0));
}

/** RFC 2047 4.2 */
function toQ(bytes: Buffer): string {
  return Array.from(bytes, byte => {
    const char = String.fromCharCode(byte);
    if (char === ' ') return '_';
    return /[A-Za-z0-9!*+/.@:,-]/.test(char) ? char : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

function bytesOf(text: string, encoding: string): Promise<Buffer> {
  const isBase64 = encoding.toLowerCase() === 'b';
  const plain = isBase64 ? text : text.replaceAll('_', '=20');
  return decodeTransfer(Buffer.from(plain, 'latin1'), isBase64 ? 'base64' : 'quoted-printable');
}

/** The media type as it is, names of files replaced, and the boundary by what stands for it. */
async function sharedType(value: string, rules: FieldRules): Promise<string> {
  const type = /^[\s\w/.+-]*(?=;|$)/.exec(value)?.[0] ?? '';
  return type + (await sharedParameters(value.slice(type.length), rules));
}

async function sharedParameters(parameters: string, rules: FieldRules): Promise<string> {
  const { boundaries, scanner } = rules;
  const around = async (from: number, chars: number, made: string): Promise<string> => {
    const before = await sharedParameters(parameters.slice(0, from), rules);
    return before + made + (await sharedParameters(parameters.slice(from + chars), rules));
  };
  const charset = CHARSET.exec(parameters);
  if (charset !== null) return around(charset.index, charset[0].length, charset[0]);
  const extended = EXTENDED.exec(parameters);
  if (extended !== null) {
    const [all, equals = '', named = "''", text = ''] = extended;
    return around(extended.index, all.length, equals + named + sharedExtended(text, named, scanner));
  }
  const inIt = [...boundaries].filter(([one, made]) => parameters.includes(one) && one !== made);
  const [known] = inIt.sort(([one], [other]) => other.length - one.length);
  if (known === undefined) return sharedValue(parameters, 'public', rules);
  return around(parameters.lastIndexOf(known[0]), known[0].length, known[1]);
}

function sharedExtended(text: string, charset: string, scanner: Scanner): string {
  const name = charset.split("'")[0] ?? '';
  const raw = text.replace(/%([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const bytes = Buffer.from(raw, 'latin1');
  const shared = scanner.scan(decodeBytes(bytes, charsetOf(bytes, name)), 'public');
  const made = encodeText(shared, charsetOf(bytes, name)).toString('latin1');
  return made.replace(/[^A-Za-z0-9._-]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

/** A signature that signs nothing: as long, and of the same characters. */
function noise(blob: string): string {
  return blob.replace(/[A-Z]/g, 'B').replace(/[a-z]/g, 'b').replace(/[0-9]/g, '1');
}
