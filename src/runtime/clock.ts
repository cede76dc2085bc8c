/**
 * The one place that knows the time. Everyone else receives it.
 * Never rejects: who sleeps looks at the signal afterwards.
 */
import { setTimeout as timer } from 'node:timers/promises';
import type { Clock } from '../shared/clock.ts';

/** setTimeout takes at most this many milliseconds (a signed 32-bit number). */
const LONGEST_TIMER_MS = 2_147_483_647;

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  nowSeconds: () => Math.floor(Date.now() / 1000),
  async sleep(ms, signal) {
    if (signal.aborted) return;
    try {
      await timer(Math.min(Math.max(ms, 0), LONGEST_TIMER_MS), undefined, { signal });
    } catch {
      // Aborted: whoever sleeps looks at the signal.
    }
  },
};

/** CLOCK_MONOTONIC in microseconds, as systemd counts (sd_notify(3), MONOTONIC_USEC). */
export function monotonicMicroseconds(): bigint {
  return process.hrtime.bigint() / 1_000n;
}
