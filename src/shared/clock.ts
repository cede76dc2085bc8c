/**
 * What telling the time looks like. Type only: the real clock lives in runtime/clock.ts, tests bring their own.
 */

export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
  /**
   * Resolves after `ms` milliseconds, or at once when the signal aborts (it never rejects: look at `signal.aborted`).
   */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Whole seconds since the epoch. */
  nowSeconds(): number;
}
