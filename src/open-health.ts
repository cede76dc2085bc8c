/**
 * The probes of a running daemon: whether its loops turn, whether it does its work, its metrics. Takes the sights and
 * the outbox, serves them where the configuration says; nowhere when it says nothing.
 */
import type { Store } from './outbox/outbox.ts';
import { serveHealth } from './runtime/health.ts';
import type { HealthServer, Listen } from './runtime/health.ts';
import { asFault } from './shared/fault.ts';
import type { Sights } from './sights.ts';

/** Rejects with a Fault (exit 78) when the address cannot be had. */
export async function openHealth(
  listen: Listen | undefined,
  sights: Sights,
  store: Pick<Store, 'backlog'>,
): Promise<HealthServer | undefined> {
  if (listen === undefined) return undefined;
  const unreadable = async (): Promise<string[]> => {
    try {
      await store.backlog();
      return [];
    } catch (error) {
      return [asFault(error).message];
    }
  };
  return serveHealth(listen, {
    healthz: () => Promise.resolve(sights.late()),
    readyz: async () => [...sights.outage(), ...(await unreadable()), ...sights.notFollowed()],
    metrics: () => sights.metrics.render(),
  });
}
