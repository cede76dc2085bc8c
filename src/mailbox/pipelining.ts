/**
 * Whether a server is sent several FETCHes at a time. Takes what became of each chunk, gives yes or no: nearly all can
 * (RFC 3501 5.5), and one that cannot must not have its mails taken for what is at fault.
 */
import { Fault } from '../shared/fault.ts';

/** Failures with it, and no chunk that was read with it between them: then it is the server. */
const MOST_FAILURES = 3;

export class Pipelining {
  #failures = 0;
  /** The last chunk failed: it is tried without. */
  #isTrial = false;

  /** Asked when a connection is opened; it holds for as long as that one does. */
  get on(): boolean {
    return !this.#isTrial && this.#failures < MOST_FAILURES;
  }

  /**
   * A chunk was read.
   * @param wasUsed whether several were sent at a time on that connection: one that was opened without tells nothing
   */
  passed(wasUsed: boolean): void {
    if (wasUsed) this.#failures = 0;
    this.#isTrial = false;
  }

  /**
   * A chunk was not read; gives what it failed with, as a failure of the line's where it may be for this.
   * @param wasUsed whether several were sent at a time on that connection
   */
  failed(error: unknown, wasUsed: boolean): unknown {
    if (!this.on) {
      // Nor without it: then it was not for this.
      if (this.#isTrial) this.#failures = 0;
      this.#isTrial = false;
      return error;
    }
    if (!wasUsed) return error;
    this.#failures += 1;
    this.#isTrial = true;
    return error instanceof Fault && error.code === 'IMAP' ? ofTheLine(error) : error;
  }
}

function ofTheLine({ message, retry, exit, hint, cause }: Fault): Fault {
  return new Fault(`${message}; it is asked again, one command at a time`, {
    ...{ code: 'PIPELINING', retry, exit, cause },
    ...(hint === undefined ? {} : { hint }),
  });
}
