/**
 * The words of IMAP commands (RFC 3501 4, 9): bytes into whole commands, a command into words, sequence sets. For the
 * test server only. Never answers by itself, never keeps more of a command than its limit.
 */

/** An atom, string or literal as its text, a parenthesised list as a list. */
export type Word = string | readonly Word[];

export interface CommandListener {
  /** A whole command without its line end, literals included. */
  command(text: string): void;
  /** The client waits to be asked for a literal (RFC 3501 7.5). */
  goOn(): void;
  /** Too long. `isOver`: the client will not send the rest, so the next command can be read. */
  refused(text: string, isOver: boolean): void;
}

/** A FETCH of 500 UIDs or a SEARCH for 20 Message-IDs needs a tenth of it. */
const COMMAND_BYTES = 64 * 1024;
/** RFC 7888 5: what LITERAL- lets a client send unasked. */
const UNASKED_LITERAL_BYTES = 4096;
const DEPTH = 20;

const QUOTED = /"((?:[^"\\\r\n]|\\["\\])*)"/y;
const LITERAL = /\{(\d{1,9})\+?\}\r\n/y;
/** With the section and range of BODY.PEEK[HEADER.FIELDS (A B)]<0.100>. */
const ATOM = /[^ ()"{[\r\n]+(?:\[[^\]\r\n]*\])?(?:<[\d.]+>)?/y;

/** Takes bytes as they arrive, tells the listener what they amount to. */
export function commandReader(on: CommandListener): (bytes: Buffer) => void {
  let input = Buffer.alloc(0);
  let askedAt = -1;
  return bytes => {
    input = Buffer.concat([input, bytes]);
    for (;;) {
      const next = nextCommand(input);
      if (next.kind === 'more') {
        if (next.literalAt !== undefined && next.literalAt !== askedAt) on.goOn();
        askedAt = next.literalAt ?? askedAt;
        return;
      }
      const text = input.toString('latin1', 0, next.end);
      input = input.subarray(next.end + 2);
      askedAt = -1;
      if (next.kind === 'command') on.command(text);
      else on.refused(text, next.isOver);
    }
  };
}

/** The words of a command, or undefined where it breaks the grammar. */
export function wordsOf(text: string): Word[] | undefined {
  const place = { text, at: 0 };
  const list = readList(place, 0);
  return place.at < text.length ? undefined : list;
}

/** Whether a number is in a sequence set such as "1:3,7,9:*" (RFC 3501 9). */
export function inSet(set: string, number: number, top: number): boolean {
  return set.split(',').some(range => {
    const [from = 0, to = from] = range.split(':').map(word => (word === '*' ? top : Number(word)));
    return number >= Math.min(from, to) && number <= Math.max(from, to);
  });
}

export function isSet(text: string): boolean {
  return /^(?:\d+|\*)(?::(?:\d+|\*))?(?:,(?:\d+|\*)(?::(?:\d+|\*))?)*$/.test(text);
}

type Next =
  | { readonly kind: 'command'; readonly end: number }
  | { readonly kind: 'refused'; readonly end: number; readonly isOver: boolean }
  | { readonly kind: 'more'; readonly literalAt?: number };

/** Whole commands only: a line, or a line with the literals that it announces (RFC 3501 4.3). */
function nextCommand(input: Buffer): Next {
  let from = 0;
  for (;;) {
    const end = input.indexOf('\r\n', from);
    if (end > COMMAND_BYTES || (end < 0 && input.length > COMMAND_BYTES)) {
      return { kind: 'refused', end: end < 0 ? input.length : end, isOver: false };
    }
    if (end < 0) return { kind: 'more' };
    const literal = /\{(\d+)(\+?)\}$/.exec(input.toString('latin1', Math.max(from, end - 20), end));
    if (!literal) return { kind: 'command', end };
    const length = Number(literal[1]);
    const unasked = literal[2] === '+';
    if (length > (unasked ? UNASKED_LITERAL_BYTES : COMMAND_BYTES)) return { kind: 'refused', end, isOver: !unasked };
    from = end + 2 + length;
    if (input.length < from || (length === 0 && input.length === from)) {
      return unasked ? { kind: 'more' } : { kind: 'more', literalAt: end };
    }
  }
}

interface Place {
  readonly text: string;
  at: number;
}

/** Up to the end or the closing parenthesis, which is left standing. */
function readList(place: Place, depth: number): Word[] | undefined {
  const list: Word[] = [];
  for (;;) {
    while (place.text[place.at] === ' ') place.at += 1;
    const char = place.text[place.at];
    if (char === undefined || char === ')') return list;
    const word = char === '(' ? readGroup(place, depth + 1) : readWord(place);
    if (word === undefined) return undefined;
    list.push(word);
  }
}

function readGroup(place: Place, depth: number): Word[] | undefined {
  place.at += 1;
  const list = depth > DEPTH ? undefined : readList(place, depth);
  if (place.text[place.at] !== ')') return undefined;
  place.at += 1;
  return list;
}

function readWord(place: Place): string | undefined {
  const quoted = take(QUOTED, place);
  if (quoted) return quoted[1]?.replace(/\\(.)/g, '$1');
  const literal = take(LITERAL, place);
  if (!literal) return take(ATOM, place)?.[0];
  const start = place.at;
  place.at += Number(literal[1]);
  return place.text.slice(start, place.at);
}

function take(pattern: RegExp, place: Place): RegExpExecArray | null {
  pattern.lastIndex = place.at;
  const match = pattern.exec(place.text);
  if (match) place.at = pattern.lastIndex;
  return match;
}

/** "*" stands for anything, "%" for anything without the delimiter (RFC 3501 6.3.8). */
export function listPattern(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/[*%]+/g, wild => (wild.includes('*') ? '.*' : '[^/]*'))}$`);
}

/** Strings travel as bytes; what is compared is what they mean in UTF-8. */
export function text(word: Word | undefined): string {
  return typeof word === 'string' ? Buffer.from(word, 'latin1').toString('utf8') : '';
}
