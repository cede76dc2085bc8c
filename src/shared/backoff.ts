/**
 * How long to wait before the next try. Pure: the random number is handed in.
 */

export interface Backoff {
  readonly baseMs: number;
  readonly capMs: number;
}

/**
 * Exponential backoff with full jitter: a random point between 0 and min(cap, base * 2^attempt), so that many clients
 * that failed together do not come back together ("Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
 * @param attempt tries already made that failed, 1 for the first failure
 * @param random a number in [0, 1)
 * @returns milliseconds
 */
export function fullJitterMs(backoff: Backoff, attempt: number, random: number): number {
  return Math.round(random * ceilingMs(backoff, attempt));
}

/** The longest wait that `fullJitterMs` can give for this attempt, in milliseconds. */
export function ceilingMs(backoff: Backoff, attempt: number): number {
  const doublings = Math.min(Math.max(attempt - 1, 0), 40);
  return Math.min(backoff.capMs, backoff.baseMs * 2 ** doublings);
}
