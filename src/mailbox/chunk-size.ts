/**
 * How many mails the next chunk asks for. Takes nothing but what became of the last one, gives a number.
 * A chunk is kept whole or not at all: where nothing lasts long, small ones get on.
 */
import { LIMITS } from '../shared/limits.ts';

/** After a start; more than the overlap holds, so that it brings something new. */
const FIRST_MAILS = 100;
const FEWEST_MAILS = 60;

export class ChunkSize {
  #mails = FIRST_MAILS;

  /** Mails of the chunk that begins now. Should it fail, here or where it is recorded, the next one asks for less. */
  begin(): number {
    const mails = this.#mails;
    this.#mails = Math.max(FEWEST_MAILS, Math.floor(mails / 4));
    return mails;
  }

  /** The chunk of so many mails was recorded: the next one may be larger. */
  recorded(mails: number): void {
    this.#mails = Math.min(LIMITS.chunkMails, 2 * mails);
  }
}
