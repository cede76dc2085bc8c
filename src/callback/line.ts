/**
 * One callback and how it fares: posts a batch, reads the answer, settles each event, remembers when to try again.
 * A refused batch is halved until the one event that it cannot take is found.
 */
import type { ClaimedEvent, Settlement } from '../outbox/outbox.ts';
import { sameAddress } from '../shared/address.ts';
import { fullJitterMs } from '../shared/backoff.ts';
import { openBell } from './bell.ts';
import type { Bell } from './bell.ts';
import type { CallbackSettings, CourierTools } from './callback.ts';
import { clevertapBody } from './clevertap.ts';
import { readAnswer, RETRY_SCHEDULE } from './outcome.ts';
import type { Outcome, Unprocessed } from './outcome.ts';
import { openPoster } from './post.ts';
import type { Poster } from './post.ts';

export interface Line {
  readonly settings: CallbackSettings;
  readonly tools: CourierTools;
  readonly poster: Poster;
  readonly bell: Bell;
  /** Smaller than configured once the other side has found a batch too large. */
  batchSize: number;
  /** No request before this time, in milliseconds since the epoch. */
  pausedUntilMs: number;
  /** Requests in a row that were not taken. */
  failures: number;
  /** When a request was last taken, epoch seconds; undefined when none was since the start. */
  takenAtSeconds: number | undefined;
  /** True from the alarm about a configuration fault until a request is taken again. */
  alarmed: boolean;
}

type RetryOutcome = Outcome & { kind: 'retry' };

/** Requests refused in a row while looking for the event that is at fault, before all of them count as refused. */
const REFUSALS_WITHOUT_SUCCESS = 20;
/** How long a taken request proves that the URL and account are right, in seconds. */
const TRUST_SECONDS = 86_400;
const PERMANENT = /invalid|could not map/i;

export function openLine(settings: CallbackSettings, tools: CourierTools): Line {
  const poster = openPoster(settings, tools.userAgent);
  const { batchSize } = settings;
  const fresh = { pausedUntilMs: 0, failures: 0, takenAtSeconds: undefined, alarmed: false };
  return { settings, tools, poster, bell: openBell(), batchSize, ...fresh };
}

/** Posts these claimed events and settles every one of them. Rejects only when the outbox fails. */
export async function deliver(line: Line, events: readonly ClaimedEvent[]): Promise<void> {
  const outcome = await postBatch(line, events);
  if (outcome.kind === 'delivered') await settleDelivered(line, events, outcome.unprocessed);
  else if (outcome.kind === 'retry') await settleRetry(line, events, outcome);
  else if (outcome.kind === 'halve' && events.length > 1) await settleHalved(line, events);
  else await findRefused(line, events, outcome.because);
}

async function postBatch(line: Line, events: readonly ClaimedEvent[]): Promise<Outcome> {
  const { clock, log } = line.tools;
  const startedMs = clock.nowMs();
  const answer = await line.poster.post(clevertapBody(events));
  const code = answer.kind === 'answered' ? `${answer.status}` : answer.because;
  log.debug('posted', { callback: line.settings.name, events: events.length, code, ms: clock.nowMs() - startedMs });
  return readAnswer(answer, clock.nowMs());
}

async function settleDelivered(
  line: Line,
  events: readonly ClaimedEvent[],
  unprocessed: readonly Unprocessed[],
): Promise<void> {
  const left = new Map(
    events.flatMap(event => {
      const named = unprocessed.find(one => sameAddress(one.address, event.address));
      return named === undefined ? [] : [[event.id, named.because] as const];
    }),
  );
  await settle(
    line,
    events.filter(event => !left.has(event.id)).map(({ id }) => ({ id, as: 'delivered' })),
  );
  taken(line, events.length - left.size);
  const buried = events.filter(event => PERMANENT.test(left.get(event.id) ?? ''));
  for (const event of buried) await bury(line, event, left.get(event.id) ?? '');
  const again = events.filter(event => left.has(event.id) && !buried.includes(event));
  if (again.length === 0) return;
  await settleRetry(line, again, {
    kind: 'retry',
    schedule: 'busy',
    because: 'named as unprocessed',
    ambiguous: false,
  });
}

