/**
 * A narrow terminal: every line that a person is shown fits, and no word of it is lost.
 */
import { describe, expect, test } from '@jest/globals';
import { HELP } from '../../../src/cli/help.ts';
import { terminalRoom } from '../../../src/cli/print.ts';
import { reflowed } from '../../../src/cli/reflow.ts';
import { columns, fitted } from '../../../src/cli/table.ts';

const widest = (text: string): number => Math.max(...text.split('\n').map(line => line.length));
const words = (text: string): string[] => text.split(/\s+/).filter(word => word !== '');

describe('the help', () => {
  test.each(Object.entries(HELP))('of %s', (_command, text) => {
    for (const room of [40, 60, 80, 100]) {
      const shown = reflowed(text, room);
      expect(widest(shown.replace(/^example: .*$/m, ''))).toBeLessThanOrEqual(room);
      expect(shown).toContain(/^example: .*$/m.exec(text)?.[0]);
      if (room >= 80) expect(words(shown)).toEqual(words(text));
    }
    expect(reflowed(text, 200)).toBe(text);
    expect(reflowed(text)).toBe(text);
  });

  test('fills paragraphs, options and usages anew, each below its own beginning', () => {
    const text = `usage: bounced replay --since TIME --config FILE [--dry-run]
                      [--json]
       bounced replay --file FILE

Reads mails again and decides
again.

  --since TIME  all that came
                since
  --json        an object
`;
    expect(reflowed(text, 30)).toBe(`usage: bounced replay --since
       TIME --config FILE
       [--dry-run] [--json]
       bounced replay --file
       FILE

Reads mails again and decides
again.

  --since TIME  all that came
                since
  --json        an object
`);
    expect(reflowed(text.replace('again.', 'again, with all that follows.'), 44)).toContain(
      '\nReads mails again and decides again, with\nall that follows.\n',
    );
  });
});

describe('a table', () => {
  const ROWS = [
    ['id', 'state', 'last answer'],
    ['4f1c', 'dead', 'refused 400: no such profile was ever seen here'],
    ['77aa', 'waiting', ''],
  ];

  test('that fits is a table', () => {
    expect(columns(ROWS, 70).split('\n')[0]).toBe('id    state    last answer');
    expect(columns(ROWS)).toBe(columns(ROWS, 70));
  });

  test('that does not is a paragraph a row, each cell with its name', () => {
    expect(columns(ROWS, 36)).toBe(`id           4f1c
state        dead
last answer  refused 400: no such
             profile was ever seen
             here

id           77aa
state        waiting`);
  });
});

test('a long line is continued below its own beginning; a word that is wider than all is broken', () => {
  expect(fitted('    reason  a phrase of many words', 24)).toBe('    reason  a phrase of\n            many words');
  expect(fitted('x'.repeat(50), 20).split('\n')).toEqual(['x'.repeat(20), 'x'.repeat(20), 'x'.repeat(10)]);
  expect(fitted('short\n\nlines', 20)).toBe('short\n\nlines');
});

test('a pipe has no width, nor has a terminal that tells none', () => {
  expect(terminalRoom({ isTTY: false, columns: 40 })).toBeUndefined();
  expect(terminalRoom({ isTTY: true, columns: 0 })).toBeUndefined();
  expect(terminalRoom({ isTTY: true, columns: 40 })).toBe(40);
});
