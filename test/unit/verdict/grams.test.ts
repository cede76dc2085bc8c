/**
 * The quick look says "cannot be in it" only where that is so.
 */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { gramHashes, gramsOf, mayHold } from '../../../src/verdict/grams.ts';

test('never where a wording does stand in the text, whatever the letters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), fc.string(), (before, words, after) => {
      expect(mayHold(gramsOf(before + words + after), gramHashes([words]))).toBe(true);
    }),
  );
});

test('but nearly always where it does not', () => {
  const grams = gramsOf('550 5.1.1 the email account that you tried to reach does not exist');
  const others = ['mailbox full', 'user unknown', 'greylisted', 'relay access denied', 'quota exceeded'];
  expect(others.filter(words => mayHold(grams, gramHashes([words])))).toEqual([]);
});
