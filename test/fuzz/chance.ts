/**
 * Chance that can be repeated. Takes a seed and a case's number, gives the same numbers in the same order on every
 * machine.
 */

export interface Chance {
  /** An integer from 0 up to, not including, the limit. */
  below(limit: number): number;
  /** True once in so many times. */
  oneIn(times: number): boolean;
  pick<T>(list: readonly T[]): T;
}

/** Rounds after which neighbouring numbers have nothing in common. */
const WARM_UP = 16;

/** Chris Doty-Humphrey's small fast counter, sfc32: 128 bits of state, so that no two cases of a run are the same. */
export function chanceOf(seed: number, number: number): Chance {
  let [a, b, c, counter] = [seed | 0, number | 0, Math.floor(number / 0x1_0000_0000) | 0, 1];
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < WARM_UP; round += 1) next();
  const below = (limit: number): number => Math.floor((next() / 0x1_0000_0000) * limit);
  return {
    below,
    oneIn: times => below(times) === 0,
    pick<T>(list: readonly T[]): T {
      if (list.length === 0) throw new Error('nothing to pick from');
      return list[below(list.length)] as T;
    },
  };
}
