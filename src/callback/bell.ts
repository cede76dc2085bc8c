/**
 * A bell that ends a sleep early. Takes nothing, keeps one ring for whoever waits next.
 */
import type { Clock } from '../shared/clock.ts';

export interface Bell {
  ring(): void;
  /** Sleeps at most `ms`; true when it was rung meanwhile or since the last wait. */
  wait(ms: number, clock: Clock, signal: AbortSignal): Promise<boolean>;
}

export function openBell(): Bell {
  let rung = false;
  let sleeper: AbortController | undefined;
  return {
    ring() {
      rung = true;
      sleeper?.abort();
    },
    async wait(ms, clock, signal) {
      if (!rung) {
        sleeper = new AbortController();
        await clock.sleep(ms, AbortSignal.any([signal, sleeper.signal]));
        sleeper = undefined;
      }
      const result = rung;
      rung = false;
      return result;
    },
  };
}
