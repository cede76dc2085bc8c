/**
 * Mutations of a mail's bytes, blind to what they mean: flip, insert, delete, truncate, splice, repeat. Takes bytes and
 * chance, gives other bytes.
 */
import type { Chance } from './chance.ts';
import { runOf } from './structure.ts';

/** No case grows beyond this: a case is to take a moment, not a minute. */
export const CASE_BYTES = 256 * 1024;

/** One change of the bytes. */
export function mutateBytes(bytes: Buffer, chance: Chance, other: Buffer): Buffer {
  const at = chance.below(bytes.length + 1);
  const length = 1 + chance.below(chance.oneIn(4) ? 400 : 8);
  const before = bytes.subarray(0, at);
  const after = bytes.subarray(at);
  switch (chance.below(8)) {
    case 0:
      return flip(bytes, at, chance);
    case 1:
      return Buffer.concat([before, noise(length, chance), after]);
    case 2:
      return Buffer.concat([before, after.subarray(length)]);
    case 3:
      return before;
    case 4:
      return Buffer.concat([before, other.subarray(chance.below(other.length + 1))]);
    case 5:
      return Buffer.concat([before, after.subarray(0, length), after]);
    case 6:
      return Buffer.concat([before, Buffer.from(runOf(chance), 'latin1'), after]);
    default:
      return Buffer.concat([before, Buffer.from(chance.pick(['\r', '\n', '\0', '"', '<', '--', ':', '='])), after]);
  }
}

function flip(bytes: Buffer, at: number, chance: Chance): Buffer {
  const copy = Buffer.from(bytes);
  if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << chance.below(8));
  return copy;
}

function noise(length: number, chance: Chance): Buffer {
  return Buffer.from(Array.from({ length }, () => chance.below(256)));
}
