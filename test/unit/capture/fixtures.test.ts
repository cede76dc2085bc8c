/**
 * Every fixture is captured: read as before, with nobody's address in it, and what is made of it is a fixture itself.
 */
import { describe, expect, test } from '@jest/globals';
import { captureMail } from '../../../src/capture/capture.ts';
import type { Capture } from '../../../src/capture/capture.ts';
import { readBounce } from '../../../src/index.ts';
import { rawFromSource, readMessage } from '../../../src/message/message.ts';
import { NOW_SECONDS, seen, wanted } from '../../fixtures/compare.ts';
import { loadFixtures } from '../../fixtures/load.ts';
import type { Expected } from '../../fixtures/load.ts';
import { originalOf } from '../../servers/sent-originals.ts';

type Made = Extract<Capture, { kind: 'captured' }>;

const fixtures = await loadFixtures();

describe.each([...new Set(fixtures.map(({ dialect }) => dialect))])('%s', dialect => {
  const some = fixtures.filter(fixture => fixture.dialect === dialect);
  test.each(some.map(({ name, source, expected }) => [name, source, expected] as const))(
    '%s',
    async (_name, source, expected) => {
      const made = await capture(source);
      // The verdicts that the fixture's own expectation asks for, recipient by recipient.
      expect(told(made.expected as Expected, expected)).toEqual(told(expected, expected));
      const bounce = await readBounce(made.source, { nowSeconds: NOW_SECONDS });
      expect(seen(bounce, made.expected as Expected)).toEqual(wanted(made.expected as Expected));
      expect(addressesLeft(expected, made)).toEqual([]);
      expect(originalOf(made.expected as Expected, 'news@shop.example')?.toString() ?? '').toContain(
        made.expected.original?.messageId ?? '',
      );
    },
  );
});

test('what was captured is captured again, in the same shape', async () => {
  for (const { source } of fixtures.filter((_fixture, index) => index % 12 === 0)) {
    const once = await capture(source);
    const twice = await capture(once.source);
    expect(await shapeOf(twice.source)).toEqual(await shapeOf(once.source));
    expect(twice.source.toString('latin1').split('\n')).toHaveLength(once.source.toString('latin1').split('\n').length);
  }
});

async function capture(source: Buffer): Promise<Made> {
  const read = (mail: Buffer): ReturnType<typeof readBounce> => readBounce(mail, { nowSeconds: NOW_SECONDS });
  const made = await captureMail(source, { read, salt: 'chance', keep: [] });
  if (made.kind === 'refused') throw new Error(JSON.stringify(made));
  return made;
}

/** Kind and verdicts in a row; addresses differ, and with them their order. */
function told(one: Expected, asked: Expected): object {
  const has = (key: 'reason' | 'status' | 'ts'): boolean => asked.recipients.every(each => each[key] !== undefined);
  const rows = one.recipients.map(({ verdict, reason, status, ts }) =>
    [verdict, has('reason') ? reason : '', has('status') ? status : '', has('ts') ? ts : ''].join(' '),
  );
  return { kind: one.kind, isBounce: one.isBounce, rows: rows.sort() };
}

/** Of the recipients the fixture names, those that are still there; our own address has the name it always has. */
function addressesLeft({ recipients }: Expected, { source }: Made): string[] {
  const text = source.toString('latin1').toLowerCase();
  const addresses = recipients.map(({ address }) => address.toLowerCase());
  return addresses.filter(address => !address.endsWith('@shop.example') && text.includes(address));
}

async function shapeOf(source: Buffer): Promise<object> {
  const { outline, headers, returned } = await readMessage(rawFromSource(source));
  return { outline, fields: headers.length, returned: returned?.headers.length };
}
