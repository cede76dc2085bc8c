/**
 * The daemon: builds the stations in river order and runs both loops, the followers (one a mailbox) and the courier.
 * Takes the configuration and a signal; ends when the signal aborts or nothing is left that could work.
 */
import { setMaxListeners } from 'node:events';
import { openCourier } from './callback/callback.ts';
import type { Courier } from './callback/callback.ts';
import type { Draw } from './catch-up.ts';
import { followMailbox, heartOf } from './follow.ts';
import type { Stations } from './follow.ts';
import { keepLease } from './keep-lease.ts';
import { openMailbox } from './mailbox/mailbox.ts';
import { openHealth } from './open-health.ts';
import { openOutbox, outboxPath } from './open-outbox.ts';
import type { Lease, Store, StoreSettings } from './outbox/outbox.ts';
import { openPulse } from './pulse.ts';
import { openReadingThread } from './reading-thread.ts';
import { nextSetup, NO_RELOADS } from './reload.ts';
import type { Reloads, Setup } from './reload.ts';
import type { Config } from './runtime/config.ts';
import { keepHeapSmall } from './runtime/small-heap.ts';
import type { Clock } from './shared/clock.ts';
import { asFault } from './shared/fault.ts';
import type { Fault } from './shared/fault.ts';
import { openGate } from './shared/gate.ts';
import type { Log } from './shared/log.ts';
import { openSights } from './sights.ts';
import type { Sights } from './sights.ts';
import { keepHouse, openUpkeep } from './upkeep.ts';

export interface DaemonTools {
  readonly log: Log;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly version: string;
  /** Standard output: what `--dry-run` would post. */
  readonly print: (line: string) => void;
  /** Where a person watches how far a backlog is; in the log, a line a minute, without it. */
  readonly draw?: Draw;
  /** sd_notify(3): "READY=1", "STATUS=...", "WATCHDOG=1". */
  readonly notify: (state: string) => void;
}

export interface RunOptions {
  /** Post nothing and keep nothing: print what would be posted. */
  readonly dryRun: boolean;
  /** End when every mailbox is caught up and what is due has been posted. */
  readonly once: boolean;
}

/** What touches the world before the callback does; tests put their own around them. */
export interface Openers {
  readonly openStore: (path: string, settings: StoreSettings) => Promise<Store>;
  readonly openMailbox: typeof openMailbox;
  readonly openReading: typeof openReadingThread;
}

const REAL: Openers = { openStore: openOutbox, openMailbox, openReading: openReadingThread };

/** How long a lease holds without renewal, in seconds; it is renewed every 20. */
const LEASE_SECONDS = 90;
/** How often a mailbox whose login was refused is tried again while others work. */
const REFUSED_RETRY_MS = 3_600_000;
/** Mailboxes that log in at the same time, and how long one may take before the next begins all the same. */
const LOGINS_AT_ONCE = 10;
const LOGIN_HOLD_MS = 5_000;
/** The first logins of all mailboxes are spread by chance over so much for each: a thousand over ten seconds. */
const SPREAD_MS = 10;

/**
 * Follows all mailboxes and posts what they give, until the signal aborts (then it ends without error, the request in
 * flight settled). Rejects with a Fault when no mailbox can be followed, the outbox cannot be opened, or another
 * daemon holds it.
 */
export async function runDaemon(
  config: Config,
  tools: DaemonTools,
  options: RunOptions,
  signal: AbortSignal,
  openers: Partial<Openers> = {},
  reloads: Reloads = NO_RELOADS,
): Promise<void> {
  const path = outboxPath(options.dryRun ? undefined : config.stateDir);
  const { openStore, openMailbox, openReading } = { ...REAL, ...openers };
  const store = await openStore(path, config.breaker);
  const reading = openReading({ ...tools, onStart: keepHeapSmall });
  try {
    await runOn({ store, config, tools, options, openMailbox, reading }, reloads, signal);
  } finally {
    await reading.close();
    await store.close();
  }
}

/** What stays for as long as the daemon runs, whatever configuration is in force. */
type Built = Omit<Stations, 'lease' | 'courier' | 'sights' | 'pulse' | 'logins'>;

async function runOn(built: Built, reloads: Reloads, signal: AbortSignal): Promise<void> {
  const { store, config, tools, options } = built;
  const { clock } = tools;
  const holder = `${process.pid}`;
  const renew = () => store.lease(holder, clock.nowSeconds(), LEASE_SECONDS);
  const lease = await renew();
  const http = options.dryRun || options.once ? undefined : config.http;
  const sights = await openSights({ ...tools, store, lease, counted: http !== undefined });
  const served = await openHealth(http, sights, store);
  if (served !== undefined) tools.log.info('health and metrics are served', { port: served.port });
  tools.notify('READY=1');
  let log = tools.log;
  log.info('started', { version: tools.version, mailboxes: config.mailboxes.length, dryRun: options.dryRun });
  try {
    let setup: Setup | undefined = { config, log };
    while (setup !== undefined) {
      log = setup.log;
      const stations = build({ ...built, config: setup.config, tools: { ...tools, log } }, lease, sights);
      setup = await runWith(stations, renew, reloads, signal);
    }
  } finally {
    tools.notify('STOPPING=1');
    await served?.close();
    await sights.close().catch((error: unknown) => {
      log.debug(`the last standing could not be kept: ${asFault(error).message}`);
    });
    await store.release(lease);
    log.info('stopped');
  }
}

