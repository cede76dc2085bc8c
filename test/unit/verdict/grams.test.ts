/**
 * The look at runs of letters leaves out only wordings that cannot stand in the text.
 */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { gramTable, mayStandIn } from '../../../src/verdict/grams.ts';
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

test('but of the whole table only a few', () => {
  const table = gramTable(PHRASES.map(row => row[1].split('*')));
  const text = '550-5.1.1 the email account that you tried to reach does not exist. please try double-checking it';
  expect(mayStandIn(text, table).length).toBeLessThan(PHRASES.length / 50);
});

test('gives each once, in the order of the wordings', () => {
  const table = gramTable([['mailbox full'], ['no'], ['user unknown']]);
  expect(mayStandIn('user unknown, user unknown, mailbox full', table)).toEqual([0, 1, 2]);
});
