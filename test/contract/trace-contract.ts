/**
 * What every Store must tell of a customer or of a Message-ID: each mail that speaks of it, and what it led to. Part of
 * `storeContract`.
 */
import { describe, expect, test } from '@jest/globals';
import type { Lease, Settlement, Store, StoreSettings } from '../../src/outbox/outbox.ts';
import { oneStore } from './one-store.ts';
import { chunkOf, CLAIM, eventOf, heldOf, NOW, outcomeOf, retryOf, TTL, verdictOf } from './store-values.ts';
import type { OpenedStore } from './store-values.ts';

const DAY = 86_400;

export function traceContract(name: string, open: (settings?: StoreSettings) => Promise<OpenedStore>): void {
  const start = oneStore(open);

  async function post(store: Store, lease: Lease, settlement: Settlement, atSeconds: number): Promise<void> {
    await store.claim(lease, 'clevertap', 9, atSeconds, CLAIM);
    await store.settle(lease, [settlement], atSeconds);
  }

  /** The UIDs of the mails that are told. */
  async function uidsOf(store: Store, asked: Parameters<Store['trace']>[0], limit = 9): Promise<unknown[]> {
    return (await store.trace(asked, limit)).map(({ mail }) => mail?.uid);
  }

  describe(`${name}: what is known of a customer or a mail`, () => {
    test('each mail that names the address however spelled, with evidence, events and looked-up ids', async () => {
      const { store, lease } = await start();
      const ids = { messageId: 'bounce-1@mx.example', originalMessageIds: ['campaign-1@shop.example'] };
      const outcomes = [
        outcomeOf(1, ids),
        outcomeOf(2),
        // Not posted, all the same recorded; and an alias that only the report names.
        outcomeOf(3, { verdicts: [verdictOf('Customer1@EXAMPLE.com')], eventIds: [], because: 'older than max_age' }),
        outcomeOf(4, {
          verdicts: [{ ...verdictOf('other@example.com'), names: ['other@example.com', 'a1@b.example'] }],
        }),
      ];
      await store.record(lease, chunkOf(4, { outcomes, events: [eventOf(1)], held: [heldOf(2)] }), NOW);
      const found = await store.trace({ address: 'CUSTOMER1@example.com' }, 9);
      expect(found).toMatchObject([
        {
          mail: { mailbox: 'campaigns', folder: 'All Mail', uid: 1, recordedAtSeconds: NOW, reader: 'rfc3464', ...ids },
          events: [{ ...eventOf(1), state: 'waiting', queuedAtSeconds: NOW, posts: [], acts: [] }],
        },
        { mail: { uid: 3, because: 'older than max_age' }, events: [] },
      ]);
      expect(found[0]?.mail?.verdicts).toEqual(outcomes[0]!.verdicts);
      expect(await uidsOf(store, { address: 'a1@b.example' })).toEqual([4]);
      expect(await uidsOf(store, { address: 'customer1@example.org' })).toEqual([]);
    });

    test('the customer of a mail that was passed on, whom the report does not name', async () => {
      const { store, lease } = await start();
      const outcomes = [outcomeOf(1, { verdicts: [verdictOf('elsewhere@example.net')] })];
      await store.record(lease, chunkOf(1, { outcomes, events: [eventOf(1)] }), NOW);
      expect(await uidsOf(store, { address: eventOf(1).address })).toEqual([1]);
      expect(await uidsOf(store, { address: 'elsewhere@example.net' })).toEqual([1]);
    });

    test('the mails that are, or speak of, the one with this Message-ID; the last ones where there are many', async () => {
      const { store, lease } = await start();
      const outcomes = [1, 2, 3].map(uid =>
        outcomeOf(uid, { messageId: `bounce-${uid}@mx.example`, originalMessageIds: ['campaign@shop.example'] }),
      );
      await store.record(lease, chunkOf(3, { outcomes }), NOW);
      expect(await uidsOf(store, { messageId: 'bounce-2@mx.example' })).toEqual([2]);
      expect(await uidsOf(store, { messageId: 'campaign@shop.example' })).toEqual([1, 2, 3]);
      expect(await uidsOf(store, { messageId: 'campaign@shop.example' }, 2)).toEqual([2, 3]);
      // An address is no Message-ID, nor the other way round.
      expect(await uidsOf(store, { messageId: 'customer1@example.com' })).toEqual([]);
      expect(await uidsOf(store, { address: 'bounce-2@mx.example' })).toEqual([]);
    });

    test('each request with its answer; in a row those with the same one are told as one', async () => {
      const { store, lease } = await start();
      await store.record(lease, chunkOf(1, { outcomes: [outcomeOf(1)], events: [eventOf(1)] }), NOW);
      const lost = { because: 'no answer (ECONNRESET)', ambiguous: true };
      await post(store, lease, retryOf('event-1', NOW), NOW);
      await post(store, lease, retryOf('event-1', NOW), NOW + 60);
      await post(store, lease, retryOf('event-1', NOW, lost), NOW + 120);
      await post(store, lease, { id: 'event-1', as: 'delivered', because: 'HTTP 200' }, NOW + 180);
      expect((await store.show('event-1'))?.posts).toEqual([
        { firstAtSeconds: NOW, lastAtSeconds: NOW + 60, times: 2, outcome: 'failed', answer: 'HTTP 503' },
        ...[
          { at: NOW + 120, outcome: 'unclear', answer: 'no answer (ECONNRESET)' },
          { at: NOW + 180, outcome: 'delivered', answer: 'HTTP 200' },
        ].map(({ at, ...rest }) => ({ firstAtSeconds: at, lastAtSeconds: at, times: 1, ...rest })),
      ]);
      // Not claimed any more: nothing was posted.
      await store.settle(lease, [{ id: 'event-1', as: 'delivered', because: 'HTTP 200' }], NOW + 240);
      expect((await store.show('event-1'))?.posts).toHaveLength(3);
    });

    test('a request whose end nobody saw, after a crash', async () => {
      const { store, lease } = await start();
      await store.record(lease, chunkOf(1, { events: [eventOf(1), eventOf(2)] }), NOW);
      await store.claim(lease, 'clevertap', 1, NOW, CLAIM);
      await store.lease('two', NOW + TTL, TTL);
      expect((await store.show('event-1'))?.posts).toMatchObject([{ outcome: 'unclear', lastAtSeconds: NOW + TTL }]);
      expect((await store.show('event-2'))?.posts).toEqual([]);
    });

    test('of a request that fails for weeks with ever new words, the last ones', async () => {
      const { store, lease } = await start();
      await store.record(lease, chunkOf(1, { events: [eventOf(1)] }), NOW);
      for (let n = 1; n <= 50; n += 1) {
        await post(store, lease, retryOf('event-1', NOW, { because: `HTTP 503: ${n}` }), NOW + n);
      }
      const answers = (await store.show('event-1'))?.posts.map(({ answer }) => answer);
      expect(answers?.length).toBeLessThanOrEqual(20);
      expect(answers?.at(-1)).toBe('HTTP 503: 50');
    });

    test('nothing any more once it is forgotten; the mail lives as long as one of its events', async () => {
      const { store, lease } = await start();
      const outcome = outcomeOf(1, { messageId: 'bounce-1@mx.example', eventIds: ['event-1', 'event-2'] });
      const cursor = { ...chunkOf(1).cursor, lastUid: 9_999 };
      await store.record(lease, chunkOf(1, { cursor, outcomes: [outcome], events: [eventOf(1), eventOf(2)] }), NOW);
      await post(store, lease, { id: 'event-1', as: 'delivered' }, NOW);
      await store.prune(lease, NOW + DAY, 9);
      expect((await store.trace({ messageId: 'bounce-1@mx.example' }, 9))[0]?.events).toMatchObject([
        { id: 'event-2' },
      ]);
      await store.settle(lease, [{ id: 'event-2', as: 'delivered' }], NOW);
      await store.prune(lease, NOW + DAY, 9);
      expect(await store.trace({ messageId: 'bounce-1@mx.example' }, 9)).toEqual([]);
      expect(await store.trace({ address: eventOf(1).address }, 9)).toEqual([]);
    });

    test('listed by verdict and by when it was settled', async () => {
      const { store, lease } = await start();
      const events = [eventOf(1), eventOf(2, { verdict: 'soft' }), eventOf(3)];
      await store.record(lease, chunkOf(1, { events }), NOW);
      await store.claim(lease, 'clevertap', 9, NOW, CLAIM);
      await store.settle(lease, [{ id: 'event-1', as: 'delivered' }], NOW);
      const later = ['event-2', 'event-3'].map(id => ({ id, as: 'delivered' }) as const);
      await store.settle(lease, later, NOW + 60);
      const listed = async (filter: object): Promise<string[]> =>
        (await store.list({ limit: 9, ...filter })).map(({ id }) => id);
      expect(await listed({ verdict: 'hard' })).toEqual(['event-1', 'event-3']);
      expect(await listed({ settledFromSeconds: NOW + 60 })).toEqual(['event-2', 'event-3']);
      expect(await listed({ verdict: 'hard', settledFromSeconds: NOW + 60 })).toEqual(['event-3']);
    });
  });
}
