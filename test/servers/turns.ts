/**
 * A server that cannot take a FETCH before it has answered the one before (RFC 3501 5.5 wants it to). Takes FETCHes as
 * they come, answers each after a while, and refuses those that come meanwhile.
 */
import { setTimeout as sleep } from 'node:timers/promises';

/** The tagged answer to such a FETCH, or the end of the connection. */
export type Refusal = { readonly answer: string } | 'end';

const ANSWER_MS = 5;

export class Turns {
  readonly #refusal: () => Refusal | undefined;
  #isBusy = false;

  /** @param refusal undefined: all are answered at once */
  constructor(refusal: () => Refusal | undefined) {
    this.#refusal = refusal;
  }

  take(answer: () => void, refuse: (answer: string | undefined) => void): void {
    const refusal = this.#refusal();
    if (refusal === undefined) answer();
    else if (this.#isBusy) refuse(refusal === 'end' ? undefined : refusal.answer);
    else {
      this.#isBusy = true;
      void sleep(ANSWER_MS).then(() => {
        this.#isBusy = false;
        answer();
      });
    }
  }
}
