/**
 * A courier over a store in memory, with a clock that stands until it is moved, posting to a receiver on loopback.
 */
import { openCourier } from '../../../src/callback/callback.ts';
import type { CallbackSettings, Courier, PostReport } from '../../../src/callback/callback.ts';
import type { Backlog, Lease, Store } from '../../../src/outbox/outbox.ts';
import { openSqliteStore } from '../../../src/outbox/sqlite.ts';
import type { Event } from '../../../src/provenance/provenance.ts';
import type { Clock } from '../../../src/shared/clock.ts';
import type { Log, LogFields } from '../../../src/shared/log.ts';
import { Secret } from '../../../src/shared/secret.ts';
import { startReceiver } from '../../servers/receiver.ts';
import type { Posted, Receiver } from '../../servers/receiver.ts';

export const START = 1_800_000_000;

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly fields: LogFields;
}

export interface Rig {
  readonly store: Store;
  readonly lease: Lease;
  readonly receiver: Receiver;
  readonly courier: Courier;
  readonly lines: LogLine[];
  readonly reports: PostReport[];
  readonly clock: Clock & { move(seconds: number): void };
  /** Records events with these addresses: "soft:" before one makes it soft. Gives their ids. */
  add(...addresses: string[]): Promise<string[]>;
  /** Posts all that is due now. */
  deliver(): Promise<void>;
  /** Moves the clock to where the next waiting event is due, and tells how many seconds that was. */
  untilNext(): Promise<number>;
  backlog(): Promise<Backlog>;
  /** Addresses of each request, in order. */
  posted(): string[][];
  stop(): Promise<void>;
}

export async function startRig(settings: Partial<CallbackSettings> = {}, random = (): number => 0.999): Promise<Rig> {
  const receiver = await startReceiver();
  const store = await openSqliteStore(':memory:');
  const lease = await store.lease('test', START, 1_000_000);
  const clock = standingClock();
  const lines: LogLine[] = [];
  const reports: PostReport[] = [];
  const courier = openCourier({
    store,
    lease,
    callbacks: [{ ...settingsFor(receiver.url), ...settings }],
    clock,
    log: logTo(lines),
    random,
    userAgent: 'bounced/1.2.3',
    onPosted: report => void reports.push(report),
  });
  let count = 0;
  return {
    ...{ store, lease, receiver, courier, lines, reports, clock },
    async add(...addresses) {
      const events = addresses.map(address => eventFor(address, (count += 1)));
      const cursor = { mailbox: 'campaigns', folder: 'INBOX', uidValidity: 1, lastUid: count };
      await store.record(lease, { cursor, outcomes: [], events, held: [], skipped: 0 }, clock.nowSeconds());
      return events.map(({ id }) => id);
    },
    deliver: () => courier.deliverDue(new AbortController().signal),
    async untilNext() {
      const { nextDueSeconds = clock.nowSeconds() } = await store.backlog();
      const seconds = nextDueSeconds - clock.nowSeconds();
      clock.move(seconds);
      return seconds;
    },
    backlog: () => store.backlog(),
    posted: () => receiver.requests.map(addressesOf),
    async stop() {
      await store.close();
      await receiver.stop();
    },
  };
}

export function settingsFor(url: string): CallbackSettings {
  return {
    name: 'clevertap',
    url: new Secret(url),
    batchSize: 500,
    batchWaitMs: 30_000,
    concurrency: 1,
    timeoutMs: 5_000,
  };
}

export function addressesOf({ body }: Posted): string[] {
  const groups = JSON.parse(body) as { data: { e: string }[] }[];
  return groups.flatMap(({ data }) => data.map(({ e }) => e));
}

/** Answers 400 to every request that holds one of these addresses. */
export function refuse(...addresses: string[]): (posted: Posted) => { status: number } {
  return posted => ({ status: addressesOf(posted).some(address => addresses.includes(address)) ? 400 : 200 });
}

export function logTo(lines: LogLine[], always: LogFields = {}): Log {
  const at = (level: string) => (message: string, fields?: LogFields) =>
    void lines.push({ level, message, fields: { ...always, ...fields } });
  return {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    with: fields => logTo(lines, { ...always, ...fields }),
  };
}

/** Stands still until it is moved; who sleeps wakes when his time has come or his signal aborts. */
export function standingClock(): Clock & { move(seconds: number): void } {
  let nowMs = START * 1000;
  const sleepers = new Set<{ untilMs: number; wake: () => void }>();
  return {
    nowMs: () => nowMs,
    nowSeconds: () => Math.floor(nowMs / 1000),
    sleep: (ms, signal) =>
      new Promise(resolve => {
        if (signal.aborted || ms <= 0) {
          resolve();
          return;
        }
        sleepers.add({ untilMs: nowMs + ms, wake: resolve });
        signal.addEventListener('abort', () => resolve(), { once: true });
      }),
    move(seconds) {
      nowMs += seconds * 1000;
      for (const sleeper of sleepers) if (sleeper.untilMs <= nowMs) sleeper.wake();
    },
  };
}

function eventFor(address: string, n: number): Event {
  const soft = address.startsWith('soft:');
  return {
    id: `event-${n}`,
    mailbox: 'campaigns',
    callback: 'clevertap',
    address: soft ? address.slice(5) : address,
    verdict: soft ? 'soft' : 'hard',
    tsSeconds: START - 3_600 + n,
    proof: 'sent',
  };
}
