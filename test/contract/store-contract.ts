/**
 * What every store must do, as tests: the same suite runs against each engine. Takes a way to open and reopen one.
 */
import { describe, expect, test } from '@jest/globals';
import type { ChunkRecord, Lease, MessageOutcome, Settlement, Store } from '../../src/outbox/outbox.ts';
import type { Event, Held } from '../../src/provenance/provenance.ts';

export interface StoreUnderTest {
  readonly store: Store;
  /** Opens the same data again as after a crash: the first store is not asked to close properly. */
  reopen(): Promise<Store>;
  /** Another store on the same data while the first lives; undefined where that cannot be (in memory). */
  second?(): Promise<Store>;
  dispose(): Promise<void>;
}

const NOW = 1_763_900_000;
const PLACE = { mailbox: 'campaigns', folder: 'All Mail', uidValidity: 11 };

function event(n: number, more: Partial<Event> = {}): Event {
  const address = `customer${n}@example.org`;
  return {
    ...{ id: `event-${n}`, mailbox: 'campaigns', callback: 'clevertap', address },
    ...{ verdict: 'hard', tsSeconds: NOW - n, proof: 'sent' },
    ...more,
  };
}

function held(n: number): Held {
  const { proof: _, ...rest } = event(n);
  return { ...rest, missing: 'not in Sent', originalMessageIds: [`m${n}@shop.example`], names: [rest.address] };
}

function outcome(uid: number, gmailId?: string): MessageOutcome {
  const identity = { digest: `digest-${uid}`, ...(gmailId === undefined ? {} : { gmailId }) };
  return { uid, identity, kind: 'failure', because: 'test', reader: 'rfc3464', verdicts: [] };
}

function chunk(lastUid: number, more: Partial<ChunkRecord> = {}): ChunkRecord {
  return { cursor: { ...PLACE, lastUid }, outcomes: [], events: [], held: [], skipped: 0, ...more };
}

async function leased(store: Store): Promise<Lease> {
  return store.lease('test', NOW, 30);
}

