/**
 * The words of one IMAP answer (RFC 3501 9): atoms, strings, literals, lists. Takes a line and its literals, gives word
 * after word; throws a NotAnAnswer where the line is not well-formed, in a time that grows with its length.
 */

/** An answer as it came: the text, each literal in it only announced, and the literals in their order. */
export interface Line {
  readonly payload: Buffer;
  readonly literals: readonly Buffer[];
}

/** A string: a literal's bytes, or the characters of any other, one for each byte. NIL is undefined (RFC 3501 4.5). */
export type Nstring = Buffer | string | undefined;

/** A line that does not keep the grammar. */
export class NotAnAnswer extends Error {
  override readonly name = 'NotAnAnswer';
}

const SPACE = 0x20;
const QUOTE = 0x22;
const OPEN = 0x28;
const CLOSE = 0x29;
const BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CURLY = 0x7b;
const CURLY_END = 0x7d;
const TILDE = 0x7e;
const LITERAL = /~?\{\d+\+?\}\r?\n/y;

/**
 * Reads word after word. One object a line, and none for a word that is passed over: a backlog has thousands of lines,
 * with dozens of words each.
 */
export class Words {
  readonly #text: string;
  readonly #literals: readonly Buffer[];
  #at = 0;
  #used = 0;

  /** @param from the place in the line where the words begin */
  constructor({ payload, literals }: Line, from: number) {
    this.#text = payload.toString('latin1', from);
    this.#literals = literals;
  }

  /** True where a list begins, which is then entered. */
  opens(): boolean {
    return this.#takes(OPEN);
  }

  /** True where the list ends, which is then left. */
  closes(): boolean {
    if (this.#takes(CLOSE)) return true;
    if (this.#at >= this.#text.length) throw new NotAnAnswer('a list without an end');
    return false;
  }

  /** True where nothing more is in this list. */
  ended(): boolean {
    return this.#see() === CLOSE || this.#at >= this.#text.length;
  }

  /** The name of a data item with its section and origin: `BODY[1.HEADER]<0>`. */
  key(): string {
    this.#see();
    const from = this.#at;
    this.#passAtom();
    if (this.#text.charCodeAt(this.#at) === BRACKET) {
      const end = this.#text.indexOf(']', this.#at);
      if (end === -1) throw new NotAnAnswer('a section without an end');
      this.#at = end + 1;
      while (isOfAtom(this.#text.charCodeAt(this.#at))) this.#at += 1;
    }
    return this.#text.slice(from, this.#at);
  }

  /** The next string; an atom and a number count as one, for some servers leave the quotes out. */
  string(): Nstring {
    const first = this.#see();
    const from = this.#at;
    if (this.#passLiteral(first)) {
      const literal = this.#literals[this.#used - 1];
      if (literal === undefined) throw new NotAnAnswer('a literal is missing');
      return literal;
    }
    if (first === QUOTE) {
      this.#passQuoted();
      const inside = this.#text.slice(from + 1, this.#at - 1);
      return inside.includes('\\') ? inside.replace(/\\([^])/g, '$1') : inside;
    }
    this.#passWord();
    const atom = this.#text.slice(from, this.#at);
    return atom.length === 3 && atom.toUpperCase() === 'NIL' ? undefined : atom;
  }

  /** As `string`, a literal as its characters too. */
  text(): string | undefined {
    const value = this.string();
    return typeof value === 'object' ? value.toString('latin1') : value;
  }

  /** Passes over one value, a list with all that is in it. */
  skip(): void {
    if (this.#takes(OPEN)) this.leave();
    else this.#passString();
  }

  /** Passes over the rest of the list that was entered last, and leaves it. */
  leave(): void {
    // Counted, not by recursion: a sender may nest ten thousand.
    for (let depth = 1; depth > 0;) {
      if (this.#takes(OPEN)) depth += 1;
      else if (this.closes()) depth -= 1;
      else this.#passString();
    }
  }

  #see(): number {
    while (this.#text.charCodeAt(this.#at) === SPACE) this.#at += 1;
    return this.#text.charCodeAt(this.#at);
  }

  #takes(code: number): boolean {
    if (this.#see() !== code) return false;
    this.#at += 1;
    return true;
  }

  #passString(): void {
    const first = this.#see();
    if (this.#passLiteral(first)) return;
    if (first === QUOTE) this.#passQuoted();
    else this.#passWord();
  }

  #passLiteral(first: number): boolean {
    const isOne = first === CURLY || (first === TILDE && this.#text.charCodeAt(this.#at + 1) === CURLY);
    if (!isOne) return false;
    LITERAL.lastIndex = this.#at;
    if (!LITERAL.test(this.#text)) throw new NotAnAnswer('no literal');
    this.#at = LITERAL.lastIndex;
    this.#used += 1;
    return true;
  }

  #passQuoted(): void {
    const from = this.#at + 1;
    let end = this.#text.indexOf('"', from);
    while (end !== -1 && this.#isEscaped(end, from)) end = this.#text.indexOf('"', end + 1);
    if (end === -1) throw new NotAnAnswer('a string without an end');
    this.#at = end + 1;
  }

  /** An even number of backslashes escape each other. */
  #isEscaped(at: number, from: number): boolean {
    let first = at;
    while (first > from && this.#text.charCodeAt(first - 1) === BACKSLASH) first -= 1;
    return (at - first) % 2 === 1;
  }

  /** An atom as a value: a flag begins with a backslash, and some servers write brackets in one. */
  #passWord(): void {
    const from = this.#at;
    while (isOfAtom(this.#text.charCodeAt(this.#at))) this.#at += 1;
    if (this.#at === from) throw new NotAnAnswer('not a word');
  }

  /** As far as to its section. */
  #passAtom(): void {
    const from = this.#at;
    for (let code = this.#text.charCodeAt(from); isOfAtom(code) && code !== BRACKET;) {
      this.#at += 1;
      code = this.#text.charCodeAt(this.#at);
    }
    if (this.#at === from) throw new NotAnAnswer('not a word');
  }
}

/** Not at the end of the line, where there is no code; no control, space, quote, parenthesis, brace. */
function isOfAtom(code: number): boolean {
  return code > SPACE && code !== QUOTE && code !== OPEN && code !== CLOSE && code !== CURLY && code !== CURLY_END;
}
