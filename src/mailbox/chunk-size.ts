/**
 * How many mails the next chunk asks for. Takes nothing but what became of the last ones, gives a number.
 * A chunk is kept whole or not at all: where nothing lasts long, small ones get on.
 */
import { LIMITS } from '../shared/limits.ts';

/** After a start; more than the overlap holds, so that it brings something new. */
const FIRST_MAILS = 500;
const FEWEST_MAILS = 60;

export class ChunkSize {
  #next = FIRST_MAILS;
  /** Mails asked for in the chunks that were begun and not recorded yet, in their order. */
  #begun: number[] = [];

  /** A scan begins. Where the last one left a chunk that was not recorded, it failed: the next one asks for less. */
  restart(): void {
    const [failed] = this.#begun;
    if (failed !== undefined) this.#next = Math.max(FEWEST_MAILS, Math.floor(failed / 4));
    this.#begun = [];
  }

  /** Mails of the chunk that begins now; one after it may be larger. */
  begin(): number {
    const mails = this.#next;
    this.#begun.push(mails);
    this.#next = Math.min(LIMITS.chunkMails, 2 * mails);
    return mails;
  }

  /** Only so many of the chunk that was begun last fitted into what a chunk may hold: the next one asks for no more. */
  fitted(mails: number): void {
    this.#next = Math.max(FEWEST_MAILS, mails);
  }

  /** The oldest of the chunks that were begun is recorded. */
  recorded(): void {
    this.#begun.shift();
  }
}
