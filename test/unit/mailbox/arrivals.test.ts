/** Mails are told apart that were asked for, and those that have not come, in whatever order they come. */
import { expect, test } from '@jest/globals';
import { Arrivals } from '../../../src/mailbox/arrivals.ts';

test('in their order: each is taken once, and the next is missing', () => {
  const arrivals = new Arrivals([3, 5, 9]);
  expect(arrivals.missing).toBe(3);
  expect([3, 5].map(uid => arrivals.take(uid))).toEqual([true, true]);
  expect(arrivals.missing).toBe(9);
  expect([9, 9, 3].map(uid => arrivals.take(uid))).toEqual([true, false, false]);
  expect(arrivals.missing).toBeUndefined();
});

test('out of their order, with strangers among them and one that never comes', () => {
  const arrivals = new Arrivals([1, 2, 3, 4, 5]);
  expect([1, 7, 4, 4, 1, 2, 5].map(uid => arrivals.take(uid))).toEqual([true, false, true, false, false, true, true]);
  expect(arrivals.missing).toBe(3);
  expect(arrivals.take(3)).toBe(true);
  expect(arrivals.missing).toBeUndefined();
});

test('nothing asked for: everybody is a stranger', () => {
  const arrivals = new Arrivals([]);
  expect(arrivals.take(1)).toBe(false);
  expect(arrivals.missing).toBeUndefined();
});
