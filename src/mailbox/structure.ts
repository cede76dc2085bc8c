/**
 * The shape of a mail as IMAP tells it: BODYSTRUCTURE (RFC 3501 7.4.2). Takes the words of an answer, gives a
 * PartStructure within the limits of parts and depth; passes over what is beyond them, however much it is. A chunk of
 * mails holds thousands of parts: what many have in common is one object for all.
 */
import { LIMITS } from '../shared/limits.ts';
import { alone } from '../shared/own-text.ts';
import type { Words } from './answer-words.ts';
import type { PartStructure } from './mailbox.ts';

/** What is asked of a part when it is decoded; others, such as a boundary, only the server needed. */
const KEPT = new Set(['charset', 'format', 'delsp']);
const NO_PARAMETERS: Readonly<Record<string, string>> = {};
const NO_PARTS: readonly PartStructure[] = [];
/** Words that have come before, and how many are remembered: real mails have some dozens. */
const seen = new Map<string, string>();
const MOST_SEEN = 500;
/** Characters of one: a type with its subtype has up to 127 and 127 (RFC 6838 4.2). */
const MOST_CHARS = 255;

/**
 * The value of a BODYSTRUCTURE, which is next; undefined for NIL. What is in a returned message is left out. Servers
 * leave out what comes last, and some the number of lines of a text.
 */
export function readStructure(words: Words): PartStructure | undefined {
  if (!words.opens()) {
    words.skip();
    return undefined;
  }
  return readPart({ words, left: LIMITS.parts }, '', 0);
}

/** Put together without spreads, each of which makes an object more: a chunk has thousands of parts. */
type Draft = { -readonly [Key in keyof PartStructure]: PartStructure[Key] };

/** Where a structure is read, and how many parts of it may still come. */
interface Place {
  readonly words: Words;
  left: number;
}

/** Of a part whose list was entered; leaves it. */
function readPart(place: Place, path: string, depth: number): PartStructure {
  const { words } = place;
  place.left -= 1;
  if (!words.opens()) return leaf(words, path === '' ? '1' : path);
  const children: PartStructure[] = [];
  for (let number = 1; ; number += 1) {
    if (place.left > 0 && depth < LIMITS.depth)
      children.push(readPart(place, path === '' ? `${number}` : `${path}.${number}`, depth + 1));
    else words.leave();
    if (!words.opens()) break;
  }
  const contentType = common(`multipart/${word(words)}`);
  const its = parameters(words);
  return disposed({ path, contentType, parameters: its, children }, words);
}

/** body-type-1part behind its opening parenthesis. */
function leaf(words: Words, path: string): PartStructure {
  const contentType = common(`${word(words)}/${word(words)}`);
  const its = parameters(words);
  // Content-ID and description.
  pass(words, 2);
  const encoding = common(word(words));
  const size = word(words);
  if (!words.ended()) passOwnFields(words);
  const sizeBytes = /^\d{1,15}$/.test(size) ? Number(size) : undefined;
  const part = { path, contentType, parameters: its, encoding: encoding || undefined, sizeBytes, children: NO_PARTS };
  return disposed(part, words);
}

/** Behind the size: envelope, shape and lines of a message, or the lines of a text; then its MD5. */
function passOwnFields(words: Words): void {
  if (words.opens()) {
    words.leave();
    pass(words, 3);
  } else if (/^\d+$/.test(words.text() ?? '')) pass(words, 1);
}

/** With its body-fld-dsp, which is next; the rest of the part is passed over, and the part left. */
function disposed(part: Draft, words: Words): PartStructure {
  if (!words.ended() && words.opens()) {
    const value = common(word(words));
    words.leave();
    if (value !== '') part.disposition = value;
  } else pass(words, 1);
  words.leave();
  return part;
}

/** body-fld-param: those of KEPT. */
function parameters(words: Words): Readonly<Record<string, string>> {
  if (words.ended()) return NO_PARAMETERS;
  if (!words.opens()) {
    pass(words, 1);
    return NO_PARAMETERS;
  }
  let kept: Record<string, string> | undefined;
  while (!words.closes()) {
    const name = word(words);
    if (KEPT.has(name) && !words.ended()) (kept ??= {})[name] = common(words.text() ?? '');
    else pass(words, 1);
  }
  return kept ?? NO_PARAMETERS;
}

/** The next string in lower case; empty for NIL, and where the list has ended. */
function word(words: Words): string {
  return words.ended() ? '' : (words.text()?.toLowerCase() ?? '');
}

function pass(words: Words, count: number): void {
  for (let left = count; left > 0 && !words.ended(); left -= 1) words.skip();
}

/** The same characters, as they came first: a piece of a line keeps the whole line in memory. */
function common(text: string): string {
  const cut = text.slice(0, MOST_CHARS);
  const known = seen.get(cut);
  if (known !== undefined) return known;
  const own = alone(cut);
  if (seen.size < MOST_SEEN) seen.set(own, own);
  return own;
}
