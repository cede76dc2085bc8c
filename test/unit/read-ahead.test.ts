/**
 * Mails are read while the rest of their chunk is still to come, and nothing is lost when that fails.
 */
import { expect, test } from '@jest/globals';
import type { RawMessage } from '../../src/mailbox/mailbox.ts';
import { rawFromSource } from '../../src/message/message.ts';
import { openReadAhead } from '../../src/read-ahead.ts';
import type { ReadAhead } from '../../src/read-ahead.ts';
import { readMails } from '../../src/read-mail.ts';
import type { ReadMail } from '../../src/river.ts';
import { parseHeaderFields } from '../../src/shared/header-fields.ts';
import { DEFAULT_POLICY } from '../../src/verdict/verdict.ts';
import { asFetched } from '../fuzz/fetched.ts';
import { bounceNumber, ordinaryNumber } from '../servers/synthetic.ts';

const RECEIVER = { user: 'news@shop.example', authservId: 'mx.google.com' };

interface Told {
  readonly ahead: ReadAhead;
  readonly readAt: number[];
  prepared: number;
  fails: boolean;
}

function open(): Told {
  let now = 4_000_000_000;
  const told: Told = {
    ahead: openReadAhead(
      {
        async read(raw, policy, nowSeconds, receiver): Promise<ReadMail> {
          told.readAt.push(nowSeconds);
          if (told.fails) throw new Error('no thread');
          const [mail] = await readMails([raw], policy, nowSeconds, receiver);
          if (mail === undefined) throw new Error('not read');
          return mail;
        },
        prepare: () => void (told.prepared += 1),
      },
      DEFAULT_POLICY,
      RECEIVER,
      { nowSeconds: () => (now += 1) },
    ),
    readAt: [],
    prepared: 0,
    fails: false,
  };
  return told;
}

const candidate = (n: number): RawMessage => asFetched(bounceNumber(n).report);
const kindsOf = async (ahead: ReadAhead, raws: readonly RawMessage[]): Promise<string[]> =>
  (await Promise.all(raws.map(raw => ahead.read(raw)))).map(({ reading }) => reading.kind);

test('what has arrived is read at once, all of it at one time, and read no second time when it is asked for', async () => {
  const { ahead, readAt } = open();
  const raws = [candidate(0), candidate(1)];
  ahead.interest.arrived?.(raws);
  expect(readAt).toEqual([4_000_000_001, 4_000_000_001]);
  expect(await kindsOf(ahead, raws)).toEqual(['failure', 'failure']);
  expect(readAt).toHaveLength(2);
  // One that nobody has announced is read when it is asked for.
  expect(await kindsOf(ahead, [candidate(2)])).toEqual(['failure']);
  expect(readAt).toHaveLength(3);
});

test('the content of a mail is held until it is read, and no longer', async () => {
  const { ahead } = open();
  const raw = candidate(0);
  ahead.interest.arrived?.([raw]);
  expect(raw.parts).toBeDefined();
  const mail = await ahead.read(raw);
  expect([raw.header.length, raw.parts, raw.source, raw.structure]).toEqual([0, undefined, undefined, undefined]);
  expect(mail.raw.identity).toEqual(candidate(0).identity);
});

test('a failure is told to whoever asks for the mail, its content stays, and the same mail fetched anew is read', async () => {
  const told = open();
  const raw = candidate(0);
  told.fails = true;
  told.ahead.interest.arrived?.([raw]);
  // Nobody asks yet: a rejection that nobody hears would end the program.
  await new Promise(resolve => setImmediate(resolve));
  await expect(told.ahead.read(raw)).rejects.toThrow('no thread');
  expect(raw.parts).toBeDefined();
  told.fails = false;
  expect(await kindsOf(told.ahead, [candidate(0)])).toEqual(['failure']);
});

test('the reader is made ready by the first look at a candidate, and by no other mail', () => {
  const told = open();
  const isCandidate = (source: Buffer) =>
    told.ahead.interest.isCandidate(parseHeaderFields(rawFromSource(source).header));
  expect(isCandidate(ordinaryNumber(1))).toBe(false);
  expect(told.prepared).toBe(0);
  expect(isCandidate(bounceNumber(1).report)).toBe(true);
  expect(told.prepared).toBe(1);
});
