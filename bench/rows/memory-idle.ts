/**
 * An idle daemon with one mailbox beside node with one idle imapflow connection: resident memory, and processor time.
 * Both idle in the same seconds. Takes nothing, gives two rows.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { memoryOf, processorMs, startOurs, startPeer } from '../idlers.ts';
import type { Idler } from '../idlers.ts';
import type { BenchOptions, Measured, Row } from '../row.ts';
import { median } from '../row.ts';

/** Time to settle: V8 cleans up behind a start within half a minute. Then a sample a second. */
const SETTLE_MS = 30_000;
const SHORT_SETTLE_MS = 5_000;
const SAMPLES = 60;
const SHORT_SAMPLES = 5;
const DAY_MS = 86_400_000;

export const MEMORY_IDLE: Row = {
  name: 'memory-idle',
  what: 'resident memory of an idle daemon with one mailbox',
  against: 'node with one idle imapflow connection',
  target: { ratio: 1.3, bound: 'at most' },
  run: async options => {
    const { ours, peer } = await watch(options);
    return { unit: 'MB', ours: tenths(ours.mb), peer: tenths(peer.mb), ratio: ours.mb / peer.mb };
  },
};

export const IDLE_CPU: Row = {
  name: 'idle-cpu',
  what: 'processor time of an idle daemon with one mailbox, seconds a day',
  against: 'node with one idle imapflow connection',
  target: { more: 15, bound: 'at most' },
  run: async (options): Promise<Measured> => {
    const { ours, peer } = await watch(options);
    const [oursSeconds, peerSeconds] = [ours.secondsADay, peer.secondsADay];
    return { unit: 's/day', ours: tenths(oursSeconds), peer: tenths(peerSeconds), ratio: oursSeconds / peerSeconds };
  },
};

interface Quiet {
  readonly mb: number;
  readonly secondsADay: number;
}

async function watch({ short }: BenchOptions): Promise<{ ours: Quiet; peer: Quiet }> {
  const both = [await startOurs(1), await startPeer()] as const;
  try {
    await sleep(short ? SHORT_SETTLE_MS : SETTLE_MS);
    const [ours, peer] = await Promise.all(both.map(one => sample(one, short ? SHORT_SAMPLES : SAMPLES)));
    if (ours === undefined || peer === undefined) throw new Error('nothing was measured');
    return { ours, peer };
  } finally {
    await Promise.all(both.map(one => one.stop()));
  }
}

async function sample({ pid }: Idler, samples: number): Promise<Quiet> {
  const resident: number[] = [];
  const [beforeMs, startedMs] = [processorMs(pid), performance.now()];
  for (let n = 0; n < samples; n += 1) {
    await sleep(1_000);
    resident.push(memoryOf(pid).nowMb);
  }
  const share = (processorMs(pid) - beforeMs) / (performance.now() - startedMs);
  return { mb: median(resident), secondsADay: (share * DAY_MS) / 1000 };
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
