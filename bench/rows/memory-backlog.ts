/**
 * The most that a daemon takes from its start until a whole backlog is posted, bounces that return mails of 25 MB among
 * it. Beside an idle daemon. The row fails when not every bounce was posted.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { openBacklog, peakOfBacklog, withHugeBounces } from '../backlog.ts';
import { memoryOf, startOurs } from '../idlers.ts';
import { median } from '../row.ts';
import type { BenchOptions, LeftOut, Measured, Row } from '../row.ts';

const HUGE = 4;
/** V8 cleans up for a while after a start. */
const SETTLE_MS = 10_000;
const SHORT_SETTLE_MS = 4_000;
const ROUNDS = 3;

export const MEMORY_BACKLOG: Row = {
  name: 'memory-backlog',
  what: 'resident memory at the peak of a backlog with mails of 25 MB',
  against: 'a daemon that idles',
  target: { more: 60, bound: 'at most' },
  demanded: { more: 70, bound: 'at most' },
  run: measure,
};

async function measure(options: BenchOptions): Promise<Measured | LeftOut> {
  const backlog = await openBacklog(options);
  if ('leftOut' in backlog) return backlog;
  const more = await withHugeBounces(backlog, HUGE);
  const idleMb = await idleMemory(options.short ? SHORT_SETTLE_MS : SETTLE_MS);
  const peaks: number[] = [];
  for (let round = 0; round < (options.short ? 1 : ROUNDS); round += 1) peaks.push(await peakOfBacklog(more));
  const [ours, peer] = [median(peaks), idleMb].map(Math.round) as [number, number];
  const besides = { mails: more.mails, bounces: more.bounces, mailsOf25Mb: HUGE };
  return { unit: 'MB', ours, peer, ratio: ours / peer, besides };
}

async function idleMemory(settleMs: number): Promise<number> {
  const idler = await startOurs(1);
  try {
    await sleep(settleMs);
    return memoryOf(idler.pid).nowMb;
  } finally {
    await idler.stop();
  }
}
