/**
 * The look at runs of letters leaves out only wordings that cannot stand in the text.
 */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { gramTable, mayStandIn } from '../../../src/verdict/grams.ts';
import { matchPhrases } from '../../../src/verdict/match.ts';
import { PHRASES } from '../../../src/verdict/phrases.ts';

test('never one that does stand in the text, whatever the letters', () => {
  const string = fc.string({ unit: 'binary' });
  const others = fc.array(fc.array(string));
  fc.assert(
    fc.property(string, fc.array(string), string, others, others, (before, pieces, after, first, last) => {
      const table = gramTable([...first, pieces, ...last]);
      expect(mayStandIn(before + pieces.join(after) + after, table)).toContain(first.length);
    }),
  );
});

test('but nearly always one that does not', () => {
  const wordings = ['mailbox full', 'user unknown', 'greylisted', 'relay access denied', 'quota exceeded', 'does not'];
  const table = gramTable(wordings.map(words => [words]));
  expect(mayStandIn('550 5.1.1 the email account that you tried to reach does not exist', table)).toEqual([5]);
});

test('gives each once, in the order of the wordings', () => {
  const table = gramTable([['mailbox full'], ['no'], ['user unknown']]);
  expect(mayStandIn('user unknown, user unknown, mailbox full', table)).toEqual([0, 1, 2]);
});

test('finds every row of the table in its own words, in a text that is full of others', () => {
  const others = PHRASES.slice(0, 30).map(row => row[1]);
  const missed = PHRASES.filter(([receiver, fragment]) => {
    const words = fragment.replaceAll('*', ' x ').replaceAll('{domain}', 'customer.example');
    const text = `${others.join(' ')} ${words} ${others.join(' ')}`;
    const spoken = { receiver: receiver === 'any' ? undefined : receiver, domain: 'customer.example' };
    return !matchPhrases(text, spoken).some(match => match.fragment === fragment);
  });
  expect(missed.map(row => row[1])).toEqual([]);
});
