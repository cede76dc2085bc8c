/**
 * A batch that is refused as a whole: the event at fault is found and buried, and nobody else is.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findRefused, SEARCH_REQUESTS } from '../../../src/callback/bisect.ts';
import type { PartAnswer } from '../../../src/callback/bisect.ts';
import { refuse, startRig } from './rig.ts';
import type { Rig } from './rig.ts';

let rig: Rig;

beforeEach(async () => {
  rig = await startRig();
});

afterEach(() => rig.stop());

function customers(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `customer${n}@example.com`);
}

describe('400', () => {
  test('buries only the poisonous event of 500, at the cost of 20 requests at most', async () => {
    await rig.add(...customers(500));
    rig.receiver.answer = refuse('customer0@example.com');
    await rig.deliver();
    expect(await rig.backlog()).toMatchObject({ delivered: 499, dead: 1, waiting: 0, claimed: 0 });
    expect(rig.receiver.requests.length).toBeLessThanOrEqual(20);
    // Refused alone once more after others had been taken: the trouble was its own.
    expect(rig.posted().at(-1)).toEqual(['customer0@example.com']);
    const errors = rig.lines.filter(({ level }) => level === 'error');
    expect(errors).toMatchObject([{ fields: { address: 'customer0@example.com', because: 'HTTP 400' } }]);
    const addresses = rig.receiver.events().map(({ address }) => address);
    expect(new Set(addresses).size).toBe(addresses.length);
  });

  test('422 is the same, and several poisonous events are all found', async () => {
    const poison = ['customer3@example.com', 'customer4@example.com', 'customer19@example.com'];
    await rig.add(...customers(20));
    rig.receiver.answer = posted => ({ status: refuse(...poison)(posted).status === 400 ? 422 : 200 });
    await rig.deliver();
    expect(await rig.backlog()).toMatchObject({ delivered: 17, dead: 3, waiting: 0 });
  });

  test('for every event: none is buried, one alarm, all are kept', async () => {
    await rig.add(...customers(40));
    rig.receiver.answer = () => ({ status: 400, body: 'invalid payload' });
    await rig.deliver();
    expect(rig.receiver.requests.length).toBeLessThanOrEqual(25);
    expect(await rig.backlog()).toMatchObject({ delivered: 0, dead: 0, waiting: 40 });
    expect(rig.lines.filter(({ level }) => level === 'error')).toMatchObject([
      { fields: { because: 'HTTP 400: invalid payload for every event' } },
    ]);
    expect(await rig.untilNext()).toBe(900);
  });

  test('for every event, after others were taken: none is buried either', async () => {
    await rig.add('early@example.com');
    await rig.deliver();
    await rig.add('a@example.com', 'b@example.com');
    rig.receiver.answer = () => ({ status: 400 });
    await rig.deliver();
    expect(await rig.backlog()).toMatchObject({ delivered: 1, dead: 0, waiting: 2 });
  });

  test('for a lone event: buried only once another was taken after it had been refused', async () => {
    await rig.add('before@example.com');
    await rig.deliver();
    await rig.add('lone@example.com');
    rig.receiver.answer = refuse('lone@example.com');
    for (let tries = 0; tries < 3; tries += 1) {
      await rig.deliver();
      expect(await rig.untilNext()).toBe(900);
      expect(await rig.backlog()).toMatchObject({ waiting: 1, dead: 0 });
    }
    await rig.deliver();
    await rig.add('other@example.com');
    await rig.deliver();
    await rig.untilNext();
    await rig.deliver();
    expect(await rig.backlog()).toMatchObject({ delivered: 2, waiting: 0, dead: 1 });
  });

  test('a 503 in the middle of the search: what was taken stays taken, the rest waits, none is buried', async () => {
    await rig.add(...customers(8));
    const poison = refuse('customer7@example.com');
    rig.receiver.answer = (posted, index) => (index < 2 ? poison(posted) : { status: 503 });
    await rig.deliver();
    expect(await rig.backlog()).toMatchObject({ delivered: 4, waiting: 4, dead: 0 });
    rig.receiver.answer = poison;
    await rig.untilNext();
    await rig.deliver();
    expect(await rig.backlog()).toMatchObject({ delivered: 7, waiting: 0, dead: 1 });
  });

  test('the end in the middle of the search: the rest is given back as it was', async () => {
    const ids = await rig.add(...customers(8));
    const stop = new AbortController();
    rig.receiver.answer = (posted, index) => {
      if (index === 1) stop.abort();
      return refuse('customer7@example.com')(posted);
    };
    await rig.courier.deliverDue(stop.signal);
    expect(rig.receiver.requests).toHaveLength(2);
    const { events } = await rig.store.claim(rig.lease, 'clevertap', 9, rig.clock.nowSeconds(), 60);
    expect(events.map(({ id, attempts }) => [id, attempts])).toEqual(ids.slice(4).map(id => [id, 0]));
  });
});

describe('413', () => {
  test('halves the batches until they are taken, and nobody loses an attempt', async () => {
    await rig.add(...customers(10));
    rig.receiver.answer = posted => ({ status: posted.body.split('"e"').length - 1 > 3 ? 413 : 200 });
    await rig.deliver();
    expect(rig.posted().map(({ length }) => length)).toEqual([10, 5, 2, 2, 2, 2, 2]);
    expect(rig.receiver.events()).toHaveLength(10);
    expect(await rig.backlog()).toMatchObject({ delivered: 10, waiting: 0, dead: 0 });
  });

  test('for one event alone is a configuration fault', async () => {
    await rig.add('a@example.com');
    rig.receiver.answer = () => ({ status: 413 });
    await rig.deliver();
    expect(await rig.backlog()).toMatchObject({ waiting: 1, dead: 0 });
    expect(rig.lines.some(({ level }) => level === 'error')).toBe(true);
  });
});

describe('the search', () => {
  interface Trial {
    refused: readonly number[];
    open: readonly number[];
    takenItems: number[];
    alone: ReadonlySet<number>;
    requests: number;
  }

  async function search(size: number, poison: ReadonlySet<number>): Promise<Trial> {
    const takenItems: number[] = [];
    const alone = new Set<number>();
    let requests = 0;
    const post = async (part: readonly number[]): Promise<PartAnswer> => {
      requests += 1;
      if (part.length === 1) part.forEach(item => alone.add(item));
      await Promise.resolve();
      if (part.some(item => poison.has(item))) return 'refused';
      takenItems.push(...part);
      return 'taken';
    };
    const items = Array.from({ length: size }, (_, n) => n);
    return { ...(await findRefused(items, post)), takenItems, alone, requests };
  }

  test('every event is taken once, refused alone, or left open; only poison is refused; requests are bounded', async () => {
    const batch = fc
      .integer({ min: 1, max: 300 })
      .chain(size => fc.tuple(fc.constant(size), fc.uniqueArray(fc.nat(size - 1), { minLength: 1, maxLength: size })));
    await fc.assert(
      fc.asyncProperty(batch, async ([size, poison]) => {
        const { refused, open, takenItems, alone, requests } = await search(size, new Set(poison));
        const all = [...refused, ...open, ...takenItems].sort((one, other) => one - other);
        expect(all).toEqual(Array.from({ length: size }, (_, n) => n));
        expect(refused.filter(item => !poison.includes(item))).toEqual([]);
        // An event is never called refused because its neighbours were taken.
        expect(refused.filter(item => size > 1 && !alone.has(item))).toEqual([]);
        expect(requests).toBeLessThanOrEqual(SEARCH_REQUESTS);
      }),
      { numRuns: 200 },
    );
  });

  test('wherever the poison sits in 1000, it costs 21 requests at most, in 500 no more than 19, and leaves nothing open', async () => {
    for (const at of [0, 1, 249, 250, 498, 499, 500, 501, 998, 999]) {
      const { refused, open, requests } = await search(1_000, new Set([at]));
      expect({ refused, open }).toEqual({ refused: [at], open: [] });
      expect(requests).toBeLessThanOrEqual(21);
      if (at < 500) expect((await search(500, new Set([at]))).requests).toBeLessThanOrEqual(19);
    }
  });

  test('an end of the trouble in the middle of it condemns nobody', async () => {
    for (const healthyFrom of [3, 5, 9, 12, 15, 19]) {
      let requests = 0;
      const post = (): Promise<PartAnswer> => Promise.resolve((requests += 1) < healthyFrom ? 'refused' : 'taken');
      const items = Array.from({ length: 500 }, (_, n) => n);
      expect(await findRefused(items, post)).toEqual({ refused: [], open: [], taken: 500 });
    }
  });
});
