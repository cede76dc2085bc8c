/**
 * What every Store must do for an operator, whatever keeps it: listing and acts. Part of `storeContract`.
 */
import { describe, expect, test } from '@jest/globals';
import type { Act, EventState, Lease, Settlement, Store, StoreSettings } from '../../src/outbox/outbox.ts';
import { oneStore } from './one-store.ts';
import { chunkOf, CLAIM, eventOf, heldOf, NOW, outcomeOf, retryOf } from './store-values.ts';
import type { OpenedStore } from './store-values.ts';

const JANE = { who: 'jane', because: 'asked by the customer' };

export function operatorContract(name: string, open: (settings?: StoreSettings) => Promise<OpenedStore>): void {
  const start = oneStore(open);

  /** One event in each state, by the state's name. */
  async function startWithAll(): Promise<{ store: Store; lease: Lease; ids: Record<EventState, string> }> {
    const { store, lease } = await start({ hardPerHour: 5 });
    const address = 'twin@example.com';
    const outcomes = [
      ...[1, 2, 3, 4, 5, 6, 9].map(uid => outcomeOf(uid)),
      outcomeOf(7, { eventIds: ['event-7', 'event-8'] }),
    ];
    const events = [1, 2, 3, 4, 5, 6].map(n => eventOf(n));
    await store.record(lease, chunkOf(9, { outcomes, events, held: [heldOf(7), heldOf(8), heldOf(9)] }), NOW);
    const proven = [eventOf(7, { address, verdict: 'soft' }), eventOf(8, { address, verdict: 'soft' })];
    await store.claim(lease, 'clevertap', 4, NOW, CLAIM);
    await store.settleHeld(lease, proven, [], NOW);
    const settlements: Settlement[] = [
      { id: 'event-1', as: 'delivered' },
      { id: 'event-2', as: 'buried', because: 'HTTP 400: Invalid email format' },
      retryOf('event-3', NOW + 600),
    ];
    await store.settle(lease, settlements, NOW);
    await store.act('drop', ['event-7'], JANE, NOW);
    const ids = { delivered: 'event-1', dead: 'event-2', waiting: 'event-3', claimed: 'event-4', stopped: 'event-6' };
    return { store, lease, ids: { ...ids, dropped: 'event-7', duplicate: 'event-8', held: 'event-9' } };
  }

  async function idsOf(store: Store, filter: Partial<Parameters<Store['list']>[0]>): Promise<string[]> {
    return (await store.list({ limit: 100, ...filter })).map(({ id }) => id);
  }

  async function stateOf(store: Store, id: string): Promise<EventState | undefined> {
    return (await store.show(id))?.state;
  }

  describe(`${name}: listing`, () => {
    test('by state, mailbox, callback, address however spelled, and the beginning of the id', async () => {
      const { store, lease } = await start();
      const events = [
        eventOf(1, { mailbox: 'second', address: 'Jane@Example.com' }),
        eventOf(2, { callback: 'other' }),
        eventOf(30),
        eventOf(31),
      ];
      await store.record(lease, chunkOf(1, { events, held: [heldOf(5)] }), NOW);
      expect(await idsOf(store, {})).toEqual(['event-1', 'event-2', 'event-30', 'event-31', 'event-5']);
      expect(await idsOf(store, { states: ['held'] })).toEqual(['event-5']);
      expect(await idsOf(store, { states: ['held', 'dead'], mailbox: 'second' })).toEqual([]);
      expect(await idsOf(store, { mailbox: 'second' })).toEqual(['event-1']);
      expect(await idsOf(store, { callback: 'other' })).toEqual(['event-2']);
      expect(await idsOf(store, { address: 'jane@EXAMPLE.com' })).toEqual(['event-1']);
      expect(await idsOf(store, { idPrefix: 'event-3' })).toEqual(['event-30', 'event-31']);
      expect(await idsOf(store, { idPrefix: 'event%' })).toEqual([]);
    });

    test('page by page, each event once', async () => {
      const { store, lease } = await start();
      await store.record(lease, chunkOf(1, { events: [1, 2, 3].map(n => eventOf(n)) }), NOW);
      const first = await store.list({ limit: 2 });
      const second = await store.list({ limit: 2, afterSeq: first.at(-1)!.seq });
      expect([...first, ...second].map(({ id }) => id)).toEqual(['event-1', 'event-2', 'event-3']);
    });

    test('tells the next try, the last answer, the tries, and whether it may have been counted', async () => {
      const { store, lease } = await start();
      await store.record(lease, chunkOf(1, { events: [eventOf(1)] }), NOW);
      await store.claim(lease, 'clevertap', 9, NOW, CLAIM);
      const answer = retryOf('event-1', NOW + 600, { because: 'no answer (ECONNRESET)', ambiguous: true });
      await store.settle(lease, [answer], NOW);
      const { proof, ...facts } = eventOf(1);
      expect(await store.list({ limit: 1 })).toMatchObject([
        {
          ...facts,
          ...{ proof, state: 'waiting', recordedAtSeconds: NOW, nextAtSeconds: NOW + 600, attempts: 1, ambiguous: 1 },
          lastAnswer: 'no answer (ECONNRESET)',
        },
      ]);
    });

    test('shows of a held event what is missing, what is looked up and when; of each event its mail and evidence', async () => {
      const { store, lease } = await start();
      await store.record(lease, chunkOf(1, { outcomes: [outcomeOf(1)], held: [heldOf(1)] }), NOW);
      expect(await store.show('event-1')).toMatchObject({
        state: 'held',
        missing: 'the original is not in Sent',
        originalMessageIds: ['original-1@shop.example'],
        nextAtSeconds: NOW + 3_600,
        message: { folder: 'All Mail', uid: 1, reader: 'rfc3464', verdicts: outcomeOf(1).verdicts },
        acts: [],
      });
      expect((await store.show('event-1'))?.proof).toBeUndefined();
      expect(await store.show('event-2')).toBeUndefined();
    });
  });

  describe(`${name}: acts`, () => {
    const FITS: Readonly<Record<Act, readonly EventState[]>> = {
      retry: ['waiting', 'stopped', 'dead'],
      drop: ['waiting', 'stopped', 'dead'],
      release: ['held'],
      discard: ['held'],
      undo: ['delivered', 'dead', 'dropped'],
    };

    test.each(Object.keys(FITS) as Act[])('%s fits its states, and leaves the others as they are', async act => {
      const { store, ids } = await startWithAll();
      for (const [state, id] of Object.entries(ids) as [EventState, string][]) {
        expect({ state, is: await stateOf(store, id) }).toEqual({ state, is: state });
        const [acted] = await store.act(act, [id], JANE, NOW);
        const fits = FITS[act].includes(state);
        expect({ state, result: acted?.result }).toEqual({ state, result: fits ? 'done' : state });
        // What is undone was posted: it stays what it was.
        const to = act === 'undo' ? state : act === 'retry' || act === 'release' ? 'waiting' : 'dropped';
        expect({ state, is: await stateOf(store, id) }).toEqual({ state, is: fits ? to : state });
      }
      expect(await store.act(act, ['event-99'], JANE, NOW)).toEqual([{ id: 'event-99', result: 'unknown' }]);
    });

    test('who, when and why are kept; an act that did not fit leaves no record', async () => {
      const { store, ids } = await startWithAll();
      await store.act('retry', [ids.dead], { who: 'john' }, NOW + 5);
      await store.act('drop', [ids.dead], JANE, NOW + 9);
      await store.act('drop', [ids.dead], JANE, NOW + 10);
      expect(await store.acts({ event: ids.dead })).toEqual([
        { atSeconds: NOW + 5, who: 'john', act: 'retry' },
        { atSeconds: NOW + 9, who: 'jane', act: 'drop', because: 'asked by the customer' },
      ]);
      expect((await store.show(ids.dead))?.acts).toHaveLength(2);
    });

    test('a dead letter and a waiting event that are retried are due now, and the courier is told so', async () => {
      const { store, lease, ids } = await startWithAll();
      expect(await store.due('clevertap', NOW + 9)).not.toHaveProperty('askedSeconds');
      await store.act('retry', [ids.dead, ids.waiting], JANE, NOW + 9);
      expect(await store.due('clevertap', NOW + 9)).toMatchObject({ askedSeconds: NOW + 9 });
      const { events } = await store.claim(lease, 'clevertap', 9, NOW + 9, CLAIM);
      expect(events.map(({ id }) => id)).toEqual(expect.arrayContaining([ids.dead, ids.waiting]));
    });

    test('a held event that is released is claimed once, with its ts and the proof "released"', async () => {
      const { store, lease } = await start();
      await store.record(lease, chunkOf(1, { outcomes: [outcomeOf(1)], held: [heldOf(1)] }), NOW);
      await store.act('release', ['event-1'], JANE, NOW + 9);
      // The look-up that was under way comes too late.
      await store.settleHeld(lease, [eventOf(1)], [], NOW + 9);
      const { events } = await store.claim(lease, 'clevertap', 9, NOW + 9, CLAIM);
      expect(events).toEqual([{ ...eventOf(1), proof: 'released', attempts: 0 }]);
      await store.settle(lease, [{ id: 'event-1', as: 'delivered' }], NOW + 9);
      expect(await store.act('release', ['event-1'], JANE, NOW + 9)).toEqual([{ id: 'event-1', result: 'delivered' }]);
      expect(await store.heldDue('campaigns', NOW + 86_400, 9)).toEqual([]);
      // And read once more, it gives nothing new.
      const again = await store.record(lease, chunkOf(1, { outcomes: [outcomeOf(1)], events: [eventOf(1)] }), NOW + 9);
      expect(again.newEventIds).toEqual([]);
    });
  });
}
