/**
 * One callback and how it fares: what of a batch was taken, buried or has to wait, and when to post again. Takes what
 * deliver.ts found out, tells the outbox and the log. Never posts.
 */
import type { AheadBatch, ClaimedEvent, Settlement } from '../outbox/outbox.ts';
import { asFault } from '../shared/fault.ts';
import type { Heart } from '../shared/heart.ts';
import { openBell } from './bell.ts';
import type { Bell } from './bell.ts';
import { SEARCH_REQUESTS } from './bisect.ts';
import type { CallbackSettings, CourierTools } from './callback.ts';
import { hideUrl } from './hide.ts';
import type { Retry } from './outcome.ts';
import { retryWaitMs } from './schedule.ts';
import type { RetryKind } from './schedule.ts';

export interface Line {
  readonly settings: CallbackSettings;
  readonly tools: CourierTools;
  readonly bell: Bell;
  /** Blots the URL out of a text. */
  readonly hide: (text: string) => string;
  /** Smaller than configured once the other side has found a batch too large; until the next start. */
  batchSize: number;
  /** How long a claim holds, seconds. */
  readonly claimSeconds: number;
  /** No request before this time, in milliseconds since the epoch. */
  pausedUntilMs: number;
  /** When that pause began; an operator who asks for a try after it ends it. */
  pausedAtMs: number;
  /** Requests in a row that failed in the same way. */
  failures: { readonly kind: RetryKind; readonly count: number } | undefined;
  /** Counts the requests of which something was taken. */
  takings: number;
  /** Events that were refused alone, and `takings` at that time. */
  readonly suspects: Map<string, number>;
  /** Beats while the line is followed. */
  heart: Heart | undefined;
  /** True from the alarm about a configuration fault until something is taken again. */
  alarmed: boolean;
}

/** What a claim holds beyond its requests: time to settle while the disk is full. */
const CLAIM_MARGIN_SECONDS = 600;
/** Tries to settle before giving up, and the waits between them: a full disk must not make us post again. */
const SETTLE_TRIES = 10;
const SETTLE_RETRY = { firstMs: 1_000, lastMs: 60_000 };
/** No wait is as long, in milliseconds. */
const FAR_MS = 86_400_000;
/** More are forgotten: each is then refused alone once more before it can be buried. */
const SUSPECTS = 1_000;

export function openLine(settings: CallbackSettings, tools: CourierTools): Line {
  return {
    settings,
    tools: { ...tools, log: tools.log.with({ callback: settings.name }) },
    bell: openBell(),
    hide: hideUrl(settings.url),
    batchSize: settings.batchSize,
    claimSeconds: Math.ceil(((SEARCH_REQUESTS + 1) * settings.timeoutMs) / 1000) + CLAIM_MARGIN_SECONDS,
    pausedUntilMs: 0,
    pausedAtMs: 0,
    failures: undefined,
    takings: 0,
    suspects: new Map(),
    heart: undefined,
    alarmed: false,
  };
}

/** When the pause that the other side asked for is over; 0 for one that was set while the clock was wrong. */
export function pausedUntilMs(line: Line, nowMs: number): number {
  return line.pausedUntilMs - nowMs > FAR_MS ? 0 : line.pausedUntilMs;
}

/** Whether a request may be made now: the end has not come, and the other side has not asked for a pause. */
export function mayPost(line: Line, signal: AbortSignal): boolean {
  const nowMs = line.tools.clock.nowMs();
  return !signal.aborted && nowMs >= pausedUntilMs(line, nowMs);
}

/**
 * These were taken: the other side works.
 * @param next the batch claimed ahead that is posted next; false: it may not be
 */
export async function settleTaken(
  line: Line,
  events: readonly ClaimedEvent[],
  because: string,
  signal: AbortSignal,
  next?: AheadBatch,
): Promise<boolean> {
  if (events.length === 0) return false;
  line.takings += 1;
  line.failures = undefined;
  for (const { id } of events) line.suspects.delete(id);
  const settlements = events.map(({ id }) => ({ id, as: 'delivered', because: statusOf(because) }) as const);
  const begun = await settle(line, settlements, signal, next?.ahead);
  if (line.alarmed) line.tools.log.info('the callback takes events again');
  line.alarmed = false;
  line.tools.log.info('delivered', { events: events.length });
  return begun && next !== undefined;
}

/** All of these failed for a reason that is not theirs: the whole line waits, new events too. */
export async function settleFailed(
  line: Line,
  events: readonly ClaimedEvent[],
  retry: Retry,
  signal: AbortSignal,
): Promise<void> {
  const { clock, log } = line.tools;
  const { schedule, because } = retry;
  line.failures = { kind: schedule, count: line.failures?.kind === schedule ? line.failures.count + 1 : 1 };
  const waitMs = waitFor(line, events, retry, line.failures.count);
  line.pausedAtMs = clock.nowMs();
  line.pausedUntilMs = Math.max(line.pausedUntilMs, line.pausedAtMs + waitMs);
  await settleLater(line, events, retry, waitMs, signal);
  const fields = { events: events.length, because: line.hide(because), retryInSeconds: Math.ceil(waitMs / 1000) };
  if (schedule !== 'configuration') {
    log.warn('not taken, will be tried again', { ...fields, mayRepeat: schedule === 'unanswered' });
  } else if (!line.alarmed) {
    line.alarmed = true;
    log.error('the callback refuses everything; all events are kept', {
      ...fields,
      cure: 'compare the URL with the one in CleverTap under Settings > Channels > Email > Provider',
    });
  }
}

