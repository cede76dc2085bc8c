/**
 * A text that cannot be printed by accident: every way to turn it into a string gives "[secret]".
 */
import { inspect } from 'node:util';

const HIDDEN = '[secret]';

/** Holds a password, token or URL. Only `reveal()` gives it back: search for that word to see each use. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [Symbol.toPrimitive](): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}
