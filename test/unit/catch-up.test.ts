/**
 * What is told of a backlog while it is read: a line a minute or one that is drawn over, sums at the end, and not a
 * word about new mail.
 */
import { expect, test } from '@jest/globals';
import { openBudget } from '../../src/byte-budget.ts';
import { bytesInWords, openCatchUp } from '../../src/catch-up.ts';
import type { CatchUp, Draw } from '../../src/catch-up.ts';
import { logTo, standingClock, START } from './callback/rig.ts';
import type { LogLine } from './callback/rig.ts';

const MB = 1_000_000;

interface Watched {
  readonly catchUp: CatchUp;
  readonly lines: LogLine[];
  readonly clock: ReturnType<typeof standingClock>;
  /** A chunk that took so long and so many bytes. */
  readonly chunk: (seconds: number, bytes: number, looked: number, left: number, bounces?: number) => void;
}

function watch(dailyBytes?: number, draw?: Draw): Watched {
  const clock = standingClock();
  const lines: LogLine[] = [];
  const budget = openBudget(dailyBytes, undefined, clock);
  const catchUp = openCatchUp('campaigns', clock, logTo(lines), budget, draw);
  return {
    ...{ catchUp, lines, clock },
    chunk(seconds, bytes, looked, left, bounces = 1) {
      clock.move(seconds);
      budget.received(bytes);
      catchUp.note({ looked, left, bounces });
    },
  };
}

test('new mail that is read as it comes is no backlog', () => {
  const { chunk, catchUp, lines } = watch();
  for (let n = 0; n < 100; n += 1) chunk(60, MB, 3, 0);
  expect(lines).toEqual([]);
  expect(catchUp.standing()).toBeUndefined();
});

test('one line at the start, one a minute, one at the end with the sums', () => {
  const { chunk, lines } = watch();
  for (let n = 1; n < 100; n += 1) chunk(2, MB, 10, 1_000 - 10 * n);
  expect(lines.map(({ message }) => message)).toEqual(Array.from({ length: 4 }, () => 'catching up'));
  expect(lines[0]?.fields).toMatchObject({ mails: 10, of: 1_000, bounces: 1 });
  expect(lines[1]?.fields).toEqual({ mails: 310, of: 1_000, bounces: 31, receivedBytes: 31 * MB, secondsLeft: 138 });
  chunk(2, MB, 10, 0);
  expect(lines).toHaveLength(5);
  expect(lines[4]).toMatchObject({ level: 'info', message: 'caught up' });
  expect(lines[4]?.fields).toEqual({ mails: 1_000, bounces: 100, receivedBytes: 100 * MB, tookSeconds: 198 });
  // The next backlog counts anew.
  chunk(2, MB, 10, 90);
  expect(lines[5]?.fields).toMatchObject({ mails: 10, of: 100, bounces: 1 });
});

test('mail that comes meanwhile makes it longer', () => {
  const { chunk, catchUp } = watch();
  chunk(1, MB, 100, 900);
  chunk(1, MB, 5, 900);
  expect(catchUp.standing()).toMatchObject({ mails: 105, of: 1_005, sinceSeconds: START + 1 });
});

test('the time left knows the budget', () => {
  const { chunk, catchUp } = watch(1_440 * MB);
  chunk(1, 0, 1, 1_999);
  chunk(1_000, 720 * MB, 719, 1_280);
  // 1,280 MB to come, half a megabyte a minute of them.
  expect(catchUp.standing()?.secondsLeft).toBeGreaterThan(1.7 * 86_400);
  expect(catchUp.standing()?.secondsLeft).toBeLessThan(1.9 * 86_400);
});

test('where a person watches it is drawn, and the log has the end alone', () => {
  const drawn: (string | undefined)[] = [];
  const { chunk, lines } = watch(undefined, (mailbox, words) => drawn.push(words && `${mailbox}: ${words}`));
  chunk(1, 2_000, 100, 300, 0);
  chunk(100, 2_100_000, 100, 200);
  chunk(1, 0, 200, 0);
  expect(drawn).toEqual([
    'campaigns: 100 of 400 mails, 0 bounces, 2.0 kB',
    'campaigns: 200 of 400 mails, 1 bounce, 2.1 MB, about 3 min left',
    undefined,
  ]);
  expect(lines.map(({ message }) => message)).toEqual(['caught up']);
});

test('bytes in words', () => {
  expect([0, 999, 45_000, 2_900_000, 812_400_000, 1_500_000_000].map(bytesInWords)).toEqual([
    ...['0.0 kB', '1.0 kB', '45.0 kB', '2.9 MB', '812 MB', '1.5 GB'],
  ]);
});
