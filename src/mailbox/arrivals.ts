/**
 * Which of the mails that were asked for have come. Takes UIDs in the order in which they are expected; tells of each
 * whether it is one of them. Nearly always they come in that order, and then nothing is kept but a place in it.
 */
export class Arrivals {
  readonly #asked: readonly number[];
  /** So many of the first have come, and none of the others. */
  #came = 0;
  /** Those that have not come, once one came out of turn. */
  #left: Set<number> | undefined;

  /** @param asked each UID once */
  constructor(asked: readonly number[]) {
    this.#asked = asked;
  }

  /** True for one that was asked for and had not come: it has now. */
  take(uid: number): boolean {
    if (this.#left !== undefined) return this.#left.delete(uid);
    if (this.#came === this.#asked.length) return false;
    if (this.#asked[this.#came] === uid) {
      this.#came += 1;
      return true;
    }
    this.#left = new Set(this.#asked.slice(this.#came));
    return this.#left.delete(uid);
  }

  /** The first that has not come. */
  get missing(): number | undefined {
    if (this.#left === undefined) return this.#asked[this.#came];
    const [first] = this.#left;
    return first;
  }
}
