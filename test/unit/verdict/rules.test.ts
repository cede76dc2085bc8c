/**
 * The operator's own rules: when one fits, that it comes before the built-in ones and says so; mistakes in one.
 */
import { describe, expect, test } from '@jest/globals';
import { compileRule, DEFAULT_POLICY } from '../../../src/verdict/verdict.ts';
import type { OwnRule, Reason, RuleText, Verdict } from '../../../src/verdict/verdict.ts';
import { said, verdictOn } from './build.ts';

const CLOSED: RuleText = { match: 'Postbox is  CLOSED', reason: 'userDisabled', source: 'ticket 12' };

function compiled(...texts: Partial<RuleText>[]): OwnRule[] {
  return texts.map((text, index) => {
    const one = compileRule(
      { ...(text.pattern === undefined ? CLOSED : { ...CLOSED, match: undefined }), ...text },
      `rules.toml rule ${index + 1}`,
    );
    if ('mistakes' in one) throw new Error(JSON.stringify(one.mistakes));
    return one.rule;
  });
}

function verdictWith(rules: readonly OwnRule[], ...args: Parameters<typeof said>): Verdict {
  return verdictOn(said(...args), { ...DEFAULT_POLICY, rules });
}

const REFUSED = '554 5.7.1 policy: the postbox\tis closed, mailbox full';

describe('a rule fits', () => {
  const fits = (text: Partial<RuleText>, ...args: Parameters<typeof said>): boolean =>
    verdictWith(compiled(text), ...args).reason === 'userDisabled';

  test('its words in any case and spacing, its pattern likewise', () => {
    expect(fits({}, REFUSED)).toBe(true);
    expect(fits({}, '554 5.7.1 the postbox was closed, mailbox full')).toBe(false);
    expect(fits({ pattern: 'POSTBOX (?:is|was) closed' }, REFUSED)).toBe(true);
    expect(fits({ pattern: '^postbox' }, REFUSED)).toBe(false);
    expect(fits({ match: 'postbox*closed' }, REFUSED)).toBe(false);
  });

  test('where the codes are among its own', () => {
    expect(fits({ status: ['5.1.1', '5.7.x'] }, REFUSED)).toBe(true);
    expect(fits({ status: ['5.1.1'] }, REFUSED)).toBe(false);
    expect(fits({ reply: [550, 554] }, REFUSED)).toBe(true);
    expect(fits({ reply: [550] }, REFUSED)).toBe(false);
    expect(fits({ reply: [554], status: ['5.2.1'] }, REFUSED)).toBe(false);
  });

  test('where its receiver spoke: by host, below it, by name', () => {
    expect(fits({ receiver: 'customer.example' }, REFUSED, 'mx1.customer.example')).toBe(true);
    expect(fits({ receiver: 'mx1.customer.example' }, REFUSED, 'MX1.customer.example')).toBe(true);
    expect(fits({ receiver: 'customer.example' }, REFUSED, 'mx.othercustomer.example')).toBe(false);
    expect(fits({ receiver: 'customer.example' }, REFUSED)).toBe(false);
    expect(fits({ receiver: 'gmail' }, REFUSED, 'gmail-smtp-in.l.google.com')).toBe(true);
    expect(fits({ receiver: 'gmail' }, REFUSED, 'mx.customer.example')).toBe(false);
    expect(fits({ receiver: 'customer.example' }, `host mx.customer.example[192.0.2.1] said: ${REFUSED}`)).toBe(true);
  });
});

