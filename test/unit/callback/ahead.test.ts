/**
 * The next batch, claimed while a request is under way: one request at a time all the same, in order, and nothing of it
 * in doubt when its turn does not come.
 */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { addressesOf, startRig } from './rig.ts';
import type { Rig } from './rig.ts';

const CUSTOMERS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(name => `${name}@example.com`);

let rig: Rig;
let stop: AbortController;
let running: Promise<void>;

beforeEach(async () => {
  rig = await startRig({ batchSize: 2, timeoutMs: 1_000 });
  stop = new AbortController();
  running = Promise.resolve();
});

afterEach(async () => {
  stop.abort();
  await running;
  await rig.stop();
});

async function until(reached: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 1_000; tries += 1) {
    if (await reached()) return;
    await pause(10);
  }
  throw new Error('never reached');
}

async function states(): Promise<string[]> {
  const kept = await rig.store.list({ limit: 9 });
  return kept.map(({ state, attempts, ambiguous }) => `${state} ${attempts} ${ambiguous}`);
}

/** Does this each time a batch has been claimed ahead. */
function afterClaimAhead(work: () => void | Promise<void>): void {
  const claimAhead = rig.store.claimAhead.bind(rig.store);
  rig.store.claimAhead = async (...words) => {
    const batch = await claimAhead(...words);
    if (batch !== undefined) await work();
    return batch;
  };
}

test('batch after batch in order, never two at a time', async () => {
  let open = 0;
  let most = 0;
  rig.receiver.answer = () => {
    open += 1;
    most = Math.max(most, open);
    setTimeout(() => (open -= 1), 25);
    return { delayMs: 30 };
  };
  await rig.add(...CUSTOMERS);
  await rig.deliver();
  expect(rig.posted()).toEqual([
    CUSTOMERS.slice(0, 2),
    CUSTOMERS.slice(2, 4),
    CUSTOMERS.slice(4, 6),
    ['g@example.com'],
  ]);
  expect(most).toBe(1);
  expect(await states()).toEqual(CUSTOMERS.map(() => 'delivered 0 0'));
});

test('while one is under way the next is claimed already; an answer that never comes puts only the first in doubt', async () => {
  const claimed: number[] = [];
  afterClaimAhead(async () => void claimed.push((await rig.backlog()).claimed));
  rig.receiver.answer = () => ({ hang: true });
  await rig.add(...CUSTOMERS.slice(0, 4));
  running = rig.courier.run(stop.signal);
  await until(() => rig.lines.some(({ message }) => message.startsWith('not taken')));
  expect(claimed).toEqual([4]);
  expect(rig.receiver.requests).toHaveLength(1);
  expect(await states()).toEqual(['waiting 1 1', 'waiting 1 1', 'waiting 0 0', 'waiting 0 0']);
});

test('one refused event: the search for it has its batch alone, the next one follows', async () => {
  rig.receiver.answer = posted => ({ status: addressesOf(posted).includes('a@example.com') ? 400 : 200 });
  await rig.add(...CUSTOMERS.slice(0, 4));
  await rig.deliver();
  expect(await states()).toEqual(['dead 0 0', 'delivered 0 0', 'delivered 0 0', 'delivered 0 0']);
  expect(rig.posted().slice(-1)).toEqual([CUSTOMERS.slice(2, 4)]);
});

test('the end: what was claimed ahead waits as before', async () => {
  afterClaimAhead(() => {
    stop.abort();
  });
  await rig.add(...CUSTOMERS.slice(0, 4));
  await rig.courier.run(stop.signal);
  expect(rig.receiver.requests).toHaveLength(1);
  expect(await states()).toEqual(['delivered 0 0', 'delivered 0 0', 'waiting 0 0', 'waiting 0 0']);
  const [, , third] = await rig.store.list({ limit: 9 });
  expect(await rig.store.show(third?.id ?? '')).toMatchObject({ posts: [] });
});

test('a pause asked for by the other side holds for the batch that was claimed ahead', async () => {
  rig.receiver.answer = () => ({ status: 429, headers: { 'retry-after': '60' } });
  await rig.add(...CUSTOMERS.slice(0, 4));
  running = rig.courier.run(stop.signal);
  await until(() => rig.lines.some(({ message }) => message.startsWith('not taken')));
  await pause(50);
  expect(rig.receiver.requests).toHaveLength(1);
  expect(await states()).toEqual(['waiting 1 0', 'waiting 1 0', 'waiting 0 0', 'waiting 0 0']);
});
