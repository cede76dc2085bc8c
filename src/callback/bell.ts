/**
 * A bell that ends a sleep early. Takes nothing, keeps one ring for whoever waits next.
 */
import type { Clock } from '../shared/clock.ts';

export interface Bell {
  ring(): void;
  /** Sleeps at most `ms`, less when it is rung, was rung since the last wait, or the signal aborts. */
  wait(ms: number, clock: Clock, signal: AbortSignal): Promise<void>;
}

export function openBell(): Bell {
  let rung = false;
  let wakeUp: (() => void) | undefined;
  return {
    ring() {
      rung = true;
      wakeUp?.();
    },
    async wait(ms, clock, signal) {
      if (!rung) {
        const sleep = new AbortController();
        wakeUp = () => sleep.abort();
        // By hand: AbortSignal.any would leave a trace on the long-lived signal with every wait.
        signal.addEventListener('abort', wakeUp, { once: true });
        if (signal.aborted) wakeUp();
        await clock.sleep(ms, sleep.signal);
        signal.removeEventListener('abort', wakeUp);
        wakeUp = undefined;
      }
      rung = false;
    },
  };
}
