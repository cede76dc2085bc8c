/**
 * Station 7: the callback. Takes batches from the outbox, posts them to CleverTap, settles them by the answer.
 * Never drops an event, never follows a redirect, never prints the URL.
 */
import type { Secret } from '../shared/secret.ts';

/** Where and how to post. */
export interface CallbackSettings {
  /** Name in the configuration: events carry it. */
  readonly name: string;
  /** The URL is the secret. */
  readonly url: Secret;
  /** Addresses a request, at most LIMITS.batchEvents. */
  readonly batchSize: number;
  /** How long the oldest event waits for company, milliseconds. */
  readonly batchWaitMs: number;
  /** Requests in flight at once to this URL. */
  readonly concurrency: number;
  /** Wall clock for one request from connect to the last byte of the answer, milliseconds. */
  readonly timeoutMs: number;
  /** PEM of the authorities to trust instead of the system's (tests, private receivers). */
  readonly ca?: string;
}
