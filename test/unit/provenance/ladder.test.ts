/**
 * The ladder over everything that can be known of a recipient: what must hold of each standing, whatever the order of
 * the rungs.
 */
import { describe, expect, test } from '@jest/globals';
import { LADDER, rungOf } from '../../../src/provenance/ladder.ts';
import type { Standing } from '../../../src/provenance/ladder.ts';

const CHOICES: { readonly [K in keyof Standing]: readonly Standing[K][] } = {
  mode: ['required', 'off'],
  gmailWithoutOriginal: ['hold', 'accept'],
  onlyCampaignMail: [false, true],
  author: ['gmail', 'forged', 'unknown'],
  searched: [true, false],
  quotesMessageId: [true, false],
  original: ['named', 'single', 'others', 'gone'],
  toOurselves: [false, true],
  isCampaign: [true, false],
  hadTheMail: [true, false],
  isSelfTest: [true, false],
  looksLikeSelfTest: [true, false],
  isHard: [true, false],
};

/** Every combination of the choices. */
const all = Object.entries(CHOICES).reduce<Record<string, unknown>[]>(
  (so, [key, values]) => so.flatMap(one => values.map(value => ({ ...one, [key]: value }))),
  [{}],
) as unknown as Standing[];
const required = all.filter(({ mode }) => mode === 'required');
const isLeftOutAsSelfTest = (standing: Standing): boolean => {
  const rung = rungOf(standing);
  return rung.then === 'leave out' && rung.selfTest === true;
};
const isPosted = (standing: Standing): boolean => ['post', 'soften'].includes(rungOf(standing).then);

describe('with proof required', () => {
  test('a hard one is posted as hard only for an address that the mail in Sent was sent to', () => {
    const hard = required.filter(standing => standing.isHard && rungOf(standing).then === 'post');
    expect(hard.length).toBeGreaterThan(0);
    expect(hard.filter(({ original, searched }) => original !== 'named' || !searched)).toEqual([]);
  });

  test('without a mail in Sent nothing is posted but soft ones of Gmail, where the operator accepts them', () => {
    const gone = required.filter(standing => standing.original === 'gone' && isPosted(standing));
    expect(gone.length).toBeGreaterThan(0);
    expect(
      gone.filter(
        one => one.isHard || one.author !== 'gmail' || one.gmailWithoutOriginal !== 'accept' || !one.searched,
      ),
    ).toEqual([]);
  });

  test('nothing is posted that is forged, that names nobody who got the mail, or that is a mail to ourselves', () => {
    const bad = required.filter(
      one => one.author === 'forged' || one.original === 'others' || (one.original !== 'gone' && one.toOurselves),
    );
    expect(bad.filter(isPosted)).toEqual([]);
  });

  test('a mail counts as passed on, softly, only for who had it, and never by the word of Gmail', () => {
    const passedOn = required.filter(standing => standing.original === 'single' && isPosted(standing));
    expect(passedOn.length).toBeGreaterThan(0);
    expect(passedOn.filter(one => !one.hadTheMail || one.author !== 'unknown')).toEqual([]);
    expect(passedOn.filter(standing => rungOf(standing).then !== 'soften')).toEqual([]);
  });

  test("people's mail is never posted where only campaign mail counts, and is left out only there", () => {
    const people = required.filter(one => one.onlyCampaignMail && !one.isCampaign);
    expect(people.filter(isPosted)).toEqual([]);
    const leftOut = required.filter(one => rungOf(one).then === 'leave out' && !isLeftOutAsSelfTest(one));
    expect(leftOut.length).toBeGreaterThan(0);
    expect(leftOut.filter(one => !one.onlyCampaignMail || one.isCampaign || one.original === 'gone')).toEqual([]);
  });

  test('a self-test is left out for the address that the marked mail in Sent went to, and changes nothing else', () => {
    const leftOut = required.filter(isLeftOutAsSelfTest);
    expect(leftOut.length).toBeGreaterThan(0);
    expect(leftOut.filter(one => !one.isSelfTest || one.original !== 'named' || !one.searched)).toEqual([]);
    expect(required.filter(one => one.isSelfTest && one.original === 'named').filter(isPosted)).toEqual([]);
    const unnamed = required.filter(one => one.isSelfTest && one.original !== 'named');
    expect(unnamed.filter(one => rungOf(one) !== rungOf({ ...one, isSelfTest: false }))).toEqual([]);
  });

  test('what a report says of a self-test posts nothing that would not be posted without, and hides nothing', () => {
    const claims = required.filter(one => one.looksLikeSelfTest);
    const differ = claims.filter(one => rungOf(one) !== rungOf({ ...one, looksLikeSelfTest: false }));
    expect(differ.length).toBeGreaterThan(0);
    expect(differ.filter(one => rungOf(one).then !== 'hold' || one.original !== 'gone')).toEqual([]);
  });
});

test('with proof off everything is posted, and says so', () => {
  const off = all.filter(({ mode }) => mode === 'off').map(rungOf);
  expect(new Set(off.map(rung => ('proof' in rung ? rung.proof : rung.then)))).toEqual(new Set(['off']));
});

test('every rung can be reached, and has a name of its own', () => {
  const reached = new Set(all.map(standing => rungOf(standing).name));
  expect(LADDER.map(({ name }) => name).filter(name => !reached.has(name))).toEqual([]);
  expect(new Set(LADDER.map(({ name }) => name)).size).toBe(LADDER.length);
});
