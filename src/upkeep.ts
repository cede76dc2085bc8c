/**
 * What keeps a daemon's outbox healthy and its operator told: breakers that opened are alarmed, settled events are
 * forgotten in time. Takes the stations, gives nothing back. Never touches an event that waits for somebody.
 */
import type { Stations } from './follow.ts';
import { asFault } from './shared/fault.ts';

/** How often breakers are looked at, and how often old rows are sought. */
const ROUND_MS = 10_000;
const PRUNE_EVERY_MS = 3_600_000;
/** Rows that one transaction forgets: some milliseconds, so that nobody waits for it. */
const PRUNED_AT_ONCE = 500;
/** Transactions of one round at most; the rest waits for the next. */
const PRUNINGS = 200;

type Needs = Pick<Stations, 'store' | 'lease' | 'config' | 'tools'>;

/** Rounds until the signal aborts. Rejects with a Fault when the outbox is lost for good. */
export async function keepHouse(stations: Needs, signal: AbortSignal): Promise<void> {
  const round = openUpkeep(stations);
  const { clock, log } = stations.tools;
  while (!signal.aborted) {
    try {
      await round(signal);
    } catch (error) {
      const fault = asFault(error);
      if (fault.retry === 'never') throw fault;
      log.warn(`the outbox could not be tended: ${fault.message}`, { cure: fault.hint });
    }
    await clock.sleep(ROUND_MS, signal);
  }
}

/** Gives a function that makes one round; it remembers which breakers it has told of, and when it last pruned. */
export function openUpkeep(stations: Needs): (signal: AbortSignal) => Promise<void> {
  const told = new Map<string, number>();
  let prunedAtMs = Number.NEGATIVE_INFINITY;
  return async signal => {
    await tellBreakers(stations, told);
    const nowMs = stations.tools.clock.nowMs();
    if (nowMs - prunedAtMs < PRUNE_EVERY_MS) return;
    await prune(stations, signal);
    prunedAtMs = nowMs;
  };
}

/** Logs each breaker that is open and was not, and of each that was and is not. */
async function tellBreakers({ store, config, tools }: Needs, told: Map<string, number>): Promise<void> {
  const { log } = tools;
  const breakers = await store.breakers();
  const open = breakers.filter(({ openSinceSeconds }) => openSinceSeconds !== undefined);
  for (const breaker of open) {
    if (!told.has(breaker.mailbox)) {
      log.error('the breaker is open: too many hard bounces arrived within an hour, and those beyond wait', {
        mailbox: breaker.mailbox,
        hardPerHour: config.breaker.hardPerHour,
        stopped: breaker.stopped,
        cure:
          'look at them with "bounced outbox list --state stopped"; then "bounced breaker reset" posts them, ' +
          '"bounced outbox drop --all-stopped" forgets them',
      });
    }
    told.set(breaker.mailbox, breaker.stopped);
  }
  for (const mailbox of [...told.keys()].filter(name => !open.some(breaker => breaker.mailbox === name))) {
    told.delete(mailbox);
    log.info('the breaker is closed again', { mailbox });
  }
}

async function prune({ store, lease, config, tools }: Needs, signal: AbortSignal): Promise<void> {
  const { clock, log } = tools;
  const beforeSeconds = clock.nowSeconds() - config.retention.keepSeconds;
  let rows = 0;
  for (let count = 0; count < PRUNINGS && !signal.aborted; count += 1) {
    const gone = await store.prune(lease, beforeSeconds, PRUNED_AT_ONCE);
    rows += gone;
    if (gone === 0) break;
    // Between two transactions, whoever waits for the outbox has his turn.
    await clock.sleep(1, signal);
  }
  if (rows > 0) log.info('forgot what was settled long ago', { rows });
}
