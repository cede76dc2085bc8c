/**
 * How many bytes of mail a chunk may still hold. Takes what is fetched, mail by mail, and remembers where it became too
 * much: the mails from there on are another chunk's.
 */
import { Arrivals } from './arrivals.ts';
import type { Connection, Query } from './connection.ts';
import type { Fetched } from './fetch-row.ts';
import type { Taker } from './fetches.ts';

/** What keeps the mails that fit. */
export interface Keeper {
  keep(one: Fetched): void;
}

export class Budget {
  #left: number;
  #first: number | undefined;
  #before: number | undefined;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** From this UID on nothing fits; undefined while all does. */
  get before(): number | undefined {
    return this.#before;
  }

  /** Takes so many bytes for this mail; false where they do not fit. The first mail fits whatever it takes. */
  take(uid: number, bytes: number): boolean {
    this.#first ??= uid;
    this.#left -= bytes;
    if (this.#left >= 0 || uid === this.#first) return true;
    this.#before = Math.min(this.#before ?? Infinity, uid);
    return false;
  }

  /** Takes what the server hands out of these, ascending, as far as it fits. */
  async fetch(
    connection: Connection,
    uids: readonly number[],
    query: Query,
    signal: AbortSignal,
    keeper: Keeper,
  ): Promise<void> {
    const end = this.#before;
    const asked = below(uids, end ?? Infinity);
    const fitting = new Fitting(this, asked, keeper);
    await connection.fetchEach(asked, query, signal, fitting);
    // The order is the server's: what it kept for later may lie before the mail that was too much.
    if (this.#before !== end) this.#before = fitting.held.missing ?? this.#before;
  }
}

class Fitting implements Taker {
  readonly held: Arrivals;
  readonly #budget: Budget;
  readonly #keeper: Keeper;

  constructor(budget: Budget, asked: readonly number[], keeper: Keeper) {
    this.held = new Arrivals(asked);
    this.#budget = budget;
    this.#keeper = keeper;
  }

  take(one: Fetched): boolean {
    if (!this.#budget.take(one.uid, bytesOf(one))) return false;
    this.held.take(one.uid);
    this.#keeper.keep(one);
    return true;
  }
}

function below(uids: readonly number[], end: number): readonly number[] {
  const last = uids.at(-1) ?? 0;
  return last < end ? uids : uids.filter(uid => uid < end);
}

function bytesOf({ sections }: Fetched): number {
  let sum = 0;
  for (const bytes of sections.values()) sum += bytes.length;
  return sum;
}
