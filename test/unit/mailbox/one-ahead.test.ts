/**
 * A generator read one value ahead: the same values in the same order, a failure in its turn, no more than one ahead.
 */
import { expect, test } from '@jest/globals';
import { oneAhead } from '../../../src/mailbox/one-ahead.ts';

/** Numbers from 1; tells how many were made, and fails after the last. */
function numbers(last: number, failure?: Error): { values: AsyncGenerator<number>; made: () => number } {
  let made = 0;
  async function* make(): AsyncGenerator<number> {
    while (made < last) {
      await Promise.resolve();
      made += 1;
      yield made;
    }
    if (failure !== undefined) throw failure;
  }
  return { values: make(), made: () => made };
}

const settled = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

test('gives all values in their order, one in the making while one is used', async () => {
  const { values, made } = numbers(4);
  const seen: (readonly [number, number])[] = [];
  for await (const value of oneAhead(values)) {
    await settled();
    seen.push([value, made()]);
  }
  expect(seen).toEqual([
    [1, 2],
    [2, 3],
    [3, 4],
    [4, 4],
  ]);
});

test('a failure comes after the values before it', async () => {
  const { values } = numbers(2, new Error('gone'));
  const seen: number[] = [];
  const read = async (): Promise<void> => {
    for await (const value of oneAhead(values)) {
      await settled();
      seen.push(value);
    }
  };
  await expect(read()).rejects.toThrow('gone');
  expect(seen).toEqual([1, 2]);
});

test('whoever stops early hears nothing of a failure behind', async () => {
  const { values } = numbers(1, new Error('gone'));
  for await (const value of oneAhead(values)) {
    expect(value).toBe(1);
    break;
  }
  await settled();
});
