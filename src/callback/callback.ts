/**
 * Station 7: the callback. Takes batches from the outbox, posts them to CleverTap, settles them by the answer.
 * Never drops an event, never follows a redirect, never prints the URL.
 */
import PQueue from 'p-queue';
import type { Lease, Store } from '../outbox/outbox.ts';
import { fullJitterMs } from '../shared/backoff.ts';
import type { Clock } from '../shared/clock.ts';
import { asFault } from '../shared/fault.ts';
import type { Log } from '../shared/log.ts';
import type { Secret } from '../shared/secret.ts';
import { deliver, openLine } from './line.ts';
import type { Line } from './line.ts';

export { RETRY_SCHEDULE } from './outcome.ts';

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

export interface CourierTools {
  readonly store: Store;
  readonly lease: Lease;
  readonly callbacks: readonly CallbackSettings[];
  readonly clock: Clock;
  readonly log: Log;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly userAgent: string;
}

export interface Courier {
  /** Posts what becomes due until the signal aborts; requests in flight are finished and settled first. */
  run(signal: AbortSignal): Promise<void>;
  /** Posts all that is due now, without waiting for company, and returns. */
  deliverDue(signal: AbortSignal): Promise<void>;
  /** A hint that new events have been recorded. */
  wake(): void;
}

/** The longest sleep between two looks into the outbox, should a hint be lost. */
const LONGEST_SLEEP_MS = 30_000;
/** A claim outlives every batch; after a crash the next lease takes it back at once. */
const CLAIM_SECONDS = 3_600;
const STORE_BACKOFF = { baseMs: 1_000, capMs: 60_000 };

/** One line a callback; each is slow, down or misconfigured by itself. */
export function openCourier(tools: CourierTools): Courier {
  const lines = tools.callbacks.map(settings => openLine(settings, tools));
  return {
    async run(signal) {
      await Promise.all(lines.map(line => followLine(line, signal)));
      await Promise.all(lines.map(line => line.poster.close()));
    },
    async deliverDue(signal) {
      await Promise.all(lines.map(line => deliverLine(line, signal)));
      await Promise.all(lines.map(line => line.poster.close()));
    },
    wake() {
      for (const line of lines) line.bell.ring();
    },
  };
}

async function followLine(line: Line, signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    try {
      await deliverLine(line, signal);
      failures = 0;
      await waitForWork(line, signal);
    } catch (error) {
      const fault = asFault(error);
      if (fault.retry === 'never') throw fault;
      failures += 1;
      line.tools.log.error(`the outbox could not be used: ${fault.message}`, { cure: fault.hint });
      await line.tools.clock.sleep(fullJitterMs(STORE_BACKOFF, failures, line.tools.random()) + 500, signal);
    }
  }
}

/** Claims and posts batch after batch until nothing is due or the other side asks for a pause. */
async function deliverLine(line: Line, signal: AbortSignal): Promise<void> {
  const { store, lease, clock } = line.tools;
  const queue = new PQueue({ concurrency: line.settings.concurrency });
  const failures: unknown[] = [];
  while (!signal.aborted && failures.length === 0 && clock.nowMs() >= line.pausedUntilMs) {
    const batch = await store.claim(lease, line.settings.name, line.batchSize, clock.nowSeconds(), CLAIM_SECONDS);
    if (batch.events.length === 0) break;
    void queue.add(() => deliver(line, batch.events)).catch((error: unknown) => failures.push(error));
    await queue.onSizeLessThan(1);
    // With one request at a time the answer to this one decides whether there is a next.
    if (line.settings.concurrency === 1) await queue.onIdle();
  }
  await queue.onIdle();
  if (failures.length > 0) throw asFault(failures[0]);
}

/** Sleeps until something is due; when new events ring the bell, lets them wait for company first. */
async function waitForWork(line: Line, signal: AbortSignal): Promise<void> {
  const { clock, store } = line.tools;
  const { nextDueSeconds } = await store.backlog(line.settings.name);
  const pauseMs = line.pausedUntilMs - clock.nowMs();
  const dueMs = nextDueSeconds === undefined ? LONGEST_SLEEP_MS : nextDueSeconds * 1000 - clock.nowMs();
  const sleepMs = Math.min(Math.max(dueMs, pauseMs, 0), LONGEST_SLEEP_MS);
  const rang = await line.bell.wait(sleepMs, clock, signal);
  if (!rang || pauseMs > 0) return;
  const deadlineMs = clock.nowMs() + line.settings.batchWaitMs;
  while (!signal.aborted && clock.nowMs() < deadlineMs) {
    const { waiting } = await store.backlog(line.settings.name);
    if (waiting >= line.batchSize) return;
    await line.bell.wait(deadlineMs - clock.nowMs(), clock, signal);
  }
}
