/**
 * A new configuration for a daemon that runs: read and checked whole, taken whole or not at all. Takes the one in force
 * and a way to read it again, gives the next one. Ends nothing itself; a mistake leaves all as it was.
 */
import type { Config } from './runtime/config.ts';
import type { Clock } from './shared/clock.ts';
import { asFault, EXIT, Fault } from './shared/fault.ts';
import type { Log } from './shared/log.ts';
import { Secret } from './shared/secret.ts';
import type { Metrics } from './runtime/metrics.ts';

/** A configuration, and the log it asks for. */
export interface Setup {
  readonly config: Config;
  readonly log: Log;
}

/** Where the next configuration comes from. */
export interface Reloads {
  /** Resolves when somebody has asked for it since the last time (SIGHUP), or when the signal aborts. */
  asked(signal: AbortSignal): Promise<void>;
  /** Reads file, environment and secrets anew. Rejects with a Fault that lists what is wrong. */
  load(): Promise<Setup>;
  /** sd_notify(3): what systemd is told first. */
  readonly begun: () => string;
  /** What to do where nothing has changed, in case it should have. */
  readonly unchangedHint: string;
}

/** For a daemon that nobody can ask. */
export const NO_RELOADS: Reloads = {
  asked: signal =>
    new Promise(resolve => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => {
        resolve();
      });
    }),
  load: () => Promise.reject(new Fault('nobody asked', { code: 'RELOAD_REFUSED', retry: 'never' })),
  begun: () => 'RELOADING=1',
  unchangedHint: '',
};

export interface ReloadTools {
  readonly clock: Clock;
  readonly notify: (state: string) => void;
  readonly metrics: Metrics;
}

/** The next configuration that is good and another one than `now`; undefined when the signal aborts first. */
export async function nextSetup(
  now: Setup,
  reloads: Reloads,
  { clock, notify, metrics }: ReloadTools,
  signal: AbortSignal,
): Promise<Setup | undefined> {
  for (;;) {
    await reloads.asked(signal);
    if (signal.aborted) return undefined;
    notify(reloads.begun());
    try {
      const next = await reloads.load();
      refuseLasting(now.config, next.config);
      const same = fingerprint(now.config) === fingerprint(next.config);
      metrics.reload(same ? 'unchanged' : 'taken', clock.nowSeconds());
      if (!same) return next;
      now.log.info('the configuration is read again: nothing has changed', { cure: reloads.unchangedHint });
    } catch (error) {
      const fault = asFault(error);
      metrics.reload('refused', clock.nowSeconds());
      now.log.error(`the new configuration is not taken, the old one stays: ${fault.message}`, { cure: fault.hint });
    }
    notify('READY=1');
  }
}

/** What a running daemon stands on. */
function refuseLasting(now: Config, next: Config): void {
  const changed = [
    ...(now.stateDir === next.stateDir ? [] : ['state_dir']),
    ...(fingerprint(now.http) === fingerprint(next.http) ? [] : ['[http] listen']),
  ];
  if (changed.length === 0) return;
  throw new Fault(`${changed.join(' and ')} cannot change while the daemon runs`, {
    code: 'RELOAD_REFUSED',
    retry: 'never',
    exit: EXIT.config,
    hint: 'restart it (systemctl restart bounced), or change that back and reload',
  });
}

/** The same text for the same values, secrets included: for comparing, never to be shown. */
function fingerprint(value: unknown): string {
  return JSON.stringify([revealed(value)]);
}

/** JSON.stringify would ask a Secret first, and be told nothing. */
function revealed(value: unknown): unknown {
  if (value instanceof Secret) return value.reveal();
  if (Array.isArray(value)) return value.map(revealed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, revealed(one)]));
}
