/**
 * What a Store must do whose data outlive it: two on the same data, and one after the crash of another.
 */
import { describe, expect, test } from '@jest/globals';
import { oneStore } from './one-store.ts';
import { chunkOf, CLAIM, eventOf, heldOf, NOW, outcomeOf, TTL } from './store-values.ts';
import type { OpenedStore } from './store-values.ts';

export function durableStoreContract(name: string, open: () => Promise<Required<OpenedStore>>): void {
  const start = oneStore(open);

  describe(`${name}: two on the same data`, () => {
    test('the second is refused while the first may be alive, also under the same name', async () => {
      const { reopen } = await start();
      const second = await reopen();
      const refused = { code: 'LEASE_HELD', exit: 75 };
      await expect(second.lease('two', NOW + TTL - 1, TTL)).rejects.toMatchObject(refused);
      await expect(second.lease('one', NOW + TTL - 1, TTL)).rejects.toMatchObject(refused);
    });

    test('once the lease has run out the second takes over, and the first can write no more', async () => {
      const { store, lease, reopen } = await start();
      await store.record(lease, chunkOf(1, { events: [eventOf(1)] }), NOW);
      await store.claim(lease, 'clevertap', 9, NOW, CLAIM);
      const second = await reopen();
      const taken = await second.lease('two', NOW + TTL, TTL);
      expect(taken.fence).toBeGreaterThan(lease.fence);
      const lost = { code: 'LEASE_LOST', exit: 75 };
      await expect(store.record(lease, chunkOf(2), NOW)).rejects.toMatchObject(lost);
      await expect(store.claim(lease, 'clevertap', 9, NOW, CLAIM)).rejects.toMatchObject(lost);
      await expect(store.settle(lease, [{ id: 'event-1', as: 'delivered' }], NOW)).rejects.toMatchObject(lost);
      await expect(store.settleHeld(lease, [], [], NOW)).rejects.toMatchObject(lost);
      await expect(store.lease('one', NOW + TTL, TTL)).rejects.toMatchObject({ code: 'LEASE_HELD' });
      // What the first gives back is not the second's lease.
      await store.release(lease);
      expect(await second.lease('two', NOW + TTL, TTL)).toEqual(taken);
      expect(await second.cursor('campaigns', 'All Mail')).toEqual(chunkOf(1).cursor);
    });

    test('a lease that was given back is free at once', async () => {
      const { store, lease, reopen } = await start();
      await store.release(lease);
      const second = await reopen();
      await expect(second.lease('two', NOW, TTL)).resolves.toMatchObject({ holder: 'two' });
    });
  });

  describe(`${name}: after a crash`, () => {
    test('everything recorded is there, and the claims of the dead are free at once', async () => {
      const { store, lease, reopen } = await start();
      const outcomes = [outcomeOf(1), outcomeOf(2)];
      const recorded = chunkOf(2, { outcomes, events: [eventOf(1), eventOf(2)], held: [heldOf(3)] });
      await store.record(lease, recorded, NOW);
      const { events } = await store.claim(lease, 'clevertap', 9, NOW, 100 * CLAIM);
      await store.settle(lease, [{ id: 'event-1', as: 'delivered' }], NOW);
      const second = await reopen();
      const next = await second.lease('one', NOW + TTL, TTL);
      expect(await second.cursor('campaigns', 'All Mail')).toEqual(chunkOf(2).cursor);
      expect(await second.record(next, recorded, NOW)).toEqual({ newUids: [], newEventIds: [], newHeldIds: [] });
      const repeated = await second.claim(next, 'clevertap', 9, NOW + TTL, CLAIM);
      expect(repeated.events).toEqual(events.filter(({ id }) => id === 'event-2'));
      expect(await second.heldDue('campaigns', NOW + 3_600, 9)).toEqual([{ ...heldOf(3), heldAtSeconds: NOW }]);
    });
  });
}
