/**
 * An operator's pattern: means what it means in JavaScript, cannot be made slow by a stranger, and is refused with the
 * reason where that cannot be promised.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { searchFor } from '../../../src/verdict/automaton.ts';
import { readPattern, shortest } from '../../../src/verdict/pattern.ts';

function search(source: string): (text: string) => boolean {
  const read = readPattern(source);
  const found = 'mistake' in read ? undefined : searchFor(read.pattern);
  if (found === undefined) throw new Error(`refused: ${JSON.stringify(read)}`);
  return found;
}

describe('a pattern', () => {
  test.each([
    ['user .* not found', 'the user ann was not found', 'not found, user'],
    ['^550 .*closed$', '550 mailbox closed', '550 mailbox closed now'],
    ['\\bfull\\b', 'mailbox full.', 'careful, fuller'],
    ['(?:\\d{1,3}\\.){3}\\d{1,3}', 'from 192.0.2.17 today', 'from 192.0.2 today'],
    ['over ?(quota|limit)', 'OverQuota', 'over the quota'],
    ['código \\p{L}+', 'Código Ñandú', 'código 5'],
    ['[^a-c]{2}x', 'ddx', 'dax'],
    ['a{2,3}b', 'xaab', 'xab'],
    ['code (?<number>\\d+)\\s?#', 'code 12#', 'code #'],
    ['colou?r|\\u00e9t\\u{e9}', 'été', 'colur'],
    ['\\Bing', 'sing', 'ing'],
  ])('%s', (source, yes, no) => {
    expect([search(source)(yes), search(source)(no)]).toEqual([true, false]);
  });

  // Patterns made of these mean the same to JavaScript: whatever is read must be run alike.
  const piece = fc.constantFrom(
    ...[
      'a',
      'b',
      '.',
      '[ab]',
      '[^a]',
      '\\w',
      '\\b',
      '^',
      '$',
      '(?:ab|a)',
      '(b|)',
      'a?',
      'b*',
      'a+',
      'a{2}',
      'b{1,2}',
      '|',
    ],
  );
  test('finds what JavaScript finds', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 6 }),
        fc.string({ unit: fc.constantFrom('a', 'b', ' ') }),
        (parts, text) => {
          const source = parts.join('');
          expect([source, text, search(source)(text)]).toEqual([source, text, new RegExp(source, 'iu').test(text)]);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('that costs JavaScript years is done at once', () => {
    // About 2000^5 steps for a machine that goes back.
    expect(search('.*a.*a.*a.*a.*b!')('a'.repeat(2000))).toBe(false);
  });

  test('must find at least so many characters', () => {
    const least = (source: string): number => {
      const read = readPattern(source);
      return 'mistake' in read ? -1 : shortest(read.pattern);
    };
    expect(['.*', 'a?b?', '^abc$', 'ab|c', '(?:ab){3}', 'x{2,}'].map(least)).toEqual([0, 0, 3, 1, 6, 2]);
  });
});

describe('is refused', () => {
  test.each([
    ['(a+)+', 'repeats without end what repeats without end already ("+" over "*", "+" or "{n,}")'],
    ['(?:x(?:ab*)?){2,}', 'repeats without end what repeats without end already ("{2,}" over "*", "+" or "{n,}")'],
    ['(a)\\1', 'holds a backreference ("\\1"): it cannot be matched in linear time'],
    ['(?<n>a)\\k<n>', 'holds a backreference ("\\k"): it cannot be matched in linear time'],
    ['a(?=b)', 'holds a lookahead ("(?="): it cannot be matched in linear time'],
    ['a(?!b)', 'holds a lookahead ("(?!"): it cannot be matched in linear time'],
    ['(?<=b)a', 'holds a lookbehind ("(?<="): it cannot be matched in linear time'],
    ['(?<!b)a', 'holds a lookbehind ("(?<!"): it cannot be matched in linear time'],
    ['user (unknown', 'is no regular expression (Unterminated group)'],
    ['[z-a]', 'is no regular expression (Range out of order in character class)'],
  ])('%s', (source, mistake) => {
    expect(readPattern(source)).toEqual({ mistake });
  });

  test('when its counts make it too large', () => {
    const read = readPattern('(?:(?:abc){900}){900}');
    expect('pattern' in read && searchFor(read.pattern)).toBeUndefined();
  });
});
