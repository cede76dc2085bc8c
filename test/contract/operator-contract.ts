/**
 * What every Store must do for an operator, whatever keeps it: listing, acts, the breaker, forgetting. Part of
 * `storeContract`.
 */
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Act, EventState, Lease, Settlement, Store, StoreSettings } from '../../src/outbox/outbox.ts';
import type { Event, Held } from '../../src/provenance/provenance.ts';
import { chunkOf, CLAIM, eventOf, heldOf, NOW, outcomeOf, retryOf, TTL } from './store-values.ts';
import type { OpenedStore } from './store-values.ts';

const JANE = { who: 'jane', because: 'asked by the customer' };
const DAY = 86_400;

export function operatorContract(name: string, open: (settings?: StoreSettings) => Promise<OpenedStore>): void {
  let opened: OpenedStore | undefined;

  async function start(settings?: StoreSettings): Promise<{ store: Store; lease: Lease }> {
    opened = await open(settings);
    return { store: opened.store, lease: await opened.store.lease('one', NOW, TTL) };
  }

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

  afterEach(async () => {
    await opened?.remove();
    opened = undefined;
  });

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
    };

    test.each(Object.keys(FITS) as Act[])('%s fits its states, and leaves the others as they are', async act => {
      const { store, ids } = await startWithAll();
      for (const [state, id] of Object.entries(ids) as [EventState, string][]) {
        expect({ state, is: await stateOf(store, id) }).toEqual({ state, is: state });
        const [acted] = await store.act(act, [id], JANE, NOW);
        const fits = FITS[act].includes(state);
        expect({ state, result: acted?.result }).toEqual({ state, result: fits ? 'done' : state });
        const to = act === 'retry' || act === 'release' ? 'waiting' : 'dropped';
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
      expect(await store.heldDue('campaigns', NOW + DAY, 9)).toEqual([]);
      // And read once more, it gives nothing new.
      const again = await store.record(lease, chunkOf(1, { outcomes: [outcomeOf(1)], events: [eventOf(1)] }), NOW + 9);
      expect(again.newEventIds).toEqual([]);
    });
  });

  breakerContract(name, start);
  forgettingContract(name, start);
}

type Start = (settings?: StoreSettings) => Promise<{ store: Store; lease: Lease }>;

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
