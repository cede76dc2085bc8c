/**
 * Whatever a mail says: a verdict, never an exception; no hard one without evidence; and time that grows with the
 * text at most as the text does.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ReportedRecipient } from '../../../src/report/report.ts';
import { LIMITS } from '../../../src/shared/limits.ts';
import { PHRASES } from '../../../src/verdict/phrases.ts';
import { decide, REASONS } from '../../../src/verdict/verdict.ts';
import type { Policy, Reason } from '../../../src/verdict/verdict.ts';
import { NOW_SECONDS, recipientOf, reportOf, verdictOn } from './build.ts';

/** Words of the table, codes and noise in any order. */
const words = fc
  .array(
    fc.oneof(
      fc.constantFrom(...PHRASES.map(row => row[1])),
      fc.constantFrom('550', '550-5.1.1', '450', '5.7.1', 'smtp;', 'sender', 'after MAIL FROM', '\u202e', '\0', '`'),
      fc.string({ unit: 'binary', maxLength: 30 }),
    ),
    { maxLength: 8 },
  )
  .map(list => list.join(' '));

const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });

const recipients: fc.Arbitrary<ReportedRecipient> = fc
  .record({
    finalRecipient: fc.oneof(fc.constant('ann@customer.example'), fc.string()),
    originalRecipient: optional(fc.string()),
    action: fc.constantFrom('failed', 'delayed', 'delivered', 'relayed', 'expanded'),
    status: optional(fc.oneof(fc.stringMatching(/^[245]\.\d{1,3}\.\d{1,3}$/), fc.string())),
    replyCode: optional(fc.integer({ min: 200, max: 599 })),
    diagnostic: optional(words),
    prose: optional(words),
    remoteMta: optional(fc.oneof(fc.constantFrom('mx.google.com', 'x.outlook.com', 'mx.cox.net'), fc.string())),
    lastAttemptAtSeconds: optional(fc.integer()),
  })
  .map(fields => {
    const known = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
    return recipientOf(known);
  });

const reasons = Object.keys(REASONS) as Reason[];
const policies: fc.Arbitrary<Policy> = fc.record({
  name: fc.constantFrom('clevertap', 'smtp-class'),
  overrides: fc.dictionary(fc.constantFrom(...reasons), fc.constantFrom('hard', 'soft', 'none'), { maxKeys: 4 }),
});

describe('whatever a report says', () => {
  test('it gets a verdict with evidence, dated no later than now', () => {
    fc.assert(
      fc.property(recipients, policies, (recipient, policy) => {
        const [verdict, ...more] = decide(reportOf([recipient]), policy, NOW_SECONDS);
        expect(more).toEqual([]);
        expect(verdict?.bouncedAtSeconds).toBeLessThanOrEqual(NOW_SECONDS);
        expect(reasons).toContain(verdict?.reason);
        if (recipient.action !== 'failed') expect(verdict?.verdict).toBe('none');
        if (verdict?.verdict === 'hard') expect(verdict.evidence.length).toBeGreaterThan(0);
        for (const { quote } of verdict?.evidence ?? []) expect(quote.length).toBeLessThanOrEqual(LIMITS.quoteChars);
      }),
      { numRuns: 300 },
    );
  });

  test('without overrides it is hard for one of the five reasons, or for an unread 5yz', () => {
    fc.assert(
      fc.property(recipients, recipient => {
        const verdict = verdictOn(recipient);
        if (verdict.verdict !== 'hard') return;
        expect(verdict.reason === 'unknown' || REASONS[verdict.reason].verdict === 'hard').toBe(true);
        if (verdict.reason === 'unknown') expect(recipient.replyCode).toBeGreaterThanOrEqual(550);
      }),
      { numRuns: 300 },
    );
  });

  test('the same report gives the same verdicts', () => {
    fc.assert(
      fc.property(recipients, policies, (recipient, policy) => {
        const once = decide(reportOf([recipient]), policy, NOW_SECONDS);
        expect(decide(reportOf([recipient]), policy, NOW_SECONDS)).toEqual(once);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a megabyte', () => {
  const MIB = 1024 * 1024;
  test.each([
    ['of one letter', 'a'],
    ['of codes', '550-5.1.1 '],
    ['of stages', 'after '],
    ['of pieces of wordings', 'sender address * rejected '],
    ['of spaces', ' \t'],
    ['of hosts', 'host host.'],
    ['of combining marks', 'e\u0301'],
  ])('%s is read as far as the limit', (_about, unit) => {
    const text = unit.repeat(Math.ceil(MIB / unit.length));
    const beyond = `${text} 550 5.1.1 user unknown`;
    const long = { diagnostic: beyond, prose: beyond, remoteMta: beyond, status: '5.0.0', replyCode: 554 };
    const verdict = verdictOn(long);
    expect(verdict.verdict).toBe('soft');
    expect(verdict.evidence.every(({ quote }) => quote.length <= LIMITS.quoteChars)).toBe(true);
  });
});