/** The stations by one configuration. */
function build(built: Built, lease: Lease, sights: Sights): Stations {
  const { store, config, tools } = built;
  store.adopt(config.breaker);
  sights.begin(
    config.mailboxes.map(({ name }) => name),
    tools.log,
  );
  if (config.provenance.mode === 'off') {
    tools.log.warn('provenance is off: anyone who can write to a mailbox can have addresses unsubscribed');
  }
  const pulse = openPulse();
  const courier = openCourier({
    ...tools,
    heartOf: name => pulse.heart(`callback ${name}`),
    store,
    lease,
    callbacks: config.callbacks,
    userAgent: `bounced/${tools.version}`,
    onPosted: report => {
      sights.posted(report);
    },
  });
  const logins = openGate(LOGINS_AT_ONCE, LOGIN_HOLD_MS, tools.clock);
  return { ...built, lease, courier, sights, pulse, logins };
}

/** Runs by one configuration; gives the next one when there is one to go on with. */
async function runWith(
  stations: Stations,
  renew: () => Promise<unknown>,
  reloads: Reloads,
  signal: AbortSignal,
): Promise<Setup | undefined> {
  const { tools, config, sights, courier } = stations;
  if (stations.options.once) {
    await runOnce(stations, courier, signal);
    return undefined;
  }
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const reload = nextSetup({ config, log: tools.log }, reloads, { ...tools, metrics: sights.metrics }, either);
  const next = reload.finally(() => {
    over.abort();
  });
  try {
    await runBoth(stations, courier, renew, either);
  } finally {
    over.abort();
  }
  const setup = await next;
  if (setup === undefined || signal.aborted) return undefined;
  setup.log.info('reloaded', { mailboxes: setup.config.mailboxes.length });
  tools.notify('READY=1');
  return setup;
}

async function runOnce(stations: Stations, courier: Courier, signal: AbortSignal): Promise<void> {
  const results = await Promise.allSettled(
    stations.config.mailboxes.map(mailbox => followMailbox(mailbox, stations, signal)),
  );
  if (!stations.options.dryRun) await courier.deliverDue(signal);
  await openUpkeep(stations)(signal);
  const failed = results.find(result => result.status === 'rejected');
  if (failed) throw asFault(failed.reason);
}

/** Both loops until the signal aborts; the first fault that nothing can go on after stops everything. */
async function runBoth(
  stations: Stations,
  courier: Courier,
  renew: () => Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  const fatal = new AbortController();
  const either = AbortSignal.any([signal, fatal.signal]);
  let first: Fault | undefined;
  const guarded = async (work: Promise<void>): Promise<void> => {
    try {
      await work;
    } catch (error) {
      first ??= asFault(error);
      fatal.abort();
    }
  };
  // What is in flight when the signal aborts is finished first, and for that the lease has to hold.
  const drained = new AbortController();
  const work = Promise.all([
    guarded(followAll(stations, either)),
    guarded(stations.options.dryRun ? Promise.resolve() : courier.run(either)),
    guarded(keepHouse(stations, either)),
    guarded(stations.sights.keep(either)),
  ]).finally(() => {
    drained.abort();
  });
  await Promise.all([work, guarded(keepLease(stations, renew, drained.signal))]);
  if (first) throw first;
}

/** Follows every mailbox. One that fails for good stops only itself, and is tried again rarely, while another works. */
async function followAll(stations: Stations, signal: AbortSignal): Promise<void> {
  const { config, tools } = stations;
  const failed = new Set<string>();
  const last = new AbortController();
  const either = AbortSignal.any([signal, last.signal]);
  // Each mailbox listens to it: more than ten are no leak.
  setMaxListeners(0, either);
  let reason: Fault | undefined;
  const follow = async (mailbox: Config['mailboxes'][number]): Promise<void> => {
    const spreadMs = SPREAD_MS * (config.mailboxes.length - 1);
    if (spreadMs > 0) await tools.clock.sleep(tools.random() * spreadMs, either);
    while (!either.aborted) {
      try {
        failed.delete(mailbox.name);
        await followMailbox(mailbox, stations, either);
        return;
      } catch (error) {
        reason = asFault(error);
        failed.add(mailbox.name);
        if (failed.size === config.mailboxes.length || reason.code === 'LEASE_LOST') {
          last.abort();
          return;
        }
        tools.log.error(`${reason.message}; the other mailboxes go on`, { mailbox: mailbox.name, cure: reason.hint });
        const heart = heartOf(stations.pulse, mailbox);
        heart.behind(0);
        heart.beat(REFUSED_RETRY_MS);
        await tools.clock.sleep(REFUSED_RETRY_MS, either);
      }
    }
  };
  await Promise.all(config.mailboxes.map(follow));
  if (reason && last.signal.aborted) throw reason;
}
