/**
 * The bytes of a day: half at once, the rest evenly, no 24 hours beyond the whole, and nothing forgotten by a restart.
 */
import { describe, expect, test } from '@jest/globals';
import { asOf, openBudget } from '../../src/byte-budget.ts';
import type { Budget } from '../../src/byte-budget.ts';
import { standingClock, START } from './callback/rig.ts';

const MB = 1_000_000;
const DAILY = 1_440 * MB;
const HOUR = 3_600;
const DAY = 24 * HOUR;

/** Reads `bytes` at a time for so long as it may; gives when each came, in seconds. */
function readFor(seconds: number, bytes: number, budget: Budget, clock: ReturnType<typeof standingClock>): number[] {
  const times: number[] = [];
  const endSeconds = clock.nowSeconds() + seconds;
  while (clock.nowSeconds() < endSeconds) {
    const waitMs = budget.waitMs();
    if (waitMs === 0) {
      budget.received(bytes);
      times.push(clock.nowSeconds());
    }
    // A chunk takes a second.
    clock.move(waitMs === 0 ? 1 : waitMs / 1_000);
  }
  return times;
}

describe('catching up', () => {
  test('takes half of it at once, then stands still for half an hour at a time, never for hours', () => {
    const clock = standingClock();
    const budget = openBudget(DAILY, undefined, clock);
    const times = readFor(DAY, MB, budget, clock);
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(waits.findIndex(wait => wait > 1)).toBeGreaterThanOrEqual(720);
    expect(Math.max(...waits)).toBeLessThanOrEqual(HOUR / 2 + 120);
  });

  test('takes the whole in 24 hours and no more, wherever those begin', () => {
    const clock = standingClock();
    const budget = openBudget(DAILY, undefined, clock);
    const times = readFor(4 * DAY, MB, budget, clock);
    const within = times.map(from => times.filter(time => time >= from && time < from + DAY).length);
    // One portion more at most: what was under way when it was used up.
    expect(Math.max(...within)).toBeLessThanOrEqual(1_440 + 1);
    expect(within[0]).toBeGreaterThanOrEqual(1_440 - 16);
  });

  test('is never held back without a budget, and what comes is counted all the same', () => {
    const clock = standingClock();
    const budget = openBudget(undefined, undefined, clock);
    budget.received(9_000 * MB);
    expect(budget.waitMs()).toBe(0);
    expect(budget.standing()).toEqual({ todayBytes: 9_000 * MB, atSeconds: START });
  });
});

test('new mail may take more than is left: it is counted, and catching up waits the longer', () => {
  const clock = standingClock();
  const budget = openBudget(DAILY, undefined, clock);
  budget.received(720 * MB);
  const shortMs = budget.waitMs();
  budget.received(60 * MB);
  expect(budget.waitMs()).toBe(shortMs + 2 * HOUR * 1_000);
  expect(budget.standing().waitsUntilSeconds).toBe(START + budget.waitMs() / 1_000);
  clock.move(budget.waitMs() / 1_000);
  expect(budget.waitMs()).toBe(0);
  expect(budget.standing().waitsUntilSeconds).toBeUndefined();
});

describe('what was kept', () => {
  test('holds across a restart, and earns while nobody runs', () => {
    const clock = standingClock();
    const first = openBudget(DAILY, undefined, clock);
    first.received(720 * MB);
    expect(openBudget(DAILY, first.standing(), clock).waitMs()).toBeGreaterThan(0);
    clock.move(12 * HOUR);
    const later = openBudget(DAILY, first.standing(), clock);
    expect(asOf(later.standing(), clock.nowSeconds())).toMatchObject({ leftBytes: 360 * MB });
    expect(later.waitMs()).toBe(0);
  });

  test('counts the day anew at midnight UTC, and what may come at once goes on', () => {
    const clock = standingClock();
    const budget = openBudget(DAILY, undefined, clock);
    budget.received(400 * MB);
    const toMidnight = DAY - (START % DAY);
    clock.move(toMidnight - 1);
    expect(asOf(budget.standing(), clock.nowSeconds()).todayBytes).toBe(400 * MB);
    clock.move(1);
    expect(asOf(budget.standing(), clock.nowSeconds()).todayBytes).toBe(0);
    budget.received(MB);
    expect(budget.standing()).toMatchObject({ todayBytes: MB });
  });

  test('is taken over by another budget: what was used stays used', () => {
    const clock = standingClock();
    const first = openBudget(DAILY, undefined, clock);
    first.received(500 * MB);
    expect(openBudget(2 * DAILY, first.standing(), clock).standing().leftBytes).toBe(DAILY - 500 * MB);
    expect(openBudget(DAILY / 2, first.standing(), clock).waitMs()).toBeGreaterThan(0);
    const off = openBudget(undefined, first.standing(), clock);
    expect(off.waitMs()).toBe(0);
    expect(openBudget(DAILY, off.standing(), clock).standing().leftBytes).toBe(720 * MB - 500 * MB);
  });

  test('earns nothing by a clock that goes back, and no more than half of it by one that leaps ahead', () => {
    const clock = standingClock();
    const budget = openBudget(DAILY, undefined, clock);
    budget.received(700 * MB);
    expect(asOf(budget.standing(), START - 365 * DAY).leftBytes).toBe(20 * MB);
    expect(asOf(budget.standing(), START + 365 * DAY).leftBytes).toBe(720 * MB);
  });
});
