/**
 * Station 7: the callback. Takes batches from the outbox, posts them to CleverTap, settles them by the answer.
 * Never drops an event, never follows a redirect, never prints the URL.
 */
import PQueue from 'p-queue';
import type { ClaimedEvent, Due, Lease, Store } from '../outbox/outbox.ts';
import { ceilingMs } from '../shared/backoff.ts';
import type { Clock } from '../shared/clock.ts';
import { asFault } from '../shared/fault.ts';
import type { Heart } from '../shared/heart.ts';
import type { Log } from '../shared/log.ts';
import type { Secret } from '../shared/secret.ts';
import { deliver } from './deliver.ts';
import { mayPost, openLine, pausedUntilMs } from './line.ts';
import type { Line } from './line.ts';

export { clevertapBody } from './clevertap.ts';
export { resubscribe, resubscribeBody, subscribeUrl } from './resubscribe.ts';
export type { ApiSettings } from './resubscribe.ts';
export type { Unprocessed } from './partial.ts';
export { RETRY_SCHEDULE } from './schedule.ts';
export type { RetryRule } from './schedule.ts';

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

/** One request, for whoever counts them. */
export interface PostReport {
  readonly callback: string;
  /** The status, or `refused` (never written) or `unanswered`. */
  readonly code: string;
  readonly events: number;
  readonly durationMs: number;
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
  readonly onPosted?: (report: PostReport) => void;
  /** Whom a line tells that it turns. */
  readonly heartOf?: (callback: string) => Heart;
}

export interface Courier {
  /**
   * Posts what becomes due until the signal aborts; requests in flight are finished and settled first. Rejects with a
   * Fault when the outbox can be written no more.
   */
  run(signal: AbortSignal): Promise<void>;
  /** Posts all that is due now, without waiting for company, and returns; what fails stays in the outbox. */
  deliverDue(signal: AbortSignal): Promise<void>;
  /** A hint that new events have been recorded. */
  wake(): void;
}

/** The longest sleep between two looks into the outbox: a hint may be lost, and operators give none. */
const LONGEST_SLEEP_MS = 10_000;
const STORE_BACKOFF = { baseMs: 1_000, capMs: 60_000 };

/** One line a callback; each is slow, down or misconfigured by itself. */
export function openCourier(tools: CourierTools): Courier {
  const lines = tools.callbacks.map(settings => openLine(settings, tools));
  const watch = (line: Line): void => void (line.heart = tools.heartOf?.(line.settings.name));
  return {
    async run(signal) {
      await warnOfStrangers(tools);
      lines.forEach(watch);
      await Promise.all(lines.map(line => followLine(line, signal)));
    },
    async deliverDue(signal) {
      await Promise.all(lines.map(line => postDue(line, signal, 'all')));
    },
    wake() {
      const nowMs = tools.clock.nowMs();
      // What is new waits for the end of a pause with all the others, and to count them takes longer the more they are.
      for (const line of lines) if (pausedUntilMs(line, nowMs) <= nowMs) line.bell.ring();
    },
  };
}

/** Posts batch after batch; what the outbox cannot do now, it may do later. */
async function followLine(line: Line, signal: AbortSignal): Promise<void> {
  const { clock, log } = line.tools;
  for (let failures = 1; !signal.aborted; failures += 1) {
    try {
      await postDue(line, signal, 'ripe');
      failures = 0;
    } catch (error) {
      const fault = asFault(error);
      if (fault.retry === 'never') throw fault;
      log.error(`the outbox could not be used: ${fault.message}`, { cure: fault.hint });
      line.heart?.beat(ceilingMs(STORE_BACKOFF, failures));
      await clock.sleep(ceilingMs(STORE_BACKOFF, failures), signal);
    }
  }
}

/**
 * Claims and posts. `ripe`: batches that are full or have waited long enough, until the signal aborts. `all`: what is
 * due, until nothing is, or the other side asks for a pause.
 */
