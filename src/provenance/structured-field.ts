/**
 * A structured header field as words. Takes an unfolded value, gives its tokens and comments (RFC 5322 3.2.2, 3.2.4;
 * RFC 2045 5.1), or why it cannot be read. Never guesses: what is not closed or not ASCII is an anomaly.
 */

/** A run of plain characters, the content of a quoted string, or one of ";" and "=". */
export interface Token {
  readonly kind: 'word' | 'quoted' | ';' | '=';
  readonly text: string;
  /** True when white space or a comment stands before it: two tokens without are one value. */
  readonly spaced: boolean;
}

export interface Tokens {
  readonly tokens: readonly Token[];
  /** Without their outer parentheses. */
  readonly comments: readonly string[];
}

/** Why a field cannot be read. */
export interface Anomaly {
  readonly anomaly: string;
}

/** Characters of a field that is read at all: real ones have some hundred. */
const MOST_CHARS = 16_384;
/** Real fields have some dozen. */
const MOST_TOKENS = 2_000;
const WORD = /[^\s()";=\\<>,]+/y;
/** Nobody nests comments deeper than two. */
const MOST_DEPTH = 10;

/** Splits a value into tokens; one pass, each character looked at once. */
export function tokenize(value: string): Tokens | Anomaly {
  if (value.length > MOST_CHARS) return { anomaly: `it is longer than ${MOST_CHARS} characters` };
  // RFC 5322 2.2: printable US-ASCII, space and tab. Folding has been undone.
  if (!/^[\t\x20-\x7e]*$/.test(value)) return { anomaly: 'it holds a control or non-ASCII character' };
  const tokens: Token[] = [];
  const comments: string[] = [];
  let at = 0;
  let spaced = false;
  while (at < value.length) {
    if (tokens.length >= MOST_TOKENS) return { anomaly: `it has more than ${MOST_TOKENS} words` };
    const char = value.charAt(at);
    if (char === ' ' || char === '\t') {
      at += 1;
      spaced = true;
    } else if (char === '(') {
      const end = commentEnd(value, at);
      if (end === undefined) return { anomaly: 'a comment is not closed, or nested too deep' };
      comments.push(value.slice(at + 1, end - 1));
      at = end;
      spaced = true;
    } else {
      const end = readToken(value, at, spaced, tokens);
      if (typeof end !== 'number') return end;
      at = end;
      spaced = false;
    }
  }
  return { tokens, comments };
}

/** Adds the token that begins here; gives where it ends. */
function readToken(value: string, at: number, spaced: boolean, tokens: Token[]): number | Anomaly {
  const char = value.charAt(at);
  if (char === ';' || char === '=') {
    tokens.push({ kind: char, text: char, spaced });
    return at + 1;
  }
  if (char === '"') {
    const end = quotedEnd(value, at);
    if (end === undefined) return { anomaly: 'a quoted string is not closed' };
    tokens.push({ kind: 'quoted', text: value.slice(at + 1, end - 1).replace(/\\(.)/g, '$1'), spaced });
    return end;
  }
  WORD.lastIndex = at;
  if (!WORD.test(value)) return { anomaly: `"${char}" stands where no such character may stand` };
  tokens.push({ kind: 'word', text: value.slice(at, WORD.lastIndex), spaced });
  return WORD.lastIndex;
}

/** Past the ")" that closes the comment; quotes mean nothing in it (RFC 5322 3.2.2). */
function commentEnd(value: string, start: number): number | undefined {
  let depth = 0;
  for (let at = start; at < value.length; at += 1) {
    const char = value.charAt(at);
    if (char === '\\') at += 1;
    else if (char === '(') depth += 1;
    else if (char === ')') depth -= 1;
    if (depth > MOST_DEPTH) return undefined;
    if (depth === 0) return at + 1;
  }
  return undefined;
}

/** Past the quote that closes the string. */
function quotedEnd(value: string, start: number): number | undefined {
  for (let at = start + 1; at < value.length; at += 1) {
    const char = value.charAt(at);
    if (char === '\\') at += 1;
    else if (char === '"') return at + 1;
  }
  return undefined;
}
