/**
 * A callback that is down for a day while 50,000 events wait: few requests meanwhile, one at a time afterwards, each
 * event delivered once.
 */
import { afterEach, expect, test } from '@jest/globals';
import { LIMITS } from '../../src/shared/limits.ts';
import { startRig } from '../unit/callback/rig.ts';
import type { Rig } from '../unit/callback/rig.ts';

const EVENTS = 50_000;
const DAY_SECONDS = 86_400;

let rig: Rig;

afterEach(async () => rig.stop());

test('all are delivered in full batches, none twice, and the other side is not stormed', async () => {
  rig = await startRig();
  const { receiver, clock, courier } = rig;
  for (let n = 0; n < EVENTS; n += 1_000) {
    await rig.add(...Array.from({ length: 1_000 }, (_, index) => `customer${n + index}@example.com`));
  }
  const startSeconds = clock.nowSeconds();
  let inFlight = 0;
  let most = 0;
  const perMinute = new Map<number, number>();
  receiver.answer = () => {
    const minute = Math.floor((clock.nowSeconds() - startSeconds) / 60);
    perMinute.set(minute, (perMinute.get(minute) ?? 0) + 1);
    most = Math.max(most, (inFlight += 1));
    setTimeout(() => (inFlight -= 1), 2);
    const down = clock.nowSeconds() < startSeconds + DAY_SECONDS;
    return { status: down ? 503 : 200, delayMs: 3 };
  };
  const stop = new AbortController();
  const ended = courier.run(stop.signal);
  const until = async (predicate: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await predicate())) await new Promise(resolve => setTimeout(resolve, 2));
  };
  // Minute by minute: what a minute brings is settled before the next.
  const settled = async (): Promise<void> => {
    await new Promise(resolve => setTimeout(resolve, 3));
    const posted = receiver.requests.length > seen;
    seen = receiver.requests.length;
    if (posted) await until(async () => (await rig.backlog()).claimed === 0);
  };
  let seen = 0;
  while (clock.nowSeconds() < startSeconds + DAY_SECONDS) {
    clock.move(60);
    await settled();
  }
  const during = receiver.requests.length;
  await until(async () => {
    clock.move(60);
    await new Promise(resolve => setTimeout(resolve, 20));
    return (await rig.backlog()).delivered === EVENTS;
  });
  stop.abort();
  await ended;
  const addresses = receiver.events().map(({ address }) => address);
  expect(addresses).toHaveLength(EVENTS);
  expect(new Set(addresses).size).toBe(EVENTS);
  expect(most).toBe(1);
  expect(Math.max(...rig.posted().map(batch => batch.length))).toBeLessThanOrEqual(LIMITS.batchEvents);
  expect({ during: during <= 24, after: receiver.requests.length - during }).toEqual({
    during: true,
    after: EVENTS / 500,
  });
  const busiest = Math.max(...[...perMinute].filter(([minute]) => minute < DAY_SECONDS / 60).map(([, count]) => count));
  expect(busiest).toBe(1);
}, 600_000);