export function storeContract(name: string, open: () => Promise<StoreUnderTest>): void {
  const run = (title: string, body: (under: StoreUnderTest, store: Store) => Promise<void>): void => {
    test(title, async () => {
      const under = await open();
      try {
        await body(under, under.store);
      } finally {
        await under.dispose();
      }
    });
  };

  describe(`${name}: recording`, () => {
    run('verdicts and cursor are there after a crash, together', async (under, store) => {
      const lease = await leased(store);
      const recorded = await store.record(
        lease,
        chunk(7, { outcomes: [outcome(7)], events: [event(1)], held: [held(2)] }),
        NOW,
      );
      expect(recorded).toEqual({ newUids: [7], newEventIds: ['event-1'], newHeldIds: ['event-2'] });
      const again = await under.reopen();
      expect(await again.cursor('campaigns', 'All Mail')).toEqual({ ...PLACE, lastUid: 7 });
      expect(await again.backlog()).toMatchObject({ waiting: 1, held: 1, delivered: 0, dead: 0 });
      await again.close();
    });

    run('a chunk that fails leaves neither cursor nor events behind', async (_, store) => {
      const lease = await leased(store);
      const broken = { ...event(2), address: null } as unknown as Event;
      await expect(store.record(lease, chunk(9, { events: [event(1), broken] }), NOW)).rejects.toThrow();
      expect(await store.cursor('campaigns', 'All Mail')).toBeUndefined();
      expect(await store.backlog()).toMatchObject({ waiting: 0 });
    });

    run('a message read again, by either of its names, is not new and gives no second event', async (_, store) => {
      const lease = await leased(store);
      await store.record(lease, chunk(5, { outcomes: [outcome(5, '1790')], events: [event(1)] }), NOW);
      const sameDigest = { ...outcome(5), uid: 90 };
      const sameGmailId = { ...outcome(91, '1790') };
      const recorded = await store.record(
        lease,
        chunk(91, { outcomes: [sameDigest, sameGmailId], events: [event(1)] }),
        NOW,
      );
      expect(recorded).toEqual({ newUids: [], newEventIds: [], newHeldIds: [] });
      expect(await store.backlog()).toMatchObject({ waiting: 1 });
    });

    run('each mailbox and folder keeps its own place', async (_, store) => {
      const lease = await leased(store);
      await store.record(lease, chunk(5), NOW);
      await store.record(lease, { ...chunk(8), cursor: { ...PLACE, folder: 'INBOX', lastUid: 8 } }, NOW);
      expect((await store.cursor('campaigns', 'All Mail'))?.lastUid).toBe(5);
      expect((await store.cursor('campaigns', 'INBOX'))?.lastUid).toBe(8);
      expect(await store.cursor('other', 'INBOX')).toBeUndefined();
    });
  });

  describe(`${name}: claiming and settling`, () => {
    const filled = async (store: Store): Promise<Lease> => {
      const lease = await leased(store);
      await store.record(lease, chunk(3, { events: [event(1), event(2), event(3, { callback: 'other' })] }), NOW);
      return lease;
    };
    const claim = (store: Store, lease: Lease, now = NOW): Promise<string[]> =>
      store.claim(lease, 'clevertap', 10, now, 60).then(batch => batch.events.map(one => one.id));

    run('events of one callback come oldest first, up to the limit, and not twice', async (_, store) => {
      const lease = await filled(store);
      expect((await store.claim(lease, 'clevertap', 1, NOW, 60)).events).toMatchObject([
        { id: 'event-1', tsSeconds: NOW - 1, attempts: 0 },
      ]);
      expect(await claim(store, lease)).toEqual(['event-2']);
      expect(await claim(store, lease)).toEqual([]);
    });

    run('a claim whose holder died is claimable again with the same ts', async (under, store) => {
      await claim(store, await filled(store));
      const again = await under.reopen();
      const batch = await again.claim(await leased(again), 'clevertap', 10, NOW, 60);
      expect(batch.events.map(({ id, tsSeconds }) => [id, tsSeconds])).toEqual([
        ['event-1', NOW - 1],
        ['event-2', NOW - 2],
      ]);
      await again.close();
    });

    run('delivered, retried and buried events go where they belong', async (_, store) => {
      const lease = await filled(store);
      await store.record(lease, chunk(4, { events: [event(4)] }), NOW);
      await claim(store, lease);
      const retry: Settlement = {
        ...{ id: 'event-2', as: 'retry', nextAtSeconds: NOW + 600, because: 'HTTP 500' },
        ...{ ambiguous: false, countsAsAttempt: true },
      };
      const settled: Settlement[] = [
        { id: 'event-1', as: 'delivered' },
        retry,
        { id: 'event-4', as: 'buried', because: 'HTTP 400' },
      ];
      await store.settle(lease, settled, NOW);
      expect(await store.backlog('clevertap')).toMatchObject({
        waiting: 1,
        delivered: 1,
        dead: 1,
        nextDueSeconds: NOW + 600,
      });
      expect(await claim(store, lease, NOW + 599)).toEqual([]);
      expect((await store.claim(lease, 'clevertap', 10, NOW + 600, 60)).events).toMatchObject([
        { id: 'event-2', attempts: 1 },
      ]);
    });

    run('settling an event that is not claimed changes nothing', async (_, store) => {
      const lease = await filled(store);
      await store.settle(lease, [{ id: 'event-1', as: 'delivered' }], NOW);
      expect(await store.backlog('clevertap')).toMatchObject({ waiting: 2, delivered: 0 });
    });
  });

  describe(`${name}: held events`, () => {
    run('are due for another look after an hour, and never posted by themselves', async (_, store) => {
      const lease = await leased(store);
      await store.record(lease, chunk(1, { held: [held(1)] }), NOW);
      expect(await store.heldDue('campaigns', NOW + 3599, 10)).toEqual([]);
      expect(await store.heldDue('campaigns', NOW + 3600, 10)).toEqual([{ ...held(1), heldAtSeconds: NOW }]);
      expect((await store.claim(lease, 'clevertap', 10, NOW + 999_999, 60)).events).toEqual([]);
    });

    run('become waiting events once proven; others wait for their next look, or for a person', async (_, store) => {
      const lease = await leased(store);
      await store.record(lease, chunk(1, { held: [held(1), held(2), held(3)] }), NOW);
      const still = [
        { id: 'event-2', missing: 'still not in Sent', nextAtSeconds: NOW + 7200 },
        { id: 'event-3', missing: 'given up', nextAtSeconds: undefined },
      ];
      await store.settleHeld(lease, [event(1, { address: 'Customer1@example.org' })], still, NOW + 3600);
      const batch = await store.claim(lease, 'clevertap', 10, NOW + 3600, 60);
      expect(batch.events).toMatchObject([
        { id: 'event-1', address: 'Customer1@example.org', tsSeconds: NOW - 1, proof: 'sent' },
      ]);
      expect((await store.heldDue('campaigns', NOW + 999_999, 10)).map(one => [one.id, one.missing])).toEqual([
        ['event-2', 'still not in Sent'],
      ]);
      expect(await store.backlog()).toMatchObject({ held: 2, claimed: 1 });
    });
  });

  describe(`${name}: the right to write`, () => {
    run('is refused to a second store while the first holds it, and given when that is gone', async (under, store) => {
      if (under.second === undefined) return;
      const lease = await leased(store);
      const other = await under.second();
      await expect(other.lease('other', NOW, 30)).rejects.toMatchObject({ code: 'LEASE_HELD', exit: 75 });
      await store.release(lease);
      const next = await other.lease('other', NOW, 30);
      expect(next.fence).toBeGreaterThan(lease.fence);
      await expect(store.record(lease, chunk(1), NOW)).rejects.toMatchObject({ code: 'LEASE_LOST', exit: 75 });
      await other.close();
    });

    run('is renewed by its holder without a new fence', async (_, store) => {
      const lease = await leased(store);
      expect(await store.lease('test', NOW + 20, 30)).toEqual(lease);
    });
  });
}
