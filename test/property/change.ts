/**
 * What a change to a mail is: one that says the same in other bytes. Gives the type, and choices that a seed repeats.
 */
import type { Part } from './mail-tree.ts';

/** A whole number from 0 up to, not including, `below`. */
export type Choose = (below: number) => number;

export interface Change {
  readonly name: string;
  /** The mail, changed; undefined where it has no place for the change, or where that would change what it says. */
  readonly apply: (mail: Part, choose: Choose) => Part | undefined;
}

/** The same choices for the same seed (mulberry32, by Tommy Ettinger). */
export function choices(seed: number): Choose {
  let state = seed >>> 0;
  return below => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** The list with one more element, at any place. */
export function insertedAnywhere<T>(list: readonly T[], one: T, choose: Choose): T[] {
  return list.toSpliced(choose(list.length + 1), 0, one);
}

/** The list in another order; undefined where there is none. */
export function shuffled<T>(list: readonly T[], choose: Choose): T[] | undefined {
  if (list.length < 2) return undefined;
  const order = [...list];
  for (let at = order.length - 1; at > 0; at--) {
    const other = choose(at + 1);
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  return order.every((one, index) => one === list[index]) ? [...order.slice(1), order[0]!] : order;
}
