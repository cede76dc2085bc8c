/**
 * One batch posted and settled. Takes claimed events and the line they go out on; whatever the answer, each of them is
 * delivered, buried or given a time to be tried again. Never drops one.
 */
import type { ClaimedEvent } from '../outbox/outbox.ts';
import { addressKey } from '../shared/address.ts';
import { openAhead } from './ahead.ts';
import { findRefused } from './bisect.ts';
import type { PartAnswer } from './bisect.ts';
import { clevertapBody } from './clevertap.ts';
import { bury, giveBack, isGuilty, settleFailed, settleHalved, settleLeftOut, settleTaken } from './line.ts';
import type { Line } from './line.ts';
import { readAnswer } from './outcome.ts';
import type { Outcome, Retry } from './outcome.ts';
import type { Unprocessed } from './partial.ts';
import { post } from './post.ts';

type Taken = Outcome & { readonly kind: 'taken' };

/**
 * Posts these claimed events and settles every one of them. Gives the batch to post next, where this one was taken and
 * a full one waits: it was claimed meanwhile. Rejects only with a Fault of the outbox.
 * @param mayGoOn false once the line is to end
 */
export async function deliver(
  line: Line,
  events: readonly ClaimedEvent[],
  mayGoOn: () => boolean,
  signal: AbortSignal,
): Promise<readonly ClaimedEvent[]> {
  if (signal.aborted) {
    await giveBack(line, events, 'stopped', signal);
    return [];
  }
  const ahead = openAhead(line, mayGoOn, signal);
  try {
    const isFull = events.length >= line.batchSize;
    const outcome = await postBatch(line, events, isFull ? ahead.claim : undefined);
    if (outcome.kind === 'taken' && outcome.unprocessed.length === 0) {
      const next = await ahead.ready();
      if (!(await settleTaken(line, events, outcome.because, signal, next))) return [];
      ahead.begin();
      return next?.events ?? [];
    }
    // Before a search that may take an hour.
    await ahead.giveBack();
    await settleOther(line, events, outcome, signal);
    return [];
  } finally {
    await ahead.giveBack();
  }
}

/** As `deliver`, for all but a batch that was taken whole. */
async function settleOther(
  line: Line,
  events: readonly ClaimedEvent[],
  outcome: Outcome,
  signal: AbortSignal,
): Promise<void> {
  switch (outcome.kind) {
    case 'taken':
      await settleAnswered(line, events, outcome, signal);
      return;
    case 'retry':
      return settleFailed(line, events, outcome, signal);
    case 'halve':
      if (events.length > 1) return settleHalved(line, events, signal);
      return settleFailed(line, events, misconfigured(`${outcome.because} for one event alone`), signal);
    case 'bisect':
      return searchRefused(line, events, outcome.because, signal);
  }
}

/** @param onWritten the request is on its way, and its answer awaited */
async function postBatch(line: Line, events: readonly ClaimedEvent[], onWritten?: () => void): Promise<Outcome> {
  const { settings, tools } = line;
  line.heart?.beat();
  const startedMs = tools.clock.nowMs();
  const answer = await post(settings, tools.userAgent, clevertapBody(events), {}, onWritten);
  const code = answer.kind === 'answered' ? `${answer.status}` : answer.kind;
  const durationMs = tools.clock.nowMs() - startedMs;
  tools.log.debug('posted', { events: events.length, code, durationMs });
  tools.onPosted?.({ callback: settings.name, code, events: events.length, durationMs });
  return readAnswer(answer, tools.clock.nowMs());
}

/** A 2xx, whole or with exceptions. False when nothing of it was taken. */
async function settleAnswered(
  line: Line,
  events: readonly ClaimedEvent[],
  { unprocessed, because }: Taken,
  signal: AbortSignal,
): Promise<boolean> {
  const leftOut = new Map(unprocessed.map(one => [addressKey(one.address), one]));
  const named = events.filter(event => leftOut.has(addressKey(event.address)));
  if (new Set(named.map(event => addressKey(event.address))).size < leftOut.size) {
    // It names somebody who was not in the batch: what it says of the others cannot be trusted either.
    await settleFailed(line, events, { kind: 'retry', schedule: 'unanswered', because }, signal);
    return false;
  }
  const taken = events.filter(event => !named.includes(event));
  await settleTaken(line, taken, because, signal);
  if (named.length > 0) await settleNamed(line, named, leftOut, taken.length > 0, signal);
  return taken.length > 0;
}

async function settleNamed(
  line: Line,
  named: readonly ClaimedEvent[],
  leftOut: ReadonlyMap<string, Unprocessed>,
  othersTaken: boolean,
  signal: AbortSignal,
): Promise<void> {
  const reasonOf = (event: ClaimedEvent): Unprocessed | undefined => leftOut.get(addressKey(event.address));
  const poisoned = named.filter(event => reasonOf(event)?.poison === true);
  const others = named.filter(event => !poisoned.includes(event));
  const because = `left out: ${reasonOf(named[0] as ClaimedEvent)?.because ?? ''}`;
  if (!othersTaken && poisoned.length < named.length) {
    return settleFailed(line, named, { kind: 'retry', schedule: 'busy', because }, signal);
  }
  if (!othersTaken) return settleAllRefused(line, named, because, signal);
  for (const event of poisoned) await bury(line, [event], reasonOf(event)?.because ?? because, signal);
  return settleLeftOut(line, others, { kind: 'retry', schedule: 'busy', because }, signal);
}

/** A 400: the event that is refused alone is buried, if others are taken. */
async function searchRefused(
  line: Line,
  events: readonly ClaimedEvent[],
  because: string,
  signal: AbortSignal,
): Promise<void> {
  let stop: Retry | undefined;
  const postPart = async (part: readonly ClaimedEvent[]): Promise<PartAnswer> => {
    if (signal.aborted) return 'stopped';
    const outcome = await postBatch(line, part);
    if (outcome.kind === 'bisect' || outcome.kind === 'halve') return 'refused';
    if (outcome.kind === 'retry') {
      stop = outcome;
      return 'stopped';
    }
    // Settled at once, so that a crash in the middle repeats little.
    return (await settleAnswered(line, part, outcome, signal)) ? 'taken' : 'settled';
  };
  const { refused, open, taken } = await findRefused(events, postPart);
  if (taken > 0) await bury(line, refused, because, signal);
  const rest = taken > 0 ? open : [...refused, ...open];
  if (rest.length === 0) return;
  if (stop !== undefined) return settleFailed(line, rest, stop, signal);
  if (taken > 0 || signal.aborted) return giveBack(line, rest, because, signal);
  return settleAllRefused(line, rest, because, signal);
}

/**
 * Every event of a batch is refused: where nothing is ever taken, the URL or the account is at fault and not an
 * address, so none is buried. One that is alone has no others to compare with in its batch: time must tell.
 */
async function settleAllRefused(
  line: Line,
  events: readonly ClaimedEvent[],
  because: string,
  signal: AbortSignal,
): Promise<void> {
  const [only] = events;
  if (only === undefined || events.length > 1) {
    return settleFailed(line, events, misconfigured(`${because} for every event`), signal);
  }
  if (isGuilty(line, only)) return bury(line, events, because, signal);
  const retry = misconfigured(`${because} for one event alone`);
  // Others were taken before: they go on, and by their fate this one's is decided.
  return line.takings > 0 ? settleLeftOut(line, events, retry, signal) : settleFailed(line, events, retry, signal);
}

function misconfigured(because: string): Retry {
  return { kind: 'retry', schedule: 'configuration', because };
}