async function postDue(line: Line, signal: AbortSignal, which: 'ripe' | 'all'): Promise<void> {
  const queue = new PQueue({ concurrency: line.settings.concurrency });
  const failures: unknown[] = [];
  try {
    let more = true;
    while (more && !signal.aborted && failures.length === 0) {
      await freeSlot(queue);
      if (which === 'ripe') await untilRipe(line, signal);
      more = (await postNext(line, queue, failures, signal)) || which === 'ripe';
    }
  } finally {
    await queue.onIdle();
  }
  if (failures.length > 0) throw asFault(failures[0]);
}

/** Claims one batch and sends it on its way; false when there is nothing to post now. */
async function postNext(line: Line, queue: PQueue, failures: unknown[], signal: AbortSignal): Promise<boolean> {
  const { store, lease, clock } = line.tools;
  const { name } = line.settings;
  if (failures.length > 0 || !mayPost(line, signal)) return false;
  const { events } = await store.claim(lease, name, line.batchSize, clock.nowSeconds(), line.claimSeconds);
  if (events.length > 0) {
    void queue.add(() => deliverOn(line, events, failures, signal)).catch((error: unknown) => failures.push(error));
    return true;
  }
  // What is under way may come back, in smaller batches.
  const underWay = queue.pending > 0;
  await queue.onIdle();
  return underWay;
}

/** Posts a batch and, for as long as full ones wait and all goes well, those after it. */
async function deliverOn(
  line: Line,
  first: readonly ClaimedEvent[],
  failures: readonly unknown[],
  signal: AbortSignal,
): Promise<void> {
  let events = first;
  while (events.length > 0) events = await deliver(line, events, () => failures.length === 0, signal);
}

async function freeSlot(queue: PQueue): Promise<void> {
  while (queue.pending >= queue.concurrency) await new Promise<void>(resolve => queue.once('next', resolve));
}

/** Sleeps until a batch is ripe. */
async function untilRipe(line: Line, signal: AbortSignal): Promise<void> {
  const { clock, store } = line.tools;
  while (!signal.aborted) {
    // During a pause all of it counts: an operator's wish to try again ends the pause.
    const enough = pausedUntilMs(line, clock.nowMs()) > clock.nowMs() ? undefined : line.batchSize;
    const due = await store.due(line.settings.name, clock.nowSeconds(), enough);
    // The second in which he asked may have begun before the pause did.
    if (due.askedSeconds !== undefined && (due.askedSeconds + 1) * 1000 > line.pausedAtMs) line.pausedUntilMs = 0;
    const sleepMs = ripeAtMs(line, due, clock.nowMs()) - clock.nowMs();
    line.heart?.beat();
    if (sleepMs <= 0) return;
    await line.bell.wait(Math.min(sleepMs, LONGEST_SLEEP_MS), clock, signal);
  }
}

/** When there is reason to look again: a batch is full, or its oldest event has waited for company long enough. */
function ripeAtMs(line: Line, { count, waitingSinceSeconds, nextSeconds }: Due, nowMs: number): number {
  const full = count >= line.batchSize ? nowMs : Infinity;
  const sinceMs = waitingSinceSeconds === undefined ? Infinity : waitingSinceSeconds * 1000;
  // Since a time to come: the clock was wrong then, or is now.
  const waited = sinceMs !== Infinity && sinceMs > nowMs ? nowMs : sinceMs + line.settings.batchWaitMs;
  const next = nextSeconds === undefined ? Infinity : nextSeconds * 1000;
  return Math.max(Math.min(full, waited, next), pausedUntilMs(line, nowMs));
}

/** Events of a callback that the configuration does not name any more would wait in silence. */
async function warnOfStrangers({ store, callbacks, log }: CourierTools): Promise<void> {
  const strangers = await store.strangers(callbacks.map(({ name }) => name));
  if (strangers === 0) return;
  log.error('events wait for a callback that is not configured', {
    events: strangers,
    cure: 'give a [[callback]] the name it had when they were recorded',
  });
}
