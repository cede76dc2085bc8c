/**
 * The FETCHes of one connection that are being answered. Takes the lines that answer them, gives each mail to the one
 * that has asked for it: by its UID, so what two of them ask for at a time must be different mails.
 */
import type { Line } from './answer-words.ts';
import { Arrivals } from './arrivals.ts';
import { readFetchRow } from './fetch-row.ts';
import type { Fetched } from './fetch-row.ts';

/**
 * What takes mails as they come. An object and no function, for each command has its own: V8 keeps the machine code of
 * a class, but of a function that was made anew it goes with the function, and is compiled again for the next one.
 */
export interface Taker {
  /** False: that one was too much, and those behind it are left out. */
  take(one: Fetched): boolean;
}

interface Asking {
  readonly arrivals: Arrivals;
  readonly taker: Taker;
  full: boolean;
  fault: Error | undefined;
}

export class Fetches {
  readonly #asking = new Set<Asking>();

  /** True for a line that answers one of them. */
  read(line: Line): boolean {
    if (this.#asking.size === 0) return false;
    try {
      const one = readFetchRow(line);
      if (one !== undefined) this.#handOn(one);
      return one !== undefined;
    } catch (error) {
      // Whose it was is not known, and what the server still says belongs to them: each fails at its end.
      for (const asking of this.#asking) asking.fault ??= asError(error);
      return true;
    }
  }

  /**
   * Takes what comes of these mails until the command has ended; each once, though a command that imapflow has repeated
   * brings some again. Rejects where a line could not be read.
   */
  async during(uids: readonly number[], taker: Taker, command: () => Promise<unknown>): Promise<void> {
    const asking: Asking = { arrivals: new Arrivals(uids), taker, full: false, fault: undefined };
    this.#asking.add(asking);
    try {
      await command();
    } finally {
      this.#asking.delete(asking);
    }
    if (asking.fault !== undefined) throw asking.fault;
  }

  #handOn(one: Fetched): void {
    for (const asking of this.#asking) {
      if (!asking.arrivals.take(one.uid)) continue;
      if (!asking.full) asking.full = !asking.taker.take(one);
      return;
    }
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
