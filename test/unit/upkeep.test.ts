import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Lease, Store } from '../../src/outbox/outbox.ts';
import { openSqliteStore } from '../../src/outbox/sqlite.ts';
import { openUpkeep } from '../../src/upkeep.ts';
import { chunkOf, eventOf, outcomeOf } from '../contract/store-values.ts';
import { logTo, standingClock, START } from './callback/rig.ts';
import type { LogLine } from './callback/rig.ts';

const DAY = 86_400;

let store: Store;
let lease: Lease;
let lines: LogLine[];
let clock: ReturnType<typeof standingClock>;
let round: () => Promise<void>;

beforeEach(async () => {
  store = await openSqliteStore(':memory:', { hardPerHour: 1 });
  lease = await store.lease('test', START, 1_000_000_000);
  lines = [];
  clock = standingClock();
  round = newDaemon();
});

afterEach(() => store.close());

function newDaemon(): () => Promise<void> {
  // What it sleeps between two transactions passes at once.
  const quick = { ...clock, sleep: () => Promise.resolve() };
  const tools = { log: logTo(lines), clock: quick, random: () => 0, version: '1', print: () => undefined };
  const config = { breaker: { hardPerHour: 1 }, retention: { keepSeconds: 90 * DAY } };
  const upkeep = openUpkeep({ store, lease, config, tools } as unknown as Parameters<typeof openUpkeep>[0]);
  return () => upkeep(new AbortController().signal);
}

async function flood(...numbers: number[]): Promise<void> {
  await store.record(lease, chunkOf(Math.max(...numbers), { events: numbers.map(n => eventOf(n)) }), START);
}

describe('a breaker that opened', () => {
  test('is told once with the cure, after a restart again, and when it is closed', async () => {
    await round();
    expect(lines).toEqual([]);
    await flood(1, 2, 3);
    await round();
    await round();
    expect(lines).toMatchObject([{ level: 'error', fields: { mailbox: 'campaigns', hardPerHour: 1, stopped: 2 } }]);
    expect(lines[0]?.fields['cure']).toMatch(/bounced breaker reset/);
    await flood(4);
    await round();
    expect(lines).toHaveLength(1);
    await newDaemon()();
    expect(lines).toHaveLength(2);
    await store.resetBreakers(undefined, { who: 'jane' }, START);
    await round();
    expect(lines.at(-1)).toMatchObject({ level: 'info', fields: { mailbox: 'campaigns' } });
  });
});

describe('what was settled', () => {
  test('is forgotten after the time to keep it, however much it is, and looked for once an hour', async () => {
    const uids = Array.from({ length: 1_200 }, (_, n) => n + 1);
    const outcomes = uids.map(uid => outcomeOf(uid));
    const events = uids.map(uid => eventOf(uid, { verdict: 'soft' }));
    await store.record(lease, chunkOf(90_000, { outcomes, events }), START);
    await store.claim(lease, 'clevertap', 1_100, START, 600);
    await store.settle(
      lease,
      uids.slice(0, 1_100).map(uid => ({ id: `event-${uid}`, as: 'delivered' as const })),
      START,
    );
    clock.move(90 * DAY);
    await round();
    expect(await store.backlog()).toMatchObject({ delivered: 1_100, waiting: 100 });
    clock.move(1);
    await round();
    expect(await store.backlog()).toMatchObject({ delivered: 1_100 });
    clock.move(3_600);
    await round();
    expect(await store.backlog()).toMatchObject({ delivered: 0, waiting: 100 });
    expect(lines).toMatchObject([{ level: 'info', fields: { rows: 2_200 } }]);
  });
});
