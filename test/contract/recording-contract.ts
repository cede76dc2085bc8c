/**
 * What every Store must do, whatever keeps it: recording chunks of mail. Part of `storeContract`.
 */
import { describe, expect, test } from '@jest/globals';
import type { Lease, MessageOutcome, Store } from '../../src/outbox/outbox.ts';
import { oneStore } from './one-store.ts';
import { chunkOf, CLAIM, eventOf, heldOf, NOW, outcomeOf } from './store-values.ts';
import type { OpenedStore } from './store-values.ts';

export function recordingContract(name: string, open: () => Promise<OpenedStore>): void {
  const start = oneStore(open);

  async function claimed(store: Store, lease: Lease, nowSeconds = NOW, limit = 100): Promise<string[]> {
    const { events } = await store.claim(lease, 'clevertap', limit, nowSeconds, CLAIM);
    return events.map(({ id }) => id);
  }

  describe(`${name}: recording`, () => {
    test('the cursor of each folder is what the last recorded chunk says, also after a new UIDVALIDITY', async () => {
      const { store, lease } = await start();
      expect(await store.cursor('campaigns', 'All Mail')).toBeUndefined();
      await store.record(lease, chunkOf(20), NOW);
      const other = { mailbox: 'campaigns', folder: 'INBOX', uidValidity: 7, lastUid: 3 };
      await store.record(lease, chunkOf(3, { cursor: other }), NOW);
      expect(await store.cursor('campaigns', 'All Mail')).toEqual(chunkOf(20).cursor);
      const renewed = { ...chunkOf(5).cursor, uidValidity: 8 };
      await store.record(lease, chunkOf(5, { cursor: renewed }), NOW);
      expect(await store.cursor('campaigns', 'All Mail')).toEqual(renewed);
      expect(await store.cursor('campaigns', 'INBOX')).toEqual(other);
      expect(await store.cursor('other', 'INBOX')).toBeUndefined();
    });

    test('tells which messages, events and held events were new', async () => {
      const { store, lease } = await start();
      const chunk = chunkOf(2, {
        outcomes: [outcomeOf(1), outcomeOf(2, { kind: 'ordinary', verdicts: [], eventIds: [] })],
        events: [eventOf(1)],
        held: [heldOf(9)],
      });
      const first = await store.record(lease, chunk, NOW);
      expect(first).toEqual({ newUids: [1, 2], newEventIds: ['event-1'], newHeldIds: ['event-9'] });
      const again = await store.record(lease, chunk, NOW + 1);
      expect(again).toEqual({ newUids: [], newEventIds: [], newHeldIds: [] });
      expect(await store.backlog()).toMatchObject({ waiting: 1, held: 1 });
    });

    test.each([
      ["Gmail's id, from another folder and with another digest", { gmailId: '771', digest: 'another' }],
      ['its digest, where there is no Gmail id', { digest: 'digest-1' }],
      ['its digest, with another Gmail id', { gmailId: '990', digest: 'digest-1' }],
    ])('a message is known again by %s, and gives no second event', async (_how, identity) => {
      const { store, lease } = await start();
      await store.record(lease, chunkOf(1, { outcomes: [outcomeOf(1)], events: [eventOf(1)] }), NOW);
      const copy = outcomeOf(50, { identity, eventIds: ['event-50'] });
      const chunk = chunkOf(50, {
        outcomes: [copy],
        events: [eventOf(50, { address: 'customer1@example.com' })],
        cursor: { ...chunkOf(50).cursor, folder: 'INBOX', uidValidity: 99 },
      });
      const recorded = await store.record(lease, chunk, NOW);
      expect(recorded).toEqual({ newUids: [], newEventIds: [], newHeldIds: [] });
      expect(await claimed(store, lease)).toEqual(['event-1']);
    });

    test('a message that was known by one identity is known by what it showed of the other too', async () => {
      const { store, lease } = await start();
      const record = async (uid: number, identity: MessageOutcome['identity']): Promise<readonly number[]> => {
        const outcomes = [outcomeOf(uid, { identity, eventIds: [] })];
        return (await store.record(lease, chunkOf(uid, { outcomes }), NOW)).newUids;
      };
      expect(await record(1, { digest: 'a' })).toEqual([1]);
      expect(await record(2, { gmailId: '5', digest: 'a' })).toEqual([]);
      expect(await record(3, { gmailId: '5', digest: 'b' })).toEqual([]);
      expect(await record(4, { digest: 'b' })).toEqual([]);
      expect(await record(5, { gmailId: '6', digest: 'c' })).toEqual([5]);
    });

    test('the same mail in another mailbox is another message', async () => {
      const { store, lease } = await start();
      await store.record(lease, chunkOf(1, { outcomes: [outcomeOf(1)] }), NOW);
      const cursor = { ...chunkOf(1).cursor, mailbox: 'second' };
      const recorded = await store.record(lease, chunkOf(1, { cursor, outcomes: [outcomeOf(1)] }), NOW);
      expect(recorded.newUids).toEqual([1]);
    });

    test('the same mail twice in one chunk is one message with its event', async () => {
      const { store, lease } = await start();
      const twice = [outcomeOf(1), { ...outcomeOf(1), uid: 2 }];
      const recorded = await store.record(
        lease,
        chunkOf(2, { outcomes: twice, events: [eventOf(1), eventOf(1)] }),
        NOW,
      );
      expect(recorded).toEqual({ newUids: [1], newEventIds: ['event-1'], newHeldIds: [] });
    });

    test('in one chunk too, a message is known by what an earlier mail showed of either identity', async () => {
      const { store, lease } = await start();
      const identities = [
        { digest: 'a' },
        { gmailId: '5', digest: 'a' },
        { gmailId: '5', digest: 'b' },
        { digest: 'b' },
        { gmailId: '6', digest: 'c' },
      ];
      const outcomes = identities.map((identity, index) => outcomeOf(index + 1, { identity }));
      const events = outcomes.map(({ uid }) => eventOf(uid));
      const recorded = await store.record(lease, chunkOf(5, { outcomes, events }), NOW);
      expect(recorded).toMatchObject({ newUids: [1, 5], newEventIds: ['event-1', 'event-5'] });
      expect((await store.record(lease, chunkOf(5, { outcomes, events }), NOW)).newUids).toEqual([]);
    });

    test('of a long chunk too, also far behind the first', async () => {
      const { store, lease } = await start();
      await store.record(lease, chunkOf(1_500, { outcomes: [outcomeOf(1_500)], events: [eventOf(1_500)] }), NOW);
      const uids = Array.from({ length: 1_600 }, (_, index) => index + 1);
      const copies = [3, 700, 1_599].map((uid, index) => ({ ...outcomeOf(uid), uid: 2_001 + index }));
      const outcomes = [...uids.map(uid => outcomeOf(uid)), ...copies];
      const events = [...uids, 3, 700, 1_599].map(uid => eventOf(uid));
      const recorded = await store.record(lease, chunkOf(2_003, { outcomes, events }), NOW);
      const fresh = uids.filter(uid => uid !== 1_500);
      expect(recorded.newUids).toEqual(fresh);
      expect(recorded.newEventIds).toEqual(fresh.map(uid => `event-${uid}`));
      expect(await store.backlog()).toMatchObject({ waiting: 1_600 });
    });

    test('a name that is taken stays with the message that had it first', async () => {
      const { store, lease } = await start();
      const record = async (uid: number, identity: MessageOutcome['identity']): Promise<readonly number[]> => {
        const outcomes = [outcomeOf(uid, { identity })];
        return (await store.record(lease, chunkOf(uid, { outcomes, events: [eventOf(uid)] }), NOW)).newUids;
      };
      expect(await record(1, { gmailId: '1', digest: 'a' })).toEqual([1]);
      expect(await record(2, { gmailId: '2', digest: 'b' })).toEqual([2]);
      expect(await record(3, { gmailId: '1', digest: 'b' })).toEqual([]);
      expect(await claimed(store, lease)).toEqual(['event-1', 'event-2']);
    });

    test('two events of one message for one address, however spelled, are one', async () => {
      const { store, lease } = await start();
      const outcomes = [outcomeOf(1, { eventIds: ['event-1', 'event-2'] })];
      const events = [
        eventOf(1, { address: 'Jane@Example.com' }),
        eventOf(2, { address: 'jane@example.COM', verdict: 'soft' }),
      ];
      const recorded = await store.record(lease, chunkOf(1, { outcomes, events }), NOW);
      expect(recorded.newEventIds).toEqual(['event-1']);
      expect(await claimed(store, lease)).toEqual(['event-1']);
    });

    test('a later bounce of the same address is a new event', async () => {
      const { store, lease } = await start();
      const address = 'jane@example.com';
      await store.record(lease, chunkOf(1, { outcomes: [outcomeOf(1)], events: [eventOf(1, { address })] }), NOW);
      await store.record(lease, chunkOf(2, { outcomes: [outcomeOf(2)], events: [eventOf(2, { address })] }), NOW);
      expect(await claimed(store, lease)).toEqual(['event-1', 'event-2']);
    });

    test('all of a chunk or nothing of it', async () => {
      const { store, lease } = await start();
      await store.record(lease, chunkOf(1), NOW);
      // Not a verdict that any engine may accept: the failure comes after the outcomes and the first event.
      const broken = eventOf(3, { verdict: 'maybe' as 'hard' });
      const outcomes = [outcomeOf(2), outcomeOf(3)];
      const chunk = chunkOf(3, { outcomes, events: [eventOf(2), broken], skipped: 4 });
      await expect(store.record(lease, chunk, NOW)).rejects.toThrow();
      expect(await store.cursor('campaigns', 'All Mail')).toEqual(chunkOf(1).cursor);
      expect(await store.backlog()).toMatchObject({ waiting: 0 });
      const retried = await store.record(lease, { ...chunk, events: [eventOf(2), eventOf(3)] }, NOW);
      expect(retried).toMatchObject({ newUids: [2, 3], newEventIds: ['event-2', 'event-3'] });
    });
  });
}
