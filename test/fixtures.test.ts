/**
 * Every fixture gives exactly what its .json says: kind, recipients, verdicts, reasons, codes, times and the
 * Message-ID of the mail that bounced.
 */
import { describe, expect, test } from '@jest/globals';
import { readBounce } from '../src/index.ts';
import { NOW_SECONDS, seen, wanted } from './fixtures/compare.ts';
import { loadFixtures } from './fixtures/load.ts';
import type { Expected, Fixture } from './fixtures/load.ts';
import { originalOf } from './servers/sent-originals.ts';

const fixtures = await loadFixtures();

describe.each([...new Set(fixtures.map(({ dialect }) => dialect))])('%s', dialect => {
  test.each(fixtures.filter(fixture => fixture.dialect === dialect).map(fixture => [fixture.name, fixture] as const))(
    '%s',
    async (_name, { source, expected }) => {
      const bounce = await readBounce(source, { nowSeconds: NOW_SECONDS });
      expect(seen(bounce, expected)).toEqual(wanted(expected));
    },
  );
});

describe('the collection', () => {
  const failures = fixtures.filter(({ expected }) => expected.kind === 'failure');

  test('has at least 60 bounces of 16 mail systems, and 24 mails that are none', () => {
    expect(failures.length).toBeGreaterThanOrEqual(60);
    expect(new Set(failures.map(({ dialect }) => dialect)).size).toBeGreaterThanOrEqual(16);
    expect(fixtures.filter(isNoReport).length).toBeGreaterThanOrEqual(24);
  });

  test('holds no mail twice', () => {
    const ids = fixtures.flatMap(({ source }) => /^message-id:\s*(<[^>]+>)/im.exec(header(source))?.[1] ?? []);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  test('has an original with every Message-ID and recipient it expects', () => {
    for (const { expected } of fixtures) {
      if (expected.original === null) continue;
      const sent = originalOf(expected, 'news@shop.example')?.toString() ?? '';
      expect(sent).toContain(`Message-ID: <${expected.original.messageId}>`);
      for (const address of expected.original.recipients) expect(sent).toContain(address);
    }
  });

  test('has no verdict without a failure, and no failure without one', () => {
    const hasVerdict = ({ recipients }: Expected): boolean => recipients.some(({ verdict }) => verdict !== 'none');
    const odd = fixtures.filter(({ expected }) => hasVerdict(expected) !== expected.isBounce);
    expect(odd.map(({ name }) => name)).toEqual([]);
  });
});

function isNoReport({ expected: { kind } }: Fixture): boolean {
  return kind !== 'failure' && kind !== 'delay' && kind !== 'success';
}

function header(source: Buffer): string {
  return source.toString('latin1').split(/\r?\n\r?\n/, 1)[0] ?? '';
}
