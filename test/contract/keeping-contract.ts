/**
 * What every Store must do to stop a flood, and to forget without forgetting that it posted. Part of `storeContract`.
 */
import { describe, expect, test } from '@jest/globals';
import type { Lease, Settlement, Store, StoreSettings } from '../../src/outbox/outbox.ts';
import type { Event, Held } from '../../src/provenance/provenance.ts';
import { oneStore } from './one-store.ts';
import type { Start } from './one-store.ts';
import { chunkOf, CLAIM, eventOf, heldOf, NOW, outcomeOf, retryOf } from './store-values.ts';
import type { OpenedStore } from './store-values.ts';

const JANE = { who: 'jane', because: 'asked by the customer' };
const DAY = 86_400;

export function keepingContract(name: string, open: (settings?: StoreSettings) => Promise<OpenedStore>): void {
  const start = oneStore(open);

  breakerContract(name, start);
  forgettingContract(name, start);
}

function breakerContract(name: string, start: Start): void {
  let uid = 0;

  async function bounce(store: Store, lease: Lease, arrivedAt: number, more: Partial<Event> = {}): Promise<string> {
    uid += 1;
    const outcomes = [outcomeOf(uid, { receivedAtSeconds: arrivedAt })];
    const { mailbox = 'campaigns' } = more;
    const cursor = { ...chunkOf(uid).cursor, mailbox };
    await store.record(lease, chunkOf(uid, { outcomes, events: [eventOf(uid, more)], cursor }), NOW);
    return (await store.show(`event-${uid}`))?.state ?? 'none';
  }

  describe(`${name}: the breaker`, () => {
    test('stops the hard events over the limit and all hard ones after, not soft ones nor another mailbox', async () => {
      const { store, lease } = await start({ hardPerHour: 2 });
      const states: string[] = [];
      for (const seconds of [0, 10, 20]) states.push(await bounce(store, lease, NOW - 9_000 + seconds));
      states.push(await bounce(store, lease, NOW));
      expect(states).toEqual(['waiting', 'waiting', 'stopped', 'stopped']);
      expect(await bounce(store, lease, NOW - 9_000, { verdict: 'soft' })).toBe('waiting');
      expect(await bounce(store, lease, NOW - 9_000, { mailbox: 'second' })).toBe('waiting');
      expect(await store.breakers()).toEqual([{ mailbox: 'campaigns', openSinceSeconds: NOW, stopped: 2 }]);
      expect(await store.backlog()).toMatchObject({ waiting: 4, stopped: 2 });
      const { events } = await store.claim(lease, 'clevertap', 99, NOW + DAY, CLAIM);
      expect(events).toHaveLength(4);
    });

    test('counts by the hour of arrival: a week that is caught up with is no flood', async () => {
      const { store, lease } = await start({ hardPerHour: 2 });
      for (let hour = 0; hour < 20; hour += 1) {
        expect(await bounce(store, lease, NOW - hour * 1_800)).toBe('waiting');
      }
      expect(await store.breakers()).toEqual([]);
    });

    test('also stops what is proven later, and nothing where no limit is set', async () => {
      const { store, lease } = await start({ hardPerHour: 1 });
      const held: Held[] = [heldOf(801), heldOf(802)];
      await store.record(lease, chunkOf(1, { held }), NOW);
      await store.settleHeld(lease, [eventOf(801), eventOf(802)], [], NOW + 60);
      expect(await store.backlog()).toMatchObject({ waiting: 1, stopped: 1, held: 0 });
    });

    test('after a reset the stopped ones flow, who did it is kept, and counting begins afresh', async () => {
      const { store, lease } = await start({ hardPerHour: 1 });
      for (let count = 0; count < 3; count += 1) await bounce(store, lease, NOW);
      expect(await store.resetBreakers('second', JANE, NOW + 5)).toBe(0);
      expect(await store.resetBreakers('campaigns', JANE, NOW + 5)).toBe(2);
      expect(await store.breakers()).toEqual([{ mailbox: 'campaigns', stopped: 0 }]);
      expect(await store.acts({ breaker: 'campaigns' })).toEqual([
        { atSeconds: NOW + 5, act: 'reset', who: 'jane', because: 'asked by the customer' },
      ]);
      expect((await store.claim(lease, 'clevertap', 99, NOW + 5, CLAIM)).events).toHaveLength(3);
      expect(await bounce(store, lease, NOW)).toBe('waiting');
      expect(await bounce(store, lease, NOW)).toBe('stopped');
    });

    test('with the limit 0 every hard event waits for a person', async () => {
      const { store, lease } = await start({ hardPerHour: 0 });
      expect(await bounce(store, lease, NOW)).toBe('stopped');
      expect(await bounce(store, lease, NOW, { verdict: 'soft' })).toBe('waiting');
    });
  });
}

