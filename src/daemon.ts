/**
 * The daemon: builds the stations in river order and runs both loops, the followers (one a mailbox) and the courier.
 * Takes the configuration and a signal; ends when the signal aborts or nothing is left that could work.
 */
import { openCourier } from './callback/callback.ts';
import type { Courier } from './callback/callback.ts';
import { followMailbox, heartOf } from './follow.ts';
import type { Stations } from './follow.ts';
import { openMailbox } from './mailbox/mailbox.ts';
import { openOutbox, outboxPath } from './open-outbox.ts';
import type { Store, StoreSettings } from './outbox/outbox.ts';
import { openPulse } from './pulse.ts';
import { openReadingThread } from './reading-thread.ts';
import type { Config } from './runtime/config.ts';
import type { Clock } from './shared/clock.ts';
import { asFault, EXIT } from './shared/fault.ts';
import type { Fault } from './shared/fault.ts';
import type { Log } from './shared/log.ts';
import { keepHouse, openUpkeep } from './upkeep.ts';

export interface DaemonTools {
  readonly log: Log;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly version: string;
  /** Standard output: what `--dry-run` would post. */
  readonly print: (line: string) => void;
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

/** How long a lease holds without renewal, in seconds, and how often it is renewed. */
const LEASE_SECONDS = 30;
const LEASE_RENEWAL_MS = 10_000;
const WRONG_CURE = 'look at the lines before this one; where a loop stands still, systemd starts bounced again';
/** How often a mailbox whose login was refused is tried again while others work. */
const REFUSED_RETRY_MS = 3_600_000;

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
): Promise<void> {
  const path = outboxPath(options.dryRun ? undefined : config.stateDir);
  const { openStore, openMailbox, openReading } = { ...REAL, ...openers };
  const store = await openStore(path, config.breaker);
  const reading = openReading(tools);
  try {
    await runOn({ store, config, tools, options, openMailbox, reading }, signal);
  } finally {
    await reading.close();
    await store.close();
  }
}

async function runOn(built: Omit<Stations, 'lease' | 'courier' | 'pulse'>, signal: AbortSignal): Promise<void> {
  const { store, config, tools, options } = built;
  const { clock, log } = tools;
  const holder = `${process.pid}`;
  const lease = await store.lease(holder, clock.nowSeconds(), LEASE_SECONDS);
  if (config.provenance.mode === 'off') {
    log.warn('provenance is off: anyone who can write to a mailbox can have addresses unsubscribed');
  }
  const pulse = openPulse();
  const courier = openCourier({
    ...tools,
    heartOf: name => pulse.heart(`callback ${name}`),
    store,
    lease,
    callbacks: config.callbacks,
    userAgent: `bounced/${tools.version}`,
  });
  const stations: Stations = { ...built, lease, courier, pulse };
  tools.notify('READY=1');
  log.info('started', { version: tools.version, mailboxes: config.mailboxes.length, dryRun: options.dryRun });
  try {
    if (options.once) await runOnce(stations, courier, signal);
    else await runBoth(stations, courier, () => store.lease(holder, clock.nowSeconds(), LEASE_SECONDS), signal);
  } finally {
    tools.notify('STOPPING=1');
    await store.release(lease);
    log.info('stopped');
  }
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
  await Promise.all([
    guarded(followAll(stations, either)),
    guarded(stations.options.dryRun ? Promise.resolve() : courier.run(either)),
    guarded(keepLease(stations, renew, either)),
    guarded(keepHouse(stations, either)),
  ]);
  if (first) throw first;
}

/** Follows every mailbox. One that fails for good stops only itself, and is tried again rarely, while another works. */
async function followAll(stations: Stations, signal: AbortSignal): Promise<void> {
  const { config, tools } = stations;
  const failed = new Set<string>();
  const last = new AbortController();
  const either = AbortSignal.any([signal, last.signal]);
  let reason: Fault | undefined;
  const follow = async (mailbox: Config['mailboxes'][number]): Promise<void> => {
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

/**
 * Renews the right to write, and feeds the watchdog while all loops turn and mails that are there are read. What keeps
 * us from writing but may pass, such as a full disk, is waited for: an end would post again what could not be noted.
 */
async function keepLease(stations: Stations, renew: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  const { tools, pulse, config } = stations;
  const well = `following ${config.mailboxes.map(({ name }) => name).join(', ')}`;
  let status = '';
  while (!signal.aborted) {
    const outage = await outageOf(renew);
    const late = pulse.pass(LEASE_RENEWAL_MS);
    if (late.length === 0) tools.notify('WATCHDOG=1');
    const wrong = [...outage, ...late];
    if (wrong.length > 0 && (status === well || status === '')) tools.log.error(wrong.join('; '), { cure: WRONG_CURE });
    const now = wrong.length === 0 ? well : wrong.join('; ');
    if (now !== status) tools.notify(`STATUS=${now}`);
    status = now;
    await tools.clock.sleep(LEASE_RENEWAL_MS, signal);
  }
}

/** Why the renewal failed, where it may pass; rejects where it will not, or somebody else has the lease. */
async function outageOf(renew: () => Promise<unknown>): Promise<string[]> {
  try {
    await renew();
    return [];
  } catch (error) {
    const fault = asFault(error);
    if (fault.retry === 'never' || fault.exit !== EXIT.disk) throw fault;
    return [fault.message];
  }
}
