/**
 * How many mails the next chunk asks for. Takes what became of the last ones and how long the line is, gives a number.
 * A chunk is kept whole or not at all: where nothing lasts long, small ones get on. Until then it is held in memory:
 * over a short line, where a command more costs little, no chunk is large.
 */
import { LIMITS } from '../shared/limits.ts';

/** After a start; more than the overlap holds, so that it brings something new. */
const FIRST_MAILS = 500;
const FEWEST_MAILS = 60;
/** Read in a fifth of a second: what its commands wait for over a line of a few ms is less. */
const MAILS_ON_SHORT_LINE = 500;
/** For each millisecond to the server and back: so waiting takes a third of a chunk, however long the line is. */
const MAILS_PER_MS = 10;

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

  /**
   * Mails of the chunk that begins now; one after it may be larger.
   * @param roundTripMs to the server and back
   */
  begin(roundTripMs: number): number {
    const most = Math.min(LIMITS.chunkMails, Math.max(MAILS_ON_SHORT_LINE, MAILS_PER_MS * roundTripMs));
    const mails = Math.min(this.#next, Math.round(most));
    this.#begun.push(mails);
    this.#next = 2 * mails;
    return mails;
  }

  /**
   * Only so many of a chunk fitted into what one may hold: the next one asks for no more.
   * @param ahead so many behind it were begun, too; they are not asked for
   */
  fitted(mails: number, ahead: number): void {
    this.#begun.splice(this.#begun.length - ahead, ahead);
    this.#next = Math.max(FEWEST_MAILS, mails);
  }

  /** The oldest of the chunks that were begun is recorded. */
  recorded(): void {
    this.#begun.shift();
  }
}