function forgettingContract(name: string, start: Start): void {
  /** Everything settled at NOW, with a cursor far above, and time gone by. */
  async function settled(...settlements: Settlement[]): Promise<{ store: Store; lease: Lease }> {
    const { store, lease } = await start();
    const uids = settlements.map((_, index) => index + 1);
    const outcomes = [...uids.map(uid => outcomeOf(uid)), outcomeOf(90, { kind: 'ordinary', eventIds: [] })];
    const events = uids.map(uid => eventOf(uid));
    await store.record(lease, chunkOf(90, { outcomes, events, held: [heldOf(50)] }), NOW);
    await store.claim(lease, 'clevertap', 99, NOW, CLAIM);
    await store.settle(lease, settlements, NOW);
    await store.record(lease, chunkOf(5_000), NOW);
    return { store, lease };
  }

  async function pruneAll(store: Store, lease: Lease, beforeSeconds: number): Promise<number> {
    let rows = 0;
    for (let gone = 1; gone > 0; rows += gone) gone = await store.prune(lease, beforeSeconds, 2);
    return rows;
  }

  describe(`${name}: forgetting`, () => {
    test('never what waits, is held or dead; and only what is old enough', async () => {
      const buried: Settlement = { id: 'event-2', as: 'buried', because: 'HTTP 400' };
      const { store, lease } = await settled({ id: 'event-1', as: 'delivered' }, buried, retryOf('event-3', NOW));
      expect(await pruneAll(store, lease, NOW)).toBe(0);
      expect(await pruneAll(store, lease, NOW + 1)).toBe(3);
      expect(await store.backlog()).toMatchObject({ delivered: 0, dead: 1, waiting: 1, held: 1 });
      expect((await store.show('event-2'))?.message?.verdicts).toHaveLength(1);
      expect(await store.show('event-1')).toBeUndefined();
    });

    test.each([
      ['the same mail in the same folder', outcomeOf(1), eventOf(1)],
      [
        'known by its digest alone',
        outcomeOf(1, { identity: { digest: 'digest-1' }, eventIds: ['x'] }),
        eventOf(1, { id: 'x' }),
      ],
      [
        'known by its Gmail id alone',
        outcomeOf(1, { identity: { gmailId: '771', digest: 'y' }, eventIds: ['x'] }),
        eventOf(1, { id: 'x' }),
      ],
      ['known by its event alone', outcomeOf(7, { eventIds: ['event-1'] }), eventOf(1)],
    ])('a mail that gave an event gives none again: %s', async (_how, outcome, event) => {
      const { store, lease } = await settled({ id: 'event-1', as: 'delivered' });
      await pruneAll(store, lease, NOW + 1);
      const cursor = { ...chunkOf(3).cursor, folder: 'INBOX', uidValidity: 99 };
      const again = await store.record(lease, chunkOf(3, { outcomes: [outcome], events: [event], cursor }), NOW + DAY);
      expect(again.newEventIds).toEqual([]);
      const asHeld = chunkOf(3, { outcomes: [outcome], held: [{ ...heldOf(1), id: event.id }], cursor });
      expect((await store.record(lease, asHeld, NOW + DAY)).newHeldIds).toEqual([]);
    });

    test('what it learns of a remembered mail it remembers too', async () => {
      const { store, lease } = await settled({ id: 'event-1', as: 'delivered' });
      await pruneAll(store, lease, NOW + 1);
      const record = async (identity: { gmailId?: string; digest: string }): Promise<readonly string[]> => {
        const outcomes = [outcomeOf(1, { identity, eventIds: ['x'] })];
        return (await store.record(lease, chunkOf(3, { outcomes, events: [eventOf(1, { id: 'x' })] }), NOW))
          .newEventIds;
      };
      expect(await record({ gmailId: '5', digest: 'digest-1' })).toEqual([]);
      expect(await record({ gmailId: '5', digest: 'other' })).toEqual([]);
      expect(await record({ gmailId: '6', digest: 'new' })).toEqual(['x']);
    });

    test('mails just below the cursor stay whole: they are read again after each start', async () => {
      const { store, lease } = await start();
      await store.record(lease, chunkOf(90, { outcomes: [outcomeOf(90, { eventIds: [] })] }), NOW);
      expect(await pruneAll(store, lease, NOW + DAY)).toBe(0);
      const again = await store.record(lease, chunkOf(90, { outcomes: [outcomeOf(90)] }), NOW + DAY);
      expect(again.newUids).toEqual([]);
    });

    test('needs the lease', async () => {
      const { store, lease } = await start();
      await store.release(lease);
      await expect(store.prune(lease, NOW, 1)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    });
  });
}
