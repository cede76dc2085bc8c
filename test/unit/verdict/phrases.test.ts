/**
 * Every wording of the table leads to its own reason, or gives way to one that is named here.
 */
import { describe, expect, test } from '@jest/globals';
import { decidingPhrase, matchPhrases, normalise } from '../../../src/verdict/match.ts';
import { PHRASES } from '../../../src/verdict/phrases.ts';
import { REASONS } from '../../../src/verdict/verdict.ts';

/** Wordings that another row overrules, with the reason that wins. */
const GIVES_WAY: Readonly<Record<string, string>> = {
  'any: administrative prohibition - unable to validate recipient': 'policy',
  'att: sender rejected aup': 'senderRejected',
  // A name that cannot be routed is dead either way: the local part's or the domain's fault.
  'exim: unrouteable address': 'domainUnknown',
  'freenet: unrouteable address': 'domainUnknown',
  'sendmail: service unavailable': 'policy',
};

const reasonOf = (receiver: string, fragment: string): string | undefined => {
  const text = normalise(fragment.replaceAll('*', 'x1')).replaceAll('{domain}', 'customer.example');
  const spoken = { receiver: receiver === 'any' ? undefined : receiver, domain: 'customer.example' };
  return decidingPhrase(matchPhrases(text, spoken))?.reason;
};

describe('the table', () => {
  test('leads from every wording to its own reason', () => {
    const others = PHRASES.flatMap(([receiver, fragment, reason]) => {
      const got = reasonOf(receiver, fragment);
      return got === reason ? [] : [[`${receiver}: ${fragment}`, got]];
    });
    expect(Object.fromEntries(others)).toEqual(GIVES_WAY);
  });

  test('holds what normalised texts can hold, each row once', () => {
    expect(PHRASES.filter(([, fragment]) => fragment !== normalise(fragment)).map(row => row[1])).toEqual([]);
    const keys = PHRASES.map(([receiver, fragment]) => `${receiver}: ${fragment}`);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  test('names a known reason and a source in every row', () => {
    expect(PHRASES.filter(row => !(row[2] in REASONS) || row[4].trim() === '')).toEqual([]);
  });

  test('leads no wording straight to a delay or a success', () => {
    expect(PHRASES.filter(row => REASONS[row[2]].verdict === 'none')).toEqual([]);
  });
});

describe("the recipient's own domain in a wording", () => {
  const said = (text: string): string | undefined =>
    decidingPhrase(matchPhrases(text, { domain: 'customer.example' }))?.reason;

  test('is not the domain of another', () => {
    expect(said('553 customer.example does not exist')).toBe('domainUnknown');
    expect(said('553 shop.example does not exist')).toBeUndefined();
    expect(said('no mx record found for domain=shop.example')).not.toBe('domainNoMail');
  });

  test('is not part of an address or of a longer name', () => {
    expect(said('553 ann@customer.example does not exist')).not.toBe('domainUnknown');
    expect(said('553 mx.customer.example does not exist')).not.toBe('domainUnknown');
    expect(said('553 customer.example.org does not exist')).not.toBe('domainUnknown');
  });
});

describe('a reply is compared', () => {
  const match = (text: string, receiver?: string): string | undefined =>
    decidingPhrase(matchPhrases(normalise(text), { receiver }))?.reason;

  test.each([
    ['over continuation lines that repeat the codes', '550-5.1.1 no such\r\n550 5.1.1 user here', 'userUnknown'],
    [
      'behind the words of the reporter',
      'host mx.customer.example said: 550-5.1.1 no such 550 5.1.1 user',
      'userUnknown',
    ],
    ['in any case and spacing', '550  USER\tUnKnown', 'userUnknown'],
    ['with typographic quotes', '550 user doesn\u2019t exist', 'userUnknown'],
  ])('%s', (_about, text, reason) => {
    expect(match(text)).toBe(reason);
  });

  test('with the pieces of a wording near each other only', () => {
    const apart = (gap: number): string => `user ${'x'.repeat(gap)} does not exist`;
    expect(match(apart(50))).toBe('userUnknown');
    expect(match(apart(500))).toBeUndefined();
  });

  test("with a vendor's code only where it is a word of its own", () => {
    expect(match('550 refused. ib607')).toBe('rateLimited');
    expect(match('550 refused, queued as 3ib6071')).toBeUndefined();
    expect(match('550 refused, queued as 3ib6071, see ib607')).toBe('rateLimited');
  });

  test('up to its limit and not beyond', () => {
    expect(match(`${'x '.repeat(1200)} user unknown`)).toBeUndefined();
  });
});
