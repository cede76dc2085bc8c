/**
 * What every Store must do, whatever keeps it. Each engine's test calls `storeContract` with a way to open it.
 */
import { describe, expect, test } from '@jest/globals';
import type { Lease, Settlement, Store, StoreSettings } from '../../src/outbox/outbox.ts';
import type { Event } from '../../src/provenance/provenance.ts';
import { aheadContract } from './ahead-contract.ts';
import { canaryContract } from './canary-contract.ts';
import { keepingContract } from './keeping-contract.ts';
import { operatorContract } from './operator-contract.ts';
import { recordingContract } from './recording-contract.ts';
import { rereadingContract } from './rereading-contract.ts';
import { standingContract } from './standing-contract.ts';
import { traceContract } from './trace-contract.ts';
import { oneStore } from './one-store.ts';
import { chunkOf, CLAIM, eventOf, heldOf, NOW, outcomeOf, retryOf, TTL } from './store-values.ts';
import type { OpenedStore } from './store-values.ts';

export function storeContract(name: string, open: (settings?: StoreSettings) => Promise<OpenedStore>): void {
  aheadContract(name, open);
  recordingContract(name, open);
  operatorContract(name, open);
  keepingContract(name, open);
  rereadingContract(name, open);
  standingContract(name, open);
  canaryContract(name, open);
  traceContract(name, open);

  const start = oneStore(open);

  async function claimed(store: Store, lease: Lease, nowSeconds = NOW, limit = 100): Promise<string[]> {
    const { events } = await store.claim(lease, 'clevertap', limit, nowSeconds, CLAIM);
    return events.map(({ id }) => id);
  }

  describe(`${name}: claiming and settling`, () => {
    async function startWith(...events: Event[]): ReturnType<typeof start> {
      const started = await start();
      await started.store.record(started.lease, chunkOf(events.length, { events }), NOW);
      return started;
    }

    test('events come in the order they were recorded, up to the limit, each as it went in', async () => {
      const { store, lease } = await startWith(eventOf(3), eventOf(1, { verdict: 'soft', proof: 'off' }), eventOf(2));
      const first = await store.claim(lease, 'clevertap', 2, NOW, CLAIM);
      expect(first).toEqual({
        callback: 'clevertap',
        events: [
          { ...eventOf(3), attempts: 0 },
          { ...eventOf(1, { verdict: 'soft', proof: 'off' }), attempts: 0 },
        ],
      });
      expect(await claimed(store, lease)).toEqual(['event-2']);
      expect(await claimed(store, lease)).toEqual([]);
    });

    test('each callback has its own queue', async () => {
      const { store, lease } = await startWith(eventOf(1), eventOf(2, { callback: 'second' }));
      expect(await claimed(store, lease)).toEqual(['event-1']);
      expect(await store.due('second', NOW)).toMatchObject({ count: 1 });
      expect(await store.due('clevertap', NOW)).toMatchObject({ count: 0 });
    });

    test('delivered and buried events are never claimed again', async () => {
      const { store, lease } = await startWith(eventOf(1), eventOf(2));
      await claimed(store, lease);
      const settlements: Settlement[] = [
        { id: 'event-1', as: 'delivered' },
        { id: 'event-2', as: 'buried', because: 'Invalid email format' },
      ];
      await store.settle(lease, settlements, NOW);
      expect(await claimed(store, lease, NOW + 10 * CLAIM)).toEqual([]);
      expect(await store.backlog()).toEqual({ waiting: 0, claimed: 0, held: 0, delivered: 1, dead: 1, stopped: 0 });
    });

    test('a retried event waits until its time, with the same id and ts, and counts what counts', async () => {
      const { store, lease } = await startWith(eventOf(1));
      await claimed(store, lease);
      await store.settle(lease, [retryOf('event-1', NOW + 60)], NOW);
      expect(await claimed(store, lease, NOW + 59)).toEqual([]);
      const second = await store.claim(lease, 'clevertap', 9, NOW + 60, CLAIM);
      expect(second.events).toEqual([{ ...eventOf(1), attempts: 1 }]);
      await store.settle(lease, [retryOf('event-1', NOW + 90, { countsAsAttempt: false })], NOW + 60);
      const third = await store.claim(lease, 'clevertap', 9, NOW + 90, CLAIM);
      expect(third.events).toEqual([{ ...eventOf(1), attempts: 1 }]);
    });

    test('a time further off than any wait was set while the clock was wrong: it is due', async () => {
      const { store, lease } = await startWith(eventOf(1), eventOf(2));
      await claimed(store, lease);
      await store.settle(lease, [retryOf('event-1', NOW + 366 * 86_400), retryOf('event-2', NOW + 21_600)], NOW);
      expect(await store.due('clevertap', NOW)).toMatchObject({ count: 1, nextSeconds: NOW + 21_600 });
      expect(await claimed(store, lease)).toEqual(['event-1']);
      // One that is claimed may be on its way: it is not claimed again for that.
      expect(await claimed(store, lease, NOW - 366 * 86_400)).toEqual(['event-2']);
      expect(await claimed(store, lease, NOW - 366 * 86_400)).toEqual([]);
    });

    test('a claim that has run out is claimable again, and the late settlement then changes nothing', async () => {
      const { store, lease } = await startWith(eventOf(1));
      await claimed(store, lease);
      expect(await claimed(store, lease, NOW + CLAIM - 1)).toEqual([]);
      expect(await claimed(store, lease, NOW + CLAIM)).toEqual(['event-1']);
      await store.settle(lease, [{ id: 'event-1', as: 'delivered' }], NOW + CLAIM);
      await store.settle(lease, [retryOf('event-1', NOW)], NOW + CLAIM);
      expect(await claimed(store, lease, NOW + 9 * CLAIM)).toEqual([]);
    });

    test('settles all of a batch or nothing of it', async () => {
      const { store, lease } = await startWith(eventOf(1), eventOf(2));
      await claimed(store, lease);
      const broken = retryOf('event-2', Number.NaN, { because: undefined });
      await expect(store.settle(lease, [{ id: 'event-1', as: 'delivered' }, broken], NOW)).rejects.toThrow();
      expect(await store.backlog()).toMatchObject({ claimed: 2, delivered: 0 });
    });

    test('due and backlog tell how many wait, since when and until when', async () => {
      const { store, lease } = await startWith(eventOf(1), eventOf(2), eventOf(3));
      expect(await store.due('clevertap', NOW + 5)).toEqual({ count: 3, waitingSinceSeconds: NOW });
      // Enough for a batch: more need not be counted; too few for one: all is told.
      expect(await store.due('clevertap', NOW + 5, 2)).toEqual({ count: 2 });
      expect(await store.due('clevertap', NOW + 5, 4)).toEqual({ count: 3, waitingSinceSeconds: NOW });
      expect(await store.backlog()).toEqual({
        ...{ waiting: 3, claimed: 0, held: 0, delivered: 0, dead: 0, stopped: 0 },
        oldestWaitingSeconds: eventOf(3).tsSeconds,
        nextDueSeconds: NOW,
      });
      await store.claim(lease, 'clevertap', 2, NOW, CLAIM);
      await store.settle(lease, [retryOf('event-1', NOW + 60)], NOW);
      expect(await store.due('clevertap', NOW + 5)).toEqual({
        count: 1,
        waitingSinceSeconds: NOW,
        nextSeconds: NOW + 60,
      });
      expect(await store.backlog('clevertap')).toMatchObject({ waiting: 2, claimed: 1, nextDueSeconds: NOW });
      expect(await store.backlog('second')).toEqual({
        waiting: 0,
        claimed: 0,
        held: 0,
        delivered: 0,
        dead: 0,
        stopped: 0,
      });
      expect(
        await Promise.all([[], ['clevertap'], ['a', 'zz'], ['b', 'clevertap']].map(store.strangers.bind(store))),
      ).toEqual([2, 0, 2, 0]);
    });
  });

  describe(`${name}: held events`, () => {
    test('are looked up after an hour first, oldest first, with all that the look-up needs', async () => {
      const { store, lease } = await start();
      await store.record(lease, chunkOf(1, { held: [heldOf(1)] }), NOW);
      await store.record(lease, chunkOf(2, { held: [heldOf(2), heldOf(3, { mailbox: 'second' })] }), NOW + 1);
      expect(await claimed(store, lease, NOW + 9_999)).toEqual([]);
      expect(await store.heldDue('campaigns', NOW + 3_599, 10)).toEqual([]);
      expect(await store.heldDue('campaigns', NOW + 3_600, 10)).toEqual([{ ...heldOf(1), heldAtSeconds: NOW }]);
      const both = await store.heldDue('campaigns', NOW + 3_601, 10);
      expect(both.map(({ id }) => id)).toEqual(['event-1', 'event-2']);
      expect(await store.heldDue('campaigns', NOW + 3_601, 1)).toHaveLength(1);
    });

    test('still missing: looked up again when told, or never by itself', async () => {
      const { store, lease } = await start();
      await store.record(lease, chunkOf(1, { held: [heldOf(1), heldOf(2)] }), NOW);
      const still = [
        { id: 'event-1', missing: 'not yet', nextAtSeconds: NOW + 7_200 },
        { id: 'event-2', missing: 'given up', nextAtSeconds: undefined },
      ];
      await store.settleHeld(lease, [], still, NOW + 3_600);
      expect(await store.heldDue('campaigns', NOW + 7_199, 10)).toEqual([]);
      expect(await store.heldDue('campaigns', NOW + 9_999_999, 10)).toEqual([
        { ...heldOf(1), missing: 'not yet', heldAtSeconds: NOW },
      ]);
      expect(await store.backlog()).toMatchObject({ held: 2 });
    });

    test('proven: waits with the address and verdict that were proven, and the ts it had', async () => {
      const { store, lease } = await start();
      await store.record(lease, chunkOf(1, { held: [heldOf(1)] }), NOW);
      const proven = eventOf(1, { address: 'sent-to@example.com', verdict: 'soft', proof: 'sent-forwarded' });
      await store.settleHeld(lease, [{ ...proven, tsSeconds: NOW }], [], NOW + 3_600);
      const { events } = await store.claim(lease, 'clevertap', 9, NOW + 3_600, CLAIM);
      expect(events).toEqual([{ ...proven, attempts: 0 }]);
      expect(await store.heldDue('campaigns', NOW + 9_999_999, 10)).toEqual([]);
      // A second proof comes too late: the event is on its way.
      await store.settleHeld(lease, [eventOf(1)], [], NOW + 3_601);
      expect(await claimed(store, lease, NOW + 3_601)).toEqual([]);
    });

    test('two of one message that prove to be one address become one event, the hard one', async () => {
      const { store, lease } = await start();
      const outcomes = [outcomeOf(1, { eventIds: ['event-1', 'event-2'] })];
      await store.record(lease, chunkOf(1, { outcomes, held: [heldOf(1), heldOf(2)] }), NOW);
      const address = 'sent-to@example.com';
      const proven = [eventOf(1, { address, verdict: 'soft' }), eventOf(2, { address, verdict: 'hard' })];
      await store.settleHeld(lease, proven, [], NOW);
      const { events } = await store.claim(lease, 'clevertap', 9, NOW, CLAIM);
      expect(events).toMatchObject([{ id: 'event-1', verdict: 'hard' }]);
      expect(await store.backlog()).toMatchObject({ held: 0, waiting: 0, claimed: 1 });
    });
  });

  describe(`${name}: the right to write`, () => {
    test('is renewed by its holder with the same fence', async () => {
      const { store, lease } = await start();
      expect(await store.lease('one', NOW + 10, TTL)).toEqual(lease);
      expect(await store.lease('one', NOW + 10 * TTL, TTL)).toEqual(lease);
      await store.record(lease, chunkOf(1), NOW);
    });

    test('ends when it is given back', async () => {
      const { store, lease } = await start();
      await store.release(lease);
      await expect(store.record(lease, chunkOf(1), NOW)).rejects.toMatchObject({ code: 'LEASE_LOST', exit: 75 });
      const next = await store.lease('two', NOW, TTL);
      expect(next.fence).toBeGreaterThan(lease.fence);
      await store.record(next, chunkOf(1), NOW);
    });
  });
}
