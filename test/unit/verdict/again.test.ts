/**
 * A verdict decided again from what is kept of it: the same by the same rules, another by others, on every fixture.
 */
import { expect, test } from '@jest/globals';
import { readMails } from '../../../src/read-mail.ts';
import { rawFromSource } from '../../../src/message/message.ts';
import { compileRules } from '../../../src/index.ts';
import { DEFAULT_POLICY, decideAgain } from '../../../src/verdict/verdict.ts';
import type { Policy, Verdict } from '../../../src/verdict/verdict.ts';
import { loadFixtures } from '../../fixtures/load.ts';
import { verdictOf } from '../../contract/store-values.ts';

const NOW = 1_800_000_000;
const RULES = compileRules([{ match: 'mailbox', reason: 'mailboxFull', source: 'a test' }]);
const OTHERS: readonly Policy[] = [
  { ...DEFAULT_POLICY, name: 'smtp-class' },
  { ...DEFAULT_POLICY, overrides: { userUnknown: 'soft' } },
  { ...DEFAULT_POLICY, rules: RULES },
];

async function verdictsBy(policy: Policy): Promise<Verdict[]> {
  const mails = await loadFixtures();
  const raws = mails.map(({ source }) => rawFromSource(source));
  const read = await readMails(raws, policy, NOW, { user: 'us@shop.example', authservId: 'mx.google.com' });
  // As the outbox gives it back.
  return JSON.parse(JSON.stringify(read.flatMap(({ verdicts }) => verdicts))) as Verdict[];
}

test('is the same by the same policy and rules, to the last line of its evidence', async () => {
  const verdicts = await verdictsBy(DEFAULT_POLICY);
  expect(verdicts.length).toBeGreaterThan(100);
  expect(verdicts.map(verdict => decideAgain(verdict, DEFAULT_POLICY))).toEqual(verdicts);
});

test.each(OTHERS)('is what another policy decides on the mail itself: $name $overrides', async policy => {
  const before = await verdictsBy(DEFAULT_POLICY);
  const after = await verdictsBy(policy);
  expect(after).not.toEqual(before);
  expect(before.map(verdict => decideAgain(verdict, policy))).toEqual(after);
});

test('is not made up where too little was kept', () => {
  expect(decideAgain(verdictOf('a@example.com'), DEFAULT_POLICY)).toBeUndefined();
});