async function settleRetry(line: Line, events: readonly ClaimedEvent[], outcome: RetryOutcome): Promise<void> {
  const { clock, random, log } = line.tools;
  line.failures += 1;
  const waitMs =
    outcome.waitSeconds === undefined
      ? Math.max(1_000, fullJitterMs(RETRY_SCHEDULE[outcome.schedule], line.failures, random()))
      : outcome.waitSeconds * 1000;
  line.pausedUntilMs = clock.nowMs() + waitMs;
  const nextAtSeconds = Math.ceil(line.pausedUntilMs / 1000);
  const { because, ambiguous } = outcome;
  const retry = { as: 'retry', nextAtSeconds, because, ambiguous, countsAsAttempt: true } as const;
  await settle(
    line,
    events.map(({ id }) => ({ id, ...retry })),
  );
  const fields = {
    callback: line.settings.name,
    events: events.length,
    because,
    retryInSeconds: Math.ceil(waitMs / 1000),
  };
  if (outcome.schedule !== 'configuration') log.warn('not taken, will be tried again', { ...fields, ambiguous });
  else if (!line.alarmed) {
    line.alarmed = true;
    log.error('the callback refuses everything: all events are kept', {
      ...fields,
      cure: 'compare the URL with the one in CleverTap under Settings > Channels > Email > Provider',
    });
  }
}

async function settleHalved(line: Line, events: readonly ClaimedEvent[]): Promise<void> {
  line.batchSize = Math.max(1, Math.floor(events.length / 2));
  line.tools.log.warn('a batch was too large', { callback: line.settings.name, batchSize: line.batchSize });
  const nextAtSeconds = line.tools.clock.nowSeconds();
  const retry = { as: 'retry', nextAtSeconds, because: 'HTTP 413', ambiguous: false, countsAsAttempt: false } as const;
  await settle(
    line,
    events.map(({ id }) => ({ id, ...retry })),
  );
}

/** What the search for the refused event has seen so far. */
interface Search {
  refused: ClaimedEvent[];
  delivered: number;
  refusals: number;
  stopped: RetryOutcome | undefined;
}

/**
 * Halves a refused batch until single events are refused. They are buried only when others were taken, in this
 * search or lately: where nothing is ever taken, the URL or the account is at fault and not an address.
 */
async function findRefused(line: Line, events: readonly ClaimedEvent[], because: string): Promise<void> {
  const search: Search = { refused: [], delivered: 0, refusals: 1, stopped: undefined };
  const open = await halve(line, events, search);
  const { takenAtSeconds, tools } = line;
  const trusted = takenAtSeconds !== undefined && tools.clock.nowSeconds() - takenAtSeconds < TRUST_SECONDS;
  if (search.delivered === 0 && !trusted) {
    const all = {
      kind: 'retry',
      schedule: 'configuration',
      because: `${because} for every event`,
      ambiguous: false,
    } as const;
    return settleRetry(line, [...search.refused, ...open], search.stopped ?? all);
  }
  for (const event of search.refused) await bury(line, event, `${because} for this event alone`);
  const later = { kind: 'retry', schedule: 'busy', because, ambiguous: false } as const;
  if (open.length > 0) await settleRetry(line, open, search.stopped ?? later);
}

/** Gives the events that were neither taken nor refused alone, because the search ended before. */
async function halve(line: Line, events: readonly ClaimedEvent[], search: Search): Promise<ClaimedEvent[]> {
  const [only, second] = events;
  if (only !== undefined && second === undefined) search.refused.push(only);
  if (second === undefined) return [];
  const middle = Math.ceil(events.length / 2);
  const open: ClaimedEvent[] = [];
  for (const half of [events.slice(0, middle), events.slice(middle)]) {
    const tired = search.delivered === 0 && search.refusals >= REFUSALS_WITHOUT_SUCCESS;
    if (search.stopped !== undefined || tired) {
      open.push(...half);
      continue;
    }
    const outcome = await postBatch(line, half);
    if (outcome.kind === 'delivered') {
      search.delivered += half.length;
      await settleDelivered(line, half, outcome.unprocessed);
    } else if (outcome.kind === 'retry') {
      search.stopped = outcome;
      open.push(...half);
    } else {
      search.refusals += 1;
      open.push(...(await halve(line, half, search)));
    }
  }
  return open;
}

async function bury(line: Line, event: ClaimedEvent, because: string): Promise<void> {
  await settle(line, [{ id: event.id, as: 'buried', because }]);
  line.tools.log.error('dead letter: the callback cannot take this event', {
    callback: line.settings.name,
    address: event.address,
    because,
  });
}

function taken(line: Line, events: number): void {
  const { clock, log } = line.tools;
  line.takenAtSeconds = clock.nowSeconds();
  line.failures = 0;
  line.pausedUntilMs = 0;
  if (line.alarmed) log.info('the callback takes events again', { callback: line.settings.name });
  line.alarmed = false;
  log.info('delivered', { callback: line.settings.name, events });
}

async function settle(line: Line, settlements: readonly Settlement[]): Promise<void> {
  const { store, lease, clock } = line.tools;
  if (settlements.length > 0) await store.settle(lease, settlements, clock.nowSeconds());
}
