/**
 * What every Store must do, whatever keeps it: mails that are read once more. Part of `storeContract`.
 */
import { describe, expect, test } from '@jest/globals';
import type { Rereading } from '../../src/outbox/outbox.ts';
import { addressKey } from '../../src/shared/address.ts';
import { oneStore } from './one-store.ts';
import { chunkOf, CLAIM, eventOf, heldOf, NOW, outcomeOf, verdictOf } from './store-values.ts';
import type { OpenedStore } from './store-values.ts';

const PLACE = chunkOf(0).cursor;
const NOTHING = { kind: 'ordinary', because: 'no reader knows it as a report', verdicts: [], eventIds: [] } as const;
const PUZZLE = { ...NOTHING, puzzling: true } as const;
const DAY = 86_400;

function again(more: Partial<Rereading> = {}): Rereading {
  return { place: PLACE, outcomes: [outcomeOf(1)], events: [eventOf(1)], held: [], readBy: '2.0.0', ...more };
}

export function rereadingContract(name: string, open: () => Promise<OpenedStore>): void {
  const start = oneStore(open);

  describe(`${name}: a mail that is read once more`, () => {
    test('and that gave nothing before gives its event, once, and is recorded as what it is now', async () => {
      const { store, lease } = await start();
      await store.record(lease, chunkOf(1, { outcomes: [outcomeOf(1, PUZZLE)] }), NOW);
      const first = await store.recordAgain(again(), NOW + 5);
      const before = { kind: 'ordinary', verdicts: [], recordedAtSeconds: NOW };
      expect(first.mails).toEqual([{ uid: 1, result: 'known', before, newEventIds: ['event-1'], newHeldIds: [] }]);
      const second = await store.recordAgain(again(), NOW + 6);
      expect(second.mails).toMatchObject([{ result: 'known', newEventIds: [], newHeldIds: [] }]);
      expect(await store.backlog()).toMatchObject({ waiting: 1 });
      const [trace] = await store.trace({ address: 'customer1@example.com' }, 9);
      expect(trace).toMatchObject({ mail: { kind: 'failure', verdicts: [verdictOf('customer1@example.com')] } });
      expect(trace?.events).toHaveLength(1);
    });

    test('is found by what it names only now', async () => {
      const { store, lease } = await start();
      await store.record(lease, chunkOf(1, { outcomes: [outcomeOf(1, PUZZLE)] }), NOW);
      const late = { kind: 'delay', originalMessageIds: ['late@shop.example'], verdicts: [], eventIds: [] } as const;
      await store.recordAgain(again({ outcomes: [outcomeOf(1, late)], events: [] }), NOW + 5);
      expect(await store.trace({ messageId: 'late@shop.example' }, 9)).toMatchObject([{ mail: { kind: 'delay' } }]);
    });

    test('and was never read is recorded like any other; the cursor stays', async () => {
      const { store, lease } = await start();
      await store.record(lease, chunkOf(7), NOW);
      const { mails } = await store.recordAgain(again({ place: { ...PLACE, lastUid: 99 } }), NOW);
      expect(mails).toMatchObject([{ result: 'new', newEventIds: ['event-1'] }]);
      expect(await store.cursor('campaigns', 'All Mail')).toEqual(chunkOf(7).cursor);
      const recorded = await store.record(lease, chunkOf(8, { outcomes: [outcomeOf(1)], events: [eventOf(1)] }), NOW);
      expect(recorded).toEqual({ newUids: [], newEventIds: [], newHeldIds: [] });
    });

    test('gives no second event where the verdict has become another, nor under another id; what was told stays', async () => {
      const { store, lease } = await start();
      const soft = { ...verdictOf('customer1@example.com'), verdict: 'soft', reason: 'mailboxFull' } as const;
      const chunk = { outcomes: [outcomeOf(1, { verdicts: [soft] })], events: [eventOf(1, { verdict: 'soft' })] };
      await store.record(lease, chunkOf(1, chunk), NOW);
      for (const id of ['event-1', 'event-of-another-digest']) {
        const outcomes = [outcomeOf(1, { eventIds: [id] })];
        const { mails } = await store.recordAgain(again({ outcomes, events: [eventOf(1, { id })] }), NOW);
        expect(mails).toMatchObject([{ newEventIds: [], before: { verdicts: [{ verdict: 'soft' }] } }]);
      }
      const { events } = await store.claim(lease, 'clevertap', 9, NOW, CLAIM);
      expect(events.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual(['event-1 soft']);
      const [trace] = await store.trace({ address: 'customer1@example.com' }, 9);
      expect(trace?.mail?.verdicts).toEqual([soft]);
    });

    test('gives no event beside one that is held, under any of its names', async () => {
      const { store, lease } = await start();
      await store.record(lease, chunkOf(1, { outcomes: [outcomeOf(1)], held: [heldOf(1)] }), NOW);
      const outcomes = [outcomeOf(1, { eventIds: ['event-1', 'alias'] })];
      const alias = eventOf(1, { id: 'alias', address: 'ALIAS1@example.org' });
      const { mails } = await store.recordAgain(again({ outcomes, events: [eventOf(1), alias] }), NOW);
      expect(mails).toMatchObject([{ newEventIds: [], newHeldIds: [] }]);
      expect(await store.backlog()).toMatchObject({ waiting: 0, held: 1 });
    });

    test('gives the recipient that was overlooked, beside the one that was told', async () => {
      const { store, lease } = await start();
      await store.record(lease, chunkOf(1, { outcomes: [outcomeOf(1)], events: [eventOf(1)] }), NOW);
      const both = ['customer1@example.com', 'second@example.com'];
      const second = eventOf(2, { address: 'second@example.com' });
      const outcomes = [outcomeOf(1, { verdicts: both.map(verdictOf), eventIds: ['event-1', 'event-2'] })];
      const { mails } = await store.recordAgain(again({ outcomes, events: [eventOf(1), second] }), NOW);
      expect(mails).toMatchObject([{ newEventIds: ['event-2'] }]);
      const [trace] = await store.trace({ address: 'second@example.com' }, 9);
      expect(trace?.mail?.verdicts.map(({ recipient }) => addressKey(recipient)).sort()).toEqual(both);
    });

    test('after its event was forgotten gives none again', async () => {
      const { store, lease } = await start();
      await store.record(lease, chunkOf(1, { outcomes: [outcomeOf(1)], events: [eventOf(1)] }), NOW);
      await store.claim(lease, 'clevertap', 9, NOW, CLAIM);
      await store.settle(lease, [{ id: 'event-1', as: 'delivered' }], NOW);
      await store.prune(lease, NOW + 1, 100);
      const { mails } = await store.recordAgain(again(), NOW + 2);
      expect(mails).toMatchObject([{ result: 'forgotten', newEventIds: [] }]);
      expect(await store.backlog()).toMatchObject({ waiting: 0 });
    });

    test('in a rehearsal is told the same, and nothing stays', async () => {
      const { store, lease } = await start();
      await store.record(lease, chunkOf(1, { outcomes: [outcomeOf(1, PUZZLE)] }), NOW);
      const rehearsed = await store.recordAgain(again(), NOW, true);
      expect(await store.backlog()).toMatchObject({ waiting: 0 });
      expect(await store.recordAgain(again(), NOW)).toEqual(rehearsed);
    });

    test('counts for the breaker like any other', async () => {
      const { store } = await start();
      store.adopt({ hardPerHour: 2 });
      const numbers = [1, 2, 3, 4];
      const outcomes = numbers.map(n => outcomeOf(n, { receivedAtSeconds: NOW }));
      await store.recordAgain(again({ outcomes, events: numbers.map(n => eventOf(n)) }), NOW);
      expect(await store.backlog()).toMatchObject({ waiting: 2, stopped: 2 });
    });
  });

  describe(`${name}: puzzles`, () => {
    test('are found by another version, once, and no more when they are understood', async () => {
      const { store, lease } = await start();
      const outcomes = [outcomeOf(1, PUZZLE), outcomeOf(2, PUZZLE), outcomeOf(3, NOTHING), outcomeOf(4)];
      await store.record(lease, chunkOf(4, { outcomes, readBy: '1.0.0' }), NOW);
      const uids = async (version: string, more = {}): Promise<number[]> =>
        (await store.puzzles({ ...PLACE, ...more }, version, 0, NOW, 9)).map(({ uid }) => uid);
      expect(await uids('1.0.0')).toEqual([]);
      expect(await uids('2.0.0', { uidValidity: 8 })).toEqual([]);
      const puzzles = await store.puzzles(PLACE, '2.0.0', 0, NOW, 9);
      expect(puzzles.map(({ uid }) => uid)).toEqual([1, 2]);
      expect(await store.puzzles(PLACE, '2.0.0', NOW + 1, NOW, 9)).toEqual([]);
      // The second is gone from the mailbox: sought all the same.
      await store.recordAgain(again({ looked: puzzles.map(({ id }) => id) }), NOW);
      expect(await uids('2.0.0')).toEqual([]);
      expect(await uids('3.0.0')).toEqual([2]);
    });

    test('that could not be had are sought once a day for two weeks, and give way to the mail itself', async () => {
      const { store, lease } = await start();
      const standIn = outcomeOf(1, { kind: 'unreadable', identity: { digest: 'place' }, verdicts: [], puzzling: true });
      await store.record(lease, chunkOf(1, { outcomes: [standIn], readBy: '1.0.0' }), NOW);
      const found = async (seconds: number): Promise<number> =>
        (await store.puzzles(PLACE, '1.0.0', 0, NOW + seconds, 9)).length;
      expect([await found(DAY - 1), await found(DAY), await found(15 * DAY)]).toEqual([0, 1, 0]);
      const [puzzle] = await store.puzzles(PLACE, '1.0.0', 0, NOW + DAY, 9);
      const looked = [puzzle?.id ?? 0];
      await store.recordAgain(again({ outcomes: [standIn], events: [], looked, readBy: '1.0.0' }), NOW + DAY);
      expect([await found(2 * DAY - 1), await found(2 * DAY)]).toEqual([0, 1]);
      const { mails } = await store.recordAgain(again({ looked }), NOW + 2 * DAY);
      expect(mails).toMatchObject([{ result: 'new', newEventIds: ['event-1'] }]);
      expect(await found(4 * DAY)).toBe(0);
      expect(await store.overview(0, NOW)).toMatchObject({ mails: 1, unreadable: 0 });
    });
  });
}
