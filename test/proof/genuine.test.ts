/**
 * The genuine twins: reports of every dialect with their original in Sent are posted; the same bytes prove nothing in
 * an account that did not send that mail, and nothing for a victim put into them.
 */
import { describe, expect, test } from '@jest/globals';
import type { SentMail } from '../../src/mailbox/mailbox.ts';
import { loadFixtures } from '../fixtures/load.ts';
import type { Fixture } from '../fixtures/load.ts';
import { ACCEPT, fateOf, REQUIRED, SENT, VICTIM } from './world.ts';
import type { Fate } from './world.ts';

const fixtures = await loadFixtures();
const failures = fixtures.filter(({ expected }) => expected.kind === 'failure' && expected.original !== null);
const named = failures.map(fixture => [fixture.name, fixture] as const);

function originalOf({ expected }: Fixture): SentMail {
  const { original } = expected;
  if (original === null) throw new Error('a fixture without original');
  const { messageId, recipients, meta } = original;
  return { messageId, recipients, ...(meta === undefined ? {} : { campaignMeta: meta }) };
}

const posted = ({ events }: Fate): string[] =>
  events.map(({ verdict, address }) => `${verdict} ${address.toLowerCase()}`);

/** What must be posted: each failed recipient to whom the mail had been sent. */
function wanted({ expected }: Fixture): string[] {
  const sentTo = expected.original?.recipients.map(address => address.toLowerCase()) ?? [];
  return expected.recipients
    .filter(({ address, verdict }) => verdict !== 'none' && sentTo.includes(address.toLowerCase()))
    .map(({ address, verdict }) => `${verdict} ${address.toLowerCase()}`);
}

test('there are at least forty, of at least ten dialects', () => {
  const proven = failures.filter(fixture => wanted(fixture).length > 0);
  expect(proven.length).toBeGreaterThanOrEqual(40);
  expect(new Set(proven.map(({ dialect }) => dialect)).size).toBeGreaterThanOrEqual(10);
});

describe('with its original in Sent', () => {
  test.each(named)('%s is posted', async (_name, fixture) => {
    const fate = await fateOf(fixture.source, REQUIRED, [...SENT, originalOf(fixture)]);
    expect(posted(fate).sort()).toEqual(wanted(fixture).sort());
  });
});

describe('in an account that did not send it', () => {
  test.each(named)('%s is held', async (_name, fixture) => {
    const fate = await fateOf(fixture.source);
    expect(posted(fate)).toEqual([]);
    expect(fate.held.length).toBeGreaterThan(0);
  });
});

describe('with a victim in place of the recipient', () => {
  const altered = failures.flatMap(fixture => {
    const text = fixture.source.toString('latin1');
    const source = fixture.expected.recipients.reduce((now, { address }) => now.replaceAll(address, VICTIM), text);
    return source === text ? [] : [[fixture.name, fixture, Buffer.from(source, 'latin1')] as const];
  });

  test.each(altered)('%s does nothing to the victim', async (_name, fixture, source) => {
    for (const settings of [REQUIRED, ACCEPT]) {
      const fate = await fateOf(source, settings, [...SENT, originalOf(fixture)]);
      expect(posted(fate).filter(event => event.endsWith(VICTIM))).toEqual([]);
    }
  });
});

describe("Gmail's own reports", () => {
  test('are known as such, all that Gmail signed', async () => {
    const ofGmail = failures.filter(({ source }) =>
      /^DKIM-Signature:[^]*?d=googlemail\.com/m.test(source.toString('latin1')),
    );
    const proofs = await Promise.all(
      ofGmail.map(async fixture => (await fateOf(fixture.source, REQUIRED, [originalOf(fixture)])).events),
    );
    expect(proofs.length).toBeGreaterThanOrEqual(40);
    expect([...new Set(proofs.flat().map(({ proof }) => proof))]).toEqual(['sent-gmail']);
  });
});
