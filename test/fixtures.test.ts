/**
 * Every fixture gives exactly what its .json says: kind, recipients, verdicts, reasons, codes, times and the
 * Message-ID of the mail that bounced.
 */
import { describe, expect, test } from '@jest/globals';
import { readBounce } from '../src/index.ts';
import type { Bounce } from '../src/index.ts';
import { loadFixtures } from './fixtures/load.ts';
import type { Expected, ExpectedRecipient, Fixture } from './fixtures/load.ts';
import { originalOf } from './servers/sent-originals.ts';

const NOW_SECONDS = 4_000_000_000; // later than every date in the fixtures

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

/** What was read, with only those fields that the expectation speaks of. */
function seen(bounce: Bounce, expected: Expected): object {
  const verdicts = bounce.verdicts.map(verdict => {
    const want = expected.recipients.find(({ address }) => address === verdict.recipient);
    return {
      address: verdict.recipient,
      verdict: verdict.verdict,
      ...(want?.reason === undefined ? {} : { reason: verdict.reason }),
      ...(want?.status === undefined ? {} : { status: verdict.status ?? null }),
      ...(want?.replyCode === undefined ? {} : { replyCode: verdict.replyCode ?? null }),
      ...(want?.ts === undefined ? {} : { ts: verdict.bouncedAtSeconds }),
    };
  });
  return {
    isBounce: bounce.isBounce,
    kind: bounce.kind,
    ...(expected.reader === undefined ? {} : { reader: bounce.reader }),
    recipients: byAddress(verdicts),
    messageId: expected.original === null ? null : knownId(bounce, expected.original.messageId),
  };
}

function wanted({ isBounce, kind, reader, recipients, original }: Expected): object {
  return {
    isBounce,
    kind,
    ...(reader === undefined ? {} : { reader }),
    recipients: byAddress(recipients),
    messageId: original?.messageId ?? null,
  };
}

/** The original's id where the report was read to name it, else what was read. */
function knownId({ originalMessageIds }: Bounce, messageId: string): string {
  return originalMessageIds.includes(messageId) ? messageId : originalMessageIds.join(' ');
}

function byAddress<T extends Pick<ExpectedRecipient, 'address'>>(recipients: readonly T[]): T[] {
  return [...recipients].sort((a, b) => (a.address < b.address ? -1 : 1));
}

function isNoReport({ expected: { kind } }: Fixture): boolean {
  return kind !== 'failure' && kind !== 'delay' && kind !== 'success';
}

function header(source: Buffer): string {
  return source.toString('latin1').split(/\r?\n\r?\n/, 1)[0] ?? '';
}
