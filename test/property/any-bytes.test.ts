/**
 * Whatever the bytes are: reading ends without a throw, says the same twice, and names no address that does not stand
 * in the mail.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readBounce } from '../../src/index.ts';
import type { Bounce } from '../../src/index.ts';
import { LIMITS } from '../../src/shared/limits.ts';
import { loadFixtures } from '../fixtures/load.ts';
import type { Fixture } from '../fixtures/load.ts';
import { allWords } from './all-words.ts';
import { choices } from './change.ts';
import { CHANGES } from './changes.ts';
import { parseMail, printMail } from './mail-tree.ts';

const KINDS = ['failure', 'delay', 'success', 'autoReply', 'readReceipt', 'complaint', 'ordinary', 'unreadable'];

/** Far more than the slowest machine needs for thousands of mails. */
const LONG_MS = 120_000;

let fixtures: readonly Fixture[];
beforeAll(async () => {
  fixtures = await loadFixtures();
});

/** Reads the mail, and looks at what must hold of any; gives what was read. */
async function readSoundly(source: Buffer): Promise<Bounce> {
  const bounce = await readBounce(source);
  expect(KINDS).toContain(bounce.kind);
  expect(bounce.isBounce).toBe(bounce.kind === 'failure');
  expect(bounce.verdicts.length).toBeLessThanOrEqual(LIMITS.recipients);
  const plain = source.toString('latin1').toLowerCase();
  const names = bounce.verdicts.flatMap(one => [one.recipient, ...one.names]).map(name => name.toLowerCase());
  const encoded = names.filter(name => !standsIn(plain, name));
  const words = encoded.length > 0 ? allWords(source) : '';
  expect(encoded.filter(name => !standsIn(words, name))).toEqual([]);
  for (const one of bounce.verdicts) if (one.verdict === 'hard') expect(one.evidence).not.toEqual([]);
  return bounce;
}

test('every fixture, as it is (twice the same) and changed', async () => {
  let named = 0;
  for (const [index, { source }] of fixtures.entries()) {
    const bounce = await readSoundly(source);
    expect(await readBounce(Buffer.from(source))).toEqual(bounce);
    named += bounce.verdicts.length;
    const change = CHANGES[index % CHANGES.length]!;
    await readSoundly(printMail(change.apply(parseMail(source), choices(index)) ?? parseMail(source)));
  }
  expect(named).toBeGreaterThan(100);
});

test('an address that is not in a mail is not found in it', () => {
  const words = fixtures.map(({ source }) => allWords(source));
  expect(words.filter(text => text.includes('nobody.at.all@example.com'))).toEqual([]);
});

describe('a mail that ends too early', () => {
  test(
    'behind any line',
    async () => {
      const dialects = new Set(fixtures.map(({ dialect }) => dialect));
      for (const dialect of dialects) {
        const { source } = fixtures.find(fixture => fixture.dialect === dialect)!;
        for (let end = source.indexOf('\n'); end >= 0; end = source.indexOf('\n', end + 1))
          await readSoundly(source.subarray(0, end + 1));
      }
    },
    LONG_MS,
  );

  test(
    'behind any byte',
    async () => {
      const reports = fixtures.filter(({ expected }) => expected.isBounce).toSorted(bySize);
      for (const { source } of reports.slice(0, 2)) {
        // Above the header's last line there is nothing yet that could go wrong with a body.
        for (let end = 0; end <= source.length; end += end < 1000 ? 10 : 1) await readSoundly(source.subarray(0, end));
      }
    },
    LONG_MS,
  );
});

const place = fc.double({ min: 0, max: 1, noNaN: true });

test('the beginning of one mail and the end of another', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), place, fc.nat(), place, async (one, oneEnd, other, otherStart) => {
      const [head, tail] = [fixtures[one % fixtures.length]!.source, fixtures[other % fixtures.length]!.source];
      const cut = tail.subarray(Math.floor(otherStart * tail.length));
      const mail = Buffer.concat([head.subarray(0, Math.floor(oneEnd * head.length)), cut]);
      expect(await readBounce(mail)).toEqual(await readSoundly(mail));
    }),
    { numRuns: 700 },
  );
});

test('bytes of any kind', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), async bytes => {
      await readSoundly(Buffer.from(bytes));
    }),
    { numRuns: 200 },
  );
});

test('lines of many mails below the header of one', async () => {
  const lines = fixtures.flatMap(({ source }) => source.toString('latin1').split(/(?<=\n)/));
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.array(fc.nat(), { maxLength: 80 }), async (one, picks) => {
      const header = fixtures[one % fixtures.length]!.source.toString('latin1').split(/(?<=\n)(?=\r?\n)/, 1)[0]!;
      const body = picks.map(pick => lines[pick % lines.length]).join('');
      await readSoundly(Buffer.from(`${header}\r\n${body}`, 'latin1'));
    }),
    { numRuns: 500 },
  );
});

/** Some name a user of their own by the local part alone: then the domain is the one that they write from. */
function standsIn(text: string, address: string): boolean {
  const at = address.lastIndexOf('@');
  return text.includes(address) || (text.includes(address.slice(0, at)) && text.includes(`@${address.slice(at + 1)}`));
}

function bySize(one: Fixture, other: Fixture): number {
  return one.source.length - other.source.length;
}
