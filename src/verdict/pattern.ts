/**
 * Reads an operator's regular expression: JavaScript's, without what no automaton can run (lookaround, backreferences)
 * and without quantifiers in quantifiers. Takes its source, gives a tree, or what is wrong with it. Runs nothing.
 */

export type Pattern =
  | { readonly kind: 'char'; readonly source: string; readonly accepts: (character: string) => boolean }
  | { readonly kind: 'place'; readonly place: Place }
  | { readonly kind: 'all' | 'any'; readonly of: readonly Pattern[] }
  | { readonly kind: 'repeat'; readonly of: Pattern; readonly min: number; readonly max: number };

/** `^`, `$`, `\b` and `\B`: they stand for no character. */
export type Place = 'start' | 'end' | 'edge' | 'no edge';

export type ReadPattern = { readonly pattern: Pattern } | { readonly mistake: string };

const FLAGS = 'iu';
const PLACES: Readonly<Record<string, Place>> = { '^': 'start', $: 'end', '\\b': 'edge', '\\B': 'no edge' };
const ESCAPE = /\\(?:[pP]\{[^}]*\}|u\{[\da-fA-F]+\}|u[\da-fA-F]{4}|x[\da-fA-F]{2}|c[A-Za-z]|[^])/uy;
const CLASS = /\[(?:\\[^]|[^\\\]])*\]/uy;
const QUANTIFIER = /(?:([*+?])|\{(\d{1,5})(?:(,)(\d{1,5})?)?\})\??/uy;
const GROUP = /\((?:\?(?::|<[A-Za-z_$][\w$]*>))?/uy;
/** Begins no group that an automaton can run. */
const FOREIGN: readonly (readonly [start: string, what: string])[] = [
  ['(?=', 'lookahead'],
  ['(?!', 'lookahead'],
  ['(?<=', 'lookbehind'],
  ['(?<!', 'lookbehind'],
];

/** A pattern in JavaScript's syntax (flags i and u), or why it is refused, in a clause. */
export function readPattern(source: string): ReadPattern {
  try {
    new RegExp(source, FLAGS);
  } catch (error) {
    return { mistake: `is no regular expression (${(error as Error).message.split(': ').at(-1) ?? ''})` };
  }
  const reader: Reader = { source, at: 0 };
  try {
    return { pattern: alternatives(reader) };
  } catch (error) {
    if (error instanceof Refused) return { mistake: error.message };
    throw error;
  }
}

/** Characters that must stand in a text at the least. */
export function shortest(pattern: Pattern): number {
  switch (pattern.kind) {
    case 'char':
      return 1;
    case 'place':
      return 0;
    case 'all':
      return pattern.of.reduce((sum, one) => sum + shortest(one), 0);
    case 'any':
      return Math.min(...pattern.of.map(shortest));
    case 'repeat':
      return pattern.min * shortest(pattern.of);
  }
}

interface Reader {
  readonly source: string;
  at: number;
}

/** Ends the reading; never leaves this file. */
class Refused extends Error {}

function alternatives(reader: Reader): Pattern {
  const any = [sequence(reader)];
  while (reader.source[reader.at] === '|') {
    reader.at += 1;
    any.push(sequence(reader));
  }
  const [only] = any;
  return only !== undefined && any.length === 1 ? only : { kind: 'any', of: any };
}

function sequence(reader: Reader): Pattern {
  const all: Pattern[] = [];
  while (reader.at < reader.source.length && !'|)'.includes(reader.source.charAt(reader.at)))
    all.push(quantified(reader));
  return { kind: 'all', of: all };
}

function quantified(reader: Reader): Pattern {
  const one = atom(reader);
  const [whole = '', sign, least, comma, most] = taken(reader, QUANTIFIER) ?? [];
  if (whole === '') return one;
  const min = sign === undefined ? Number(least) : sign === '+' ? 1 : 0;
  const max = sign === undefined ? countOf(min, comma, most) : sign === '?' ? 1 : Infinity;
  if (max === Infinity && repeatsEndlessly(one)) {
    throw new Refused(`repeats without end what repeats without end already ("${whole}" over "*", "+" or "{n,}")`);
  }
  return { kind: 'repeat', of: one, min, max };
}

function countOf(min: number, comma: string | undefined, most: string | undefined): number {
  if (comma === undefined) return min;
  return most === undefined ? Infinity : Number(most);
}

function repeatsEndlessly(pattern: Pattern): boolean {
  if (pattern.kind === 'repeat') return pattern.max === Infinity || repeatsEndlessly(pattern.of);
  return (pattern.kind === 'all' || pattern.kind === 'any') && pattern.of.some(repeatsEndlessly);
}

function atom(reader: Reader): Pattern {
  const { source, at } = reader;
  const foreign = FOREIGN.find(([start]) => source.startsWith(start, at));
  if (foreign !== undefined)
    throw new Refused(`holds a ${foreign[1]} ("${foreign[0]}"): it cannot be matched in linear time`);
  if (source[at] === '(') return group(reader);
  const [text = ''] = taken(reader, CLASS) ?? taken(reader, ESCAPE) ?? [];
  if (/^\\(?:[1-9]|k)/.test(text)) {
    throw new Refused(`holds a backreference ("${text}"): it cannot be matched in linear time`);
  }
  const character = text === '' ? String.fromCodePoint(source.codePointAt(at) ?? 0) : text;
  if (text === '') reader.at += character.length;
  const place = PLACES[character];
  return place === undefined ? oneCharacter(character) : { kind: 'place', place };
}

function group(reader: Reader): Pattern {
  const [opening = ''] = taken(reader, GROUP) ?? [];
  if (reader.source[reader.at] === '?') {
    throw new Refused(`holds a group of a kind that is not known here ("${opening}?"); expected "(" or "(?:"`);
  }
  const inner = alternatives(reader);
  // The closing parenthesis: JavaScript has already found that there is one.
  reader.at += 1;
  return inner;
}

/** What one character may be is JavaScript's own affair: a test of a single character is linear. */
function oneCharacter(source: string): Pattern {
  const test = new RegExp(`^(?:${source})$`, FLAGS);
  const ascii = Array.from({ length: 128 }, (_, code) => test.test(String.fromCharCode(code)));
  return { kind: 'char', source, accepts: one => ascii[one.charCodeAt(0)] ?? test.test(one) };
}

function taken(reader: Reader, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = reader.at;
  const match = pattern.exec(reader.source);
  if (match === null) return undefined;
  reader.at += match[0].length;
  return match;
}
