/**
 * An mbox cut into mails: what separates, what only looks like it, and that no way of arriving in pieces matters.
 */
import { describe, expect, test } from '@jest/globals';
import { beginsMbox, mboxSplitter } from '../../../src/cli/mbox.ts';

const MARK = 'From MAILER-DAEMON Thu Jan  1 00:00:00 2026\n';
const LUNCH = 'From: ada@example.org\nSubject: lunch?\n\nAt one?\n';
const DINNER = 'From: ben@example.org\nSubject: dinner?\n\nAt nine?\n';

/** The mails in a text that arrives in chunks of so many bytes. */
function split(text: string, chunkBytes = text.length, limitBytes = 10_000): string[] {
  const splitter = mboxSplitter(limitBytes);
  const bytes = Buffer.from(text, 'latin1');
  const mails: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes)
    mails.push(...splitter.push(bytes.subarray(at, at + chunkBytes)));
  return [...mails, ...splitter.end()].map(mail => mail.toString('latin1'));
}

describe('an mbox is cut', () => {
  test.each([
    ['at its separators', `${MARK}${LUNCH}\n${MARK}${DINNER}\n`],
    ['with the last line end missing', `${MARK}${LUNCH}\n${MARK}${DINNER}`],
    ['with empty lines after each mail', `${MARK}${LUNCH}\n\n${MARK}${DINNER}\n\n`, `${LUNCH}\n`, `${DINNER}\n`],
    [
      'with the date and zone of other mailers',
      `From 17@xxx Thu Jan 01 10:00:00 +0000 2026\n${LUNCH}\n${MARK}${DINNER}`,
    ],
    ["with a sender alone before the mail's header", `From ada@example.org\n${LUNCH}\nFrom ben@example.org\n${DINNER}`],
  ])('%s', (_how, text, first = LUNCH, second = DINNER) => {
    for (const size of [1, 7, 64, text.length]) expect(split(text, size)).toEqual([first, second]);
  });

  test('with CRLF line ends kept as they are', () => {
    const crlf = (text: string): string => text.replaceAll('\n', '\r\n');
    for (const size of [1, 3, 1000]) {
      expect(split(crlf(`${MARK}${LUNCH}\n${MARK}${DINNER}\n`), size)).toEqual([crlf(LUNCH), crlf(DINNER)]);
    }
  });

  test.each([
    ['words that begin a sentence', 'From now on we close at four.\nNote: not on Sundays.\n'],
    ['a lone address before prose', 'From ada@example.org\nwe heard nothing.\n'],
    ['a separator that follows no empty line', `as it was:\n${MARK}`],
  ])('not at %s', (_what, body) => {
    const mail = `${LUNCH}\n${body}`;
    for (const size of [1, 1000]) expect(split(`${MARK}${mail}\n${MARK}${DINNER}`, size)).toEqual([mail, DINNER]);
  });

  test('with one mark of quoting taken off lines that were quoted', () => {
    const body = `\n>${MARK}>>From here\n>From there\n> From me\n>Fromage\n`;
    const plain = `\n${MARK}>From here\nFrom there\n> From me\n>Fromage\n`;
    for (const size of [1, 5, 1000]) {
      expect(split(`${MARK}${LUNCH}${body}\n${MARK}${DINNER}`, size)).toEqual([`${LUNCH}${plain}`, DINNER]);
    }
  });

  test('with no more kept of a mail than the limit and a chunk, the next one whole', () => {
    const flood = `${LUNCH}${'x'.repeat(60)}\n`.repeat(3000);
    const [first = '', second] = split(`${MARK}${flood}\n${MARK}${DINNER}`, 64, 500);
    expect(first.length).toBeGreaterThan(500);
    expect(first.length).toBeLessThan(700);
    expect(second).toBe(DINNER);
  });

  test('with a line that never ends kept in bounds, and no mark found within it', () => {
    const endless = `${'x'.repeat(200_000)}${MARK.trimEnd()}`;
    const mails = split(`${MARK}${LUNCH}${endless}\n\n${MARK}${DINNER}`, 1000, 300_000);
    expect(mails).toEqual([`${LUNCH}${endless}\n`, DINNER]);
  });

  test('with a mail without a byte counted as one', () => {
    expect(split(`${MARK}\n${MARK}${DINNER}`)).toEqual(['\n', DINNER]);
    expect(split(MARK)).toEqual(['']);
  });
});

test.each([
  [MARK + LUNCH, true],
  [MARK, true],
  [`From ada@example.org\r\nReceived: x\r\n`, true],
  [`From ada@example.org\n>From MAILER-DAEMON Thu Jan  1 00:00:00 2026\n${LUNCH}`, true],
  [LUNCH, false],
  ['From ada@example.org\nhello\n', false],
  ['From the desk of Ada: 10:30, 2026\nDear Ben\n', false],
  ['', false],
])('%j begins an mbox: %s', (text, is) => {
  expect(beginsMbox(Buffer.from(text))).toBe(is);
});
