import { describe, expect, test } from '@jest/globals';
import { BREAKER_WINDOW_SECONDS, isFlood } from '../../../src/outbox/breaker.ts';

const T = 1_800_000_000;

describe('more than so many within an hour', () => {
  test.each([
    ['as many as allowed', [0, 1, 2], 3, false],
    ['one more', [0, 1, 2, 3], 3, true],
    ['one more, in any order', [2, 0, 3, 1], 3, true],
    ['one more, at the same second', [5, 5, 5, 5], 3, true],
    ['one more, the last within the hour', [0, 1, 2, BREAKER_WINDOW_SECONDS - 1], 3, true],
    ['one more, the last just after it', [0, 1, 2, BREAKER_WINDOW_SECONDS], 3, false],
    ['an hour that begins in the middle', [0, 3_000, 4_000, 5_000, 6_000], 3, true],
    ['many, evenly spread', Array.from({ length: 50 }, (_, n) => n * 1_300), 3, false],
    ['none at all', [], 0, false],
    ['a limit of 0', [7], 0, true],
    ['no limit', [1, 1, 1], Infinity, false],
  ])('%s', (_title, times, limit, flood) => {
    expect(
      isFlood(
        times.map(seconds => T + seconds),
        limit,
      ),
    ).toBe(flood);
  });
});
