/**
 * What every Store must do with a batch that is claimed while another request is under way: it is on nobody's line
 * until it is begun, whatever happens meanwhile.
 */
import { describe, expect, test } from '@jest/globals';
import type { AheadBatch, Lease, Settlement, Store, StoreSettings } from '../../src/outbox/outbox.ts';
import { oneStore } from './one-store.ts';
import { chunkOf, CLAIM, eventOf, NOW, TTL } from './store-values.ts';
import type { OpenedStore } from './store-values.ts';

export function aheadContract(name: string, open: (settings?: StoreSettings) => Promise<OpenedStore>): void {
  const start = oneStore(open);

  /** Four events: the first two on their way, the others claimed ahead. */
  async function startPosting(): Promise<{ store: Store; lease: Lease; next: AheadBatch }> {
    const { store, lease } = await start();
    const events = [1, 2, 3, 4].map(n => eventOf(n));
    await store.record(lease, chunkOf(4, { events }), NOW);
    await store.claim(lease, 'clevertap', 2, NOW, CLAIM);
    const next = await store.claimAhead(lease, 'clevertap', 2, NOW, CLAIM);
    if (next === undefined) throw new Error('nothing was claimed ahead');
    return { store, lease, next };
  }

  /** By event: its state, and how often it may have been counted without our knowing. */
  async function doubts(store: Store): Promise<string[]> {
    const kept = await store.list({ limit: 9 });
    return kept.map(({ id, state, ambiguous }) => `${id} ${state} ${ambiguous}`);
  }

  const taken: Settlement[] = ['event-1', 'event-2'].map(id => ({ id, as: 'delivered' }));

  describe(`${name}: claiming ahead`, () => {
    test('gives a full batch in the order of recording, or none', async () => {
      const { store, lease, next } = await startPosting();
      expect(next).toMatchObject({ callback: 'clevertap', events: [{ ...eventOf(3), attempts: 0 }, eventOf(4)] });
      expect(await store.claimAhead(lease, 'clevertap', 1, NOW, CLAIM)).toBeUndefined();
      await store.record(lease, chunkOf(5, { events: [eventOf(5)] }), NOW);
      expect(await store.claimAhead(lease, 'clevertap', 2, NOW, CLAIM)).toBeUndefined();
      expect(await store.due('clevertap', NOW)).toMatchObject({ count: 1 });
    });

    test('is begun with the settlement before it, once', async () => {
      const { store, lease, next } = await startPosting();
      expect(await store.settle(lease, taken, NOW, next.ahead)).toBe(true);
      expect(await store.settle(lease, [], NOW, next.ahead)).toBe(false);
      await store.unclaim(lease, next.ahead, NOW);
      expect(await doubts(store)).toEqual([
        ...['event-1 delivered 0', 'event-2 delivered 0', 'event-3 claimed 0', 'event-4 claimed 0'],
      ]);
      expect(await store.backlog()).toMatchObject({ claimed: 2, waiting: 0 });
    });

    test('given back, its events wait as before, with no doubt and no request to their names', async () => {
      const { store, lease, next } = await startPosting();
      await store.unclaim(lease, next.ahead, NOW);
      expect((await doubts(store)).slice(2)).toEqual(['event-3 waiting 0', 'event-4 waiting 0']);
      expect(await store.show('event-3')).toMatchObject({ posts: [] });
      const again = await store.claim(lease, 'clevertap', 9, NOW, CLAIM);
      expect(again.events).toEqual(next.events);
      expect(await store.settle(lease, taken, NOW, next.ahead)).toBe(false);
    });

    test('run out, it cannot be begun, and whoever claims it next leaves no doubt behind', async () => {
      const { store, lease, next } = await startPosting();
      const again = await store.claim(lease, 'clevertap', 9, NOW + CLAIM, CLAIM);
      expect(again.events.map(({ id }) => id)).toEqual(['event-1', 'event-2', 'event-3', 'event-4']);
      expect(await store.settle(lease, [], NOW + CLAIM, next.ahead)).toBe(false);
      expect(await doubts(store)).toEqual([
        ...['event-1 claimed 1', 'event-2 claimed 1', 'event-3 claimed 0', 'event-4 claimed 0'],
      ]);
    });

    test('after a crash only what was on its way may have been counted', async () => {
      const { store } = await startPosting();
      await store.lease('two', NOW + TTL, TTL);
      expect(await doubts(store)).toEqual([
        ...['event-1 waiting 1', 'event-2 waiting 1', 'event-3 waiting 0', 'event-4 waiting 0'],
      ]);
      expect(await store.show('event-3')).toMatchObject({ posts: [] });
    });

    test('after a crash that came when it had begun, it may have been counted too', async () => {
      const { store, lease, next } = await startPosting();
      await store.settle(lease, taken, NOW, next.ahead);
      await store.lease('two', NOW + TTL, TTL);
      expect(await doubts(store)).toEqual([
        ...['event-1 delivered 0', 'event-2 delivered 0', 'event-3 waiting 1', 'event-4 waiting 1'],
      ]);
      expect(await store.show('event-1')).toMatchObject({ settledAtSeconds: NOW, posts: [{ outcome: 'delivered' }] });
    });

    test('needs the lease', async () => {
      const { store, lease, next } = await startPosting();
      await store.lease('two', NOW + TTL, TTL);
      const lost = { code: 'LEASE_LOST', exit: 75 };
      await expect(store.claimAhead(lease, 'clevertap', 1, NOW, CLAIM)).rejects.toMatchObject(lost);
      await expect(store.unclaim(lease, next.ahead, NOW)).rejects.toMatchObject(lost);
      await expect(store.settle(lease, taken, NOW, next.ahead)).rejects.toMatchObject(lost);
    });
  });
}