describe('a rule that fits', () => {
  test('comes before the built-in ones; the evidence names it, its source and what it beat', () => {
    const { verdict, reason, because, evidence } = verdictWith(compiled({}), REFUSED);
    expect([verdict, reason, because]).toEqual(['hard', 'userDisabled', 'policy "clevertap": userDisabled is hard']);
    expect(evidence).toEqual([
      {
        part: 'delivery-status',
        quote: '554 5.7.1 policy: the postbox is closed, mailbox full',
        rule: 'rules.toml rule 1: "Postbox is  CLOSED" (ticket 12)',
        reason: 'userDisabled',
      },
      expect.objectContaining({
        reason: 'mailboxFull',
        rule: expect.stringMatching(/^phrase "mailbox full"/),
        lost: "the operator's own rules count before the built-in ones",
      }),
    ]);
  });

  test('first in the file wins', () => {
    const rules = compiled({ match: 'mailbox full', reason: 'systemFull' }, {});
    expect(verdictWith(rules, REFUSED).evidence[0]?.rule).toMatch(/^rules\.toml rule 1: "mailbox full"/);
  });

  test('is also sought in the prose, behind the machine-readable part', () => {
    const rules = compiled({ match: 'in the prose', reason: 'userMoved' }, {});
    const policy = { ...DEFAULT_POLICY, rules };
    expect(verdictOn({ ...said('550 5.7.1 no'), prose: 'words in the prose' }, policy)).toMatchObject({
      reason: 'userMoved',
      evidence: [{ part: 'text' }, { reason: 'policy' }],
    });
    expect(verdictOn({ ...said(REFUSED), prose: 'words in the prose' }, policy).reason).toBe('userDisabled');
  });

  test('makes no reply final that is not, and nothing hard that an override softens', () => {
    expect(verdictWith(compiled({}), '450 4.2.0 postbox is closed')).toMatchObject({
      verdict: 'soft',
      because: 'policy "clevertap": userDisabled would be hard, but reply 450 is not final',
    });
    const policy = { name: 'clevertap', overrides: { userDisabled: 'none' }, rules: compiled({}) } as const;
    expect(verdictOn(said(REFUSED), policy)).toMatchObject({ verdict: 'none', reason: 'userDisabled' });
  });

  test('of reason unknown silences a built-in wording: the code decides', () => {
    const rules = compiled({ match: 'mailbox full', reason: 'unknown' });
    expect(verdictWith(rules, '550 5.1.1 mailbox full')).toMatchObject({ verdict: 'hard', reason: 'userUnknown' });
    expect(verdictWith(rules, 'mailbox full')).toMatchObject({ verdict: 'soft', reason: 'unknown' });
    expect(verdictWith(rules, '550 5.1.1 mailbox full').evidence[0]?.rule).toMatch(/^rules\.toml rule 1/);
  });

  test('is nothing but data: it says the same in the thread that reads mails', () => {
    const rules = compiled({ receiver: 'customer.example' }, { pattern: 'postbox (?:is|was) shut' });
    for (const reply of [REFUSED, '550 the postbox was shut', '550 no']) {
      const asked = [reply, 'mx.customer.example'] as const;
      expect(verdictWith(structuredClone(rules), ...asked)).toEqual(verdictWith(rules, ...asked));
    }
  });

  test('makes no bounce of what did not fail', () => {
    const policy = { ...DEFAULT_POLICY, rules: compiled({}) };
    expect(verdictOn({ ...said(REFUSED), action: 'delayed' }, policy).verdict).toBe('none');
  });
});

describe('a mistake names key and expectation', () => {
  test.each<[Partial<RuleText>, string, RegExp]>([
    [{ match: undefined }, 'match', /expected match or pattern, not none/],
    [{ pattern: 'abc' }, 'pattern', /expected match or pattern, not both/],
    [{ match: ' 5 ' }, 'match', /at least 3 characters/],
    [{ match: 'x'.repeat(501) }, 'match', /at most 500 characters/],
    [{ match: undefined, pattern: '.*' }, 'pattern', /fits a text of 0 characters, so nearly any refusal/],
    [{ match: undefined, pattern: '(a+)+bcd' }, 'pattern', /repeats without end what repeats/],
    [{ match: undefined, pattern: '(?:abc{900}){900}' }, 'pattern', /too large/],
    [{ reason: 'userUnknwon' as Reason }, 'reason', /reasons for a failure/],
    [{ reason: 'delivered' }, 'reason', /reasons for a failure/],
    [{ receiver: 'gmial' }, 'receiver', /a host such as/],
    [{ status: ['2.1.1'] }, 'status', /class 4 or 5/],
    [{ reply: [250] }, 'reply', /from 400 to 599/],
    [{ source: ' ' }, 'source', /where you saw it/],
    [{ examples: ['postbox is open'] }, 'examples', /example 1 does not hold what match seeks: "postbox is open"/],
    [{ examples: [REFUSED, 'postbox is closed'], status: ['5.7.1'] }, 'examples', /example 2 holds no status 5\.7\.1/],
    [{ examples: [REFUSED], reply: [550] }, 'examples', /example 1 holds no reply 550/],
  ])('%j', (text, key, expected) => {
    const one = compileRule({ ...CLOSED, ...text }, 'rule');
    expect(one).toEqual({ mistakes: [expect.objectContaining({ key, expected: expect.stringMatching(expected) })] });
  });

  test('and one rule may have several', () => {
    const one = compileRule({ match: 'x', reason: 'delayed', source: '' }, 'rule');
    expect('mistakes' in one && one.mistakes.map(({ key }) => key)).toEqual(['match', 'reason', 'source']);
  });
});
