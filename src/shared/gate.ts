/**
 * A gate that lets some through at a time. Takes work and a signal, gives what the work gives. Holds nobody up for
 * good: whoever takes long frees his place, and goes on.
 */
import type { Clock } from './clock.ts';

export interface Gate {
  /** Begins the work when there is room; at once where the signal has aborted, since the work looks at it itself. */
  pass<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result>;
}

/**
 * @param places how many work at a time
 * @param holdMs after this time a place is free again, though its work goes on: a peer that is silent harms nobody else
 */
export function openGate(places: number, holdMs: number, clock: Pick<Clock, 'sleep'>): Gate {
  const waiting: (() => void)[] = [];
  let free = places;
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  const enter = async (signal: AbortSignal): Promise<void> => {
    if (free > 0) {
      free -= 1;
      return;
    }
    await new Promise<void>(resolve => {
      // Removed again: the signal lives as long as the program.
      const enterNow = (): void => {
        signal.removeEventListener('abort', enterNow);
        resolve();
      };
      waiting.push(enterNow);
      signal.addEventListener('abort', enterNow, { once: true });
      if (signal.aborted) enterNow();
    });
  };
  return {
    async pass(work, signal) {
      await enter(signal);
      const over = new AbortController();
      void clock.sleep(holdMs, over.signal).then(leave);
      try {
        return await work();
      } finally {
        over.abort();
      }
    },
  };
}
