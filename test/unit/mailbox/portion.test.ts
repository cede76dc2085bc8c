/**
 * A mail that cannot be fetched does not keep the others from being read, and an outage is no mail's fault.
 */
import { describe, expect, test } from '@jest/globals';
import { openPortions } from '../../../src/mailbox/portion.ts';
import type { Portion } from '../../../src/mailbox/portion.ts';
import { Fault } from '../../../src/shared/fault.ts';

const UIDS = Array.from({ length: 30 }, (_, at) => at + 1);
const BAD = 7;
const { signal } = new AbortController();
const connection = {
  fetch: (uids: readonly number[]) =>
    Promise.resolve(uids.map(uid => ({ uid, sections: new Map<string, Buffer>(), size: 1 }))),
};

/** Reads all UIDs, from the start again behind each failure, as a scan with its overlap does; gives what was tried. */
async function readAll(work: (portion: Portion) => Promise<void>, mostFailures: number): Promise<Portion[]> {
  const portions = openPortions();
  const tried: Portion[] = [];
  for (let failures = 0, next = 0; next < UIDS.length;) {
    const attempt = async (portion: Portion): Promise<number> => {
      tried.push(portion);
      await work(portion);
      return portion.uids.length;
    };
    try {
      next += await portions.first(connection, UIDS.slice(next), attempt, signal);
    } catch {
      failures += 1;
      next = 0;
      if (failures > mostFailures) throw new Error(`still failing after ${failures} times`);
    }
  }
  return tried;
}

describe('a mail that makes the server or us stumble', () => {
  test('is found one by one and fetched without its structure', async () => {
    const tried = await readAll(({ uids, shapeless }) => {
      return uids.includes(BAD) && !shapeless.has(BAD)
        ? Promise.reject(new Error('too many words'))
        : Promise.resolve();
    }, 2);
    expect(tried[0]?.uids).toEqual(UIDS);
    expect(tried.filter(({ uids }) => uids.includes(BAD)).map(({ uids }) => uids.length)).toEqual([30, 1, 1]);
    expect([...(tried.at(-1)?.shapeless ?? [])]).toEqual([BAD]);
  });

  test('is left out at last when even that fails', async () => {
    const tried = await readAll(({ uids, leftOut }) => {
      return uids.includes(BAD) && !leftOut.has(BAD) ? Promise.reject(new Error('a bug')) : Promise.resolve();
    }, 4);
    expect([...(tried.at(-1)?.leftOut ?? [])]).toEqual([BAD]);
  });

  test('what comes behind it is read together again', async () => {
    const portions = openPortions();
    const fails = (): Promise<void> => Promise.reject(new Error('too many words'));
    await expect(portions.first(connection, [1, 2, 3], fails, signal)).rejects.toThrow('too many words');
    const { uids } = await portions.first(connection, [4, 5, 6], one => Promise.resolve(one), signal);
    expect(uids).toEqual([4, 5, 6]);
  });
});

describe('an outage', () => {
  const lost = new Fault('the connection was lost', { code: 'CONNECTION_LOST', retry: 'later' });

  test('however long, leaves no mail out, and soon they are read together again', async () => {
    const portions = openPortions();
    const dead = { fetch: () => Promise.reject(lost) };
    for (let times = 0; times < 30; times += 1) {
      await expect(portions.first(dead, UIDS, () => dead.fetch(), signal)).rejects.toThrow('lost');
    }
    const tried: Portion[] = [];
    for (let next = 0; next < UIDS.length;) {
      const portion = await portions.first(connection, UIDS.slice(next), one => Promise.resolve(one), signal);
      tried.push(portion);
      next += portion.uids.length;
    }
    expect(tried.every(({ shapeless, leftOut }) => shapeless.size + leftOut.size === 0)).toBe(true);
    expect(tried.map(({ uids }) => uids.length)).toEqual([UIDS.length]);
  });

  test.each([2, 8])('that ends %s connections in the middle of the mails leaves none of them out', async drops => {
    let outage = drops;
    const tried = await readAll(() => ((outage -= 1) >= 0 ? Promise.reject(lost) : Promise.resolve()), drops);
    expect(tried.every(({ leftOut }) => leftOut.size === 0)).toBe(true);
    expect(tried.at(-1)?.uids).toHaveLength(drops === 2 ? UIDS.length : 1);
  });
});

test('a mail over which one connection after the other ends is left out at last', async () => {
  const lost = new Fault('the connection was lost', { code: 'CONNECTION_LOST', retry: 'later' });
  const tried = await readAll(({ uids, leftOut }) => {
    return uids.includes(BAD) && !leftOut.has(BAD) ? Promise.reject(lost) : Promise.resolve();
  }, 12);
  expect([...(tried.at(-1)?.leftOut ?? [])]).toEqual([BAD]);
});