/** These were left out of what was taken: they wait, the line goes on. */
export async function settleLeftOut(
  line: Line,
  events: readonly ClaimedEvent[],
  retry: Retry,
  signal: AbortSignal,
): Promise<void> {
  if (events.length === 0) return;
  const waitMs = waitFor(line, events, retry, 1);
  await settleLater(line, events, retry, waitMs, signal);
  const because = line.hide(retry.because);
  line.tools.log.warn('left out, will be tried again', {
    events: events.length,
    because,
    retryInSeconds: Math.ceil(waitMs / 1000),
  });
}

/** Given back as they were: the end came before their turn, or the batch was too large for a reason of its own. */
export async function giveBack(
  line: Line,
  events: readonly ClaimedEvent[],
  because: string,
  signal: AbortSignal,
): Promise<void> {
  const nextAtSeconds = line.tools.clock.nowSeconds();
  const again = { as: 'retry', nextAtSeconds, because: line.hide(because), ambiguous: false } as const;
  const settlements = events.map(({ id }) => ({ id, ...again, countsAsAttempt: false }));
  await settle(line, settlements, signal);
}

/** Too large for the other side: given back, and batches are half as large from now on. */
export async function settleHalved(line: Line, events: readonly ClaimedEvent[], signal: AbortSignal): Promise<void> {
  line.batchSize = Math.max(1, Math.floor(events.length / 2));
  line.tools.log.warn('a batch was too large for the callback', { batchSize: line.batchSize });
  await giveBack(line, events, 'HTTP 413', signal);
}

/** Dead letters: kept until a person acts. */
export async function bury(
  line: Line,
  events: readonly ClaimedEvent[],
  because: string,
  signal: AbortSignal,
): Promise<void> {
  const reason = line.hide(because);
  for (const { id, address, verdict } of events) {
    line.suspects.delete(id);
    await settle(line, [{ id, as: 'buried', because: reason }], signal);
    line.tools.log.error('dead letter: the callback refuses this event alone', { address, verdict, because: reason });
  }
}

/**
 * An event was refused though it was posted alone. True when something else has been taken since the last time: then
 * the event is at fault. Until then it may be the URL or the account, and nobody is buried for that.
 */
export function isGuilty(line: Line, { id }: ClaimedEvent): boolean {
  const takingsThen = line.suspects.get(id);
  if (takingsThen !== undefined && line.takings > takingsThen) return true;
  if (line.suspects.size >= SUSPECTS) line.suspects.clear();
  line.suspects.set(id, line.takings);
  return false;
}

/** Of what was taken, the status is enough to keep: "HTTP 200". */
function statusOf(because: string): string {
  return because.split(':', 1)[0] ?? because;
}

function waitFor(line: Line, events: readonly ClaimedEvent[], retry: Retry, failures: number): number {
  // What was counted before a restart counts on.
  const attempt = counts(retry.schedule) ? Math.max(failures, ...events.map(event => event.attempts + 1)) : failures;
  return retryWaitMs(retry.schedule, attempt, line.tools.random(), retry.retryAfterMs);
}

/** A request that was never written, or a URL that is wrong, says nothing about the events. */
function counts(kind: RetryKind): boolean {
  return kind === 'busy' || kind === 'unanswered';
}

async function settleLater(
  line: Line,
  events: readonly ClaimedEvent[],
  { schedule, because }: Retry,
  waitMs: number,
  signal: AbortSignal,
): Promise<void> {
  const nextAtSeconds = Math.ceil((line.tools.clock.nowMs() + waitMs) / 1000);
  const ambiguous = schedule === 'unanswered';
  const retry = { as: 'retry', nextAtSeconds, because: line.hide(because), ambiguous } as const;
  const settlements = events.map(({ id }) => ({ id, ...retry, countsAsAttempt: counts(schedule) }));
  await settle(line, settlements, signal);
}

/**
 * Tells the outbox, again and again while the disk is full: what is not settled would be posted a second time.
 * Rejects with the outbox's Fault when it stays so, or the end has come.
 */
async function settle(
  line: Line,
  settlements: readonly Settlement[],
  signal: AbortSignal,
  begun?: number,
): Promise<boolean> {
  const { store, lease, clock, log } = line.tools;
  let waitMs = SETTLE_RETRY.firstMs;
  for (let tries = 1; settlements.length > 0; tries += 1) {
    try {
      return await store.settle(lease, settlements, clock.nowSeconds(), begun);
    } catch (error) {
      const fault = asFault(error);
      if (fault.retry === 'never' || tries >= SETTLE_TRIES || signal.aborted) throw fault;
      log.error(`what was posted could not be noted: ${fault.message}`, { cure: fault.hint });
      line.heart?.beat();
      await clock.sleep(waitMs, signal);
      waitMs = Math.min(2 * waitMs, SETTLE_RETRY.lastMs);
    }
  }
  return false;
}
