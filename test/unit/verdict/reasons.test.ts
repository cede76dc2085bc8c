/**
 * The closed list of reasons, and that the page about it says the same.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { REASONS } from '../../../src/verdict/verdict.ts';

const ABOUT = { recipient: 'recipient', network: 'the way', sender: 'our side', unknown: 'unknown' };

test('a verdict is hard for five reasons only, all of them about the recipient', () => {
  const hard = Object.entries(REASONS).filter(([, { verdict }]) => verdict === 'hard');
  const five = ['userUnknown', 'userDisabled', 'userMoved', 'domainUnknown', 'domainNoMail'];
  expect(hard.map(([reason]) => reason).sort()).toEqual(five.sort());
  expect(new Set(hard.map(([, { about }]) => about))).toEqual(new Set(['recipient']));
});

test('the page on verdicts lists every reason with its verdict, what it is about and its meaning', () => {
  const page = readFileSync('docs/VERDICTS.md', 'utf8');
  const rows = Array.from(page.matchAll(/^\| `(\w+)` *\| ([\w ]+?) *\| ([\w ]+?) *\| (.+?) *\|$/gm), match =>
    match.slice(1),
  );
  const wanted = Object.entries(REASONS).map(([reason, { verdict, about, meaning }]) => {
    return [reason, reason === 'unknown' ? 'by code' : verdict, ABOUT[about], meaning];
  });
  expect(rows).toEqual(wanted);
});
