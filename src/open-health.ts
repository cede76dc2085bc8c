/**
 * The probes of a running daemon: whether its loops turn, whether it does its work, its metrics. Takes the sights and
 * the outbox, serves them where the configuration says; nowhere when it says nothing.
 */
import type { Store } from './outbox/outbox.ts';
import { serveHealth } from './runtime/health.ts';
import type { Listen } from './runtime/health.ts';
import type { Clock } from './shared/clock.ts';
import { asFault } from './shared/fault.ts';
import type { Sights } from './sights.ts';

export interface Health {
  readonly port: number;
  /** The renewal of the lease, watched: it is a transaction, so it tells that the outbox can be written. */
  alive<Result>(renew: () => Promise<Result>): () => Promise<Result>;
  close(): Promise<void>;
}

/** So long a renewal may be overdue; it comes every 10 s. */
const RENEWAL_LATE_MS = 45_000;

/** Rejects with a Fault (exit 78) when the address cannot be had. */
export async function openHealth(
  listen: Listen | undefined,
  sights: Sights,
  store: Pick<Store, 'backlog'>,
  clock: Pick<Clock, 'nowMs'>,
): Promise<Health | undefined> {
  if (listen === undefined) return undefined;
  let renewedAtMs = clock.nowMs();
  let failure: string | undefined;
  const late = (): string[] => {
    const lateMs = clock.nowMs() - renewedAtMs;
    if (lateMs < RENEWAL_LATE_MS) return [];
    return [`the outbox was last written ${Math.floor(lateMs / 1000)} s ago`];
  };
  const readable = async (): Promise<string[]> => {
    try {
      await store.backlog();
      return [];
    } catch (error) {
      return [asFault(error).message];
    }
  };
  const unwritable = (): string[] => (failure === undefined ? late() : [`the outbox cannot be written: ${failure}`]);
  const server = await serveHealth(listen, {
    healthz: () => Promise.resolve(late()),
    readyz: async () => [...unwritable(), ...(await readable()), ...sights.notFollowed()],
    metrics: () => sights.metrics.render(),
  });
  return {
    port: server.port,
    alive: renew => async () => {
      try {
        const result = await renew();
        renewedAtMs = clock.nowMs();
        failure = undefined;
        return result;
      } catch (error) {
        failure = asFault(error).message;
        throw error;
      }
    },
    close: () => server.close(),
  };
}
