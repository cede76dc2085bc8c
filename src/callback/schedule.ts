/**
 * When to try again, by what went wrong. Takes the kind and the number of tries, gives milliseconds; pure.
 * CleverTap documents no retry rule for this callback; its sibling pages ("Generic HTTP", "Generic SMS") ask for ten
 * minutes with exponential backoff on 5xx, "as CleverTap does not deduplicate requests".
 */
import { ceilingMs, fullJitterMs } from '../shared/backoff.ts';

/** Names of the rows of the retry schedule. */
export type RetryKind = 'busy' | 'unreachable' | 'unanswered' | 'configuration';

export interface RetryRule {
  /** The first wait; it doubles with each failure. */
  readonly baseMs: number;
  readonly capMs: number;
  /** `full`: a random point of the wait, so that many do not return together. `none`: all of it. */
  readonly jitter: 'full' | 'none';
  /** When this rule holds, in words. */
  readonly when: string;
}

const MINUTE_MS = 60_000;

/** What an operator may want to read: one row for each way a request can fail. */
export const RETRY_SCHEDULE: Readonly<Record<RetryKind, RetryRule>> = {
  busy: {
    baseMs: 10 * MINUTE_MS,
    capMs: 360 * MINUTE_MS,
    jitter: 'full',
    when: '408, 429 and 5xx without Retry-After, or a 2xx whose body says "error"',
  },
  unreachable: {
    baseMs: 1_000,
    capMs: 5 * MINUTE_MS,
    jitter: 'full',
    when: 'refused before the request was written: nothing can have been counted',
  },
  unanswered: {
    baseMs: 10 * MINUTE_MS,
    capMs: 360 * MINUTE_MS,
    // It may have been counted, and a repetition is counted again: never sooner than the whole wait.
    jitter: 'none',
    when: 'no clear answer after the request was written: it may be counted twice',
  },
  configuration: {
    baseMs: 15 * MINUTE_MS,
    capMs: 15 * MINUTE_MS,
    jitter: 'none',
    when: '401, 403, 404, 410, any redirect, or 400 for every event: the URL or the account is wrong',
  },
};

/** No wait is shorter, so that a failing callback is never called in a tight loop. */
const SHORTEST_WAIT_MS = 1_000;
/** The longest Retry-After that is obeyed: a slip of the other side must not stop us for days. */
const LONGEST_RETRY_AFTER_MS = 360 * MINUTE_MS;

/**
 * Milliseconds until the next try.
 * @param attempt tries that failed, this one included
 * @param random a number in [0, 1)
 * @param retryAfterMs what the other side asked for, if it did
 */
export function retryWaitMs(kind: RetryKind, attempt: number, random: number, retryAfterMs?: number): number {
  if (retryAfterMs !== undefined) return Math.min(Math.max(retryAfterMs, SHORTEST_WAIT_MS), LONGEST_RETRY_AFTER_MS);
  const rule = RETRY_SCHEDULE[kind];
  const waitMs = rule.jitter === 'full' ? fullJitterMs(rule, attempt, random) : ceilingMs(rule, attempt);
  return Math.max(waitMs, SHORTEST_WAIT_MS);
}
