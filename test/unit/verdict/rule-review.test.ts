/**
 * What is said of rules that are in order and yet unwise.
 */
import { describe, expect, test } from '@jest/globals';
import { compileRule, reviewRules } from '../../../src/verdict/verdict.ts';
import type { RuleReview, RuleText } from '../../../src/verdict/verdict.ts';

function review(...texts: Partial<RuleText>[]): RuleReview[] {
  const rules = texts.map((text, index) => {
    const one = compileRule({ reason: 'policy', source: 'ticket 12', ...text }, `rule ${index + 1}`);
    if ('mistakes' in one) throw new Error(JSON.stringify(one.mistakes));
    return one.rule;
  });
  return reviewRules(rules);
}

const warningsOfLast = (...texts: Partial<RuleText>[]): readonly string[] => review(...texts).at(-1)?.warnings ?? [];

describe('a rule is never reached', () => {
  const COVERED = ['is never reached: rule 1 fits whatever it fits'];

  test.each<[string, Partial<RuleText>, Partial<RuleText>]>([
    ['the same words', { match: 'Grog store' }, { match: 'grog  store' }],
    ['words within its words', { match: 'grog store' }, { match: 'the grog store burns' }],
    ['a pattern that fits its words', { pattern: 'gr[ou]g' }, { match: 'the grog store' }],
    ['the same pattern', { pattern: 'gr.g store' }, { pattern: 'gr.g store', receiver: 'mx.example.com' }],
    ['a wider receiver', { match: 'grog', receiver: 'example.com' }, { match: 'grog', receiver: 'mx.example.com' }],
    ['more codes', { match: 'grog', reply: [550, 554] }, { match: 'grog', reply: [554] }],
  ])('behind %s', (_why, first, second) => {
    expect(warningsOfLast(first, second)).toEqual(COVERED);
  });

  test.each<[string, Partial<RuleText>, Partial<RuleText>]>([
    ['words that only overlap', { match: 'grog store burns' }, { match: 'grog store' }],
    ['another receiver', { match: 'grog', receiver: 'mx.example.com' }, { match: 'grog', receiver: 'example.com' }],
    ['a narrower code', { match: 'grog', status: ['5.1.1'] }, { match: 'grog' }],
    ['a pattern tied to a place', { pattern: '^grog' }, { match: 'grog' }],
  ])('but not behind %s', (_why, first, second) => {
    expect(warningsOfLast(first, second)).toEqual([]);
  });

  test('nor where its examples are all taken before', () => {
    const [first, second] = review(
      { match: 'grog store' },
      { pattern: 'gr.g (?:store|bar)', examples: ['550 grog store burns'] },
    );
    expect(first?.warnings).toEqual([]);
    expect(second?.examples[0]?.takenBy).toBe('rule 1');
    expect(second?.warnings).toEqual(['is never reached: all its examples are taken by rule 1']);
  });
});

describe('a pattern could never fit', () => {
  test.each(['grog\\nstore', 'grog {2}store', 'grog  store', 'grog\u2019s', '(?:grog\\t)+', 'x\\x00y\\u0007z|gr\\rog'])(
    '%j',
    pattern => {
      expect(warningsOfLast({ pattern })).toEqual([expect.stringMatching(/^could never fit: /)]);
    },
  );

  test.each(['gr\\sog', 'grog( {2})?store', "grog's", 'grog\\n|store', 'Ñandú \\p{L}+', 'grog[^a-z]{3}', 'GROG'])(
    'but %j may',
    pattern => {
      expect(warningsOfLast({ pattern })).toEqual([]);
    },
  );
});

test('a rule that fits much that stands for something else looks too wide', () => {
  expect(warningsOfLast({ match: 'user' })).toEqual([expect.stringMatching(/^fits \d+ of \d+ built-in wordings/)]);
  expect(warningsOfLast({ match: 'user', receiver: 'mx.example.com' })).toEqual([]);
});

test('an example shows what the built-in rules make of it, and when the rule changes nothing', () => {
  const [won, agreed, news] = review(
    { match: 'grog store: mailbox full', examples: ['552 5.2.2 grog store: mailbox full'] },
    { match: 'no such sailor: user unknown', reason: 'userUnknown', examples: ['550 no such sailor: user unknown'] },
    { match: 'shiver my timbers', examples: ['550 shiver my timbers'] },
  );
  expect(won?.examples[0]?.builtIn).toEqual({
    reason: 'mailboxFull',
    rule: expect.stringMatching(/^phrase "mailbox full"/),
  });
  expect(won?.warnings).toEqual([]);
  expect(agreed?.warnings).toEqual(['changes nothing for its examples: the built-in rules come to the same reason']);
  expect([news?.examples[0]?.builtIn.reason, news?.verdict]).toEqual(['unknown', 'soft']);
});
