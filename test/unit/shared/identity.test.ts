/**
 * A mail is known again however its header is folded, and its identity is the one that was recorded years ago.
 */
import { expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { parseHeaderFields } from '../../../src/shared/header-fields.ts';
import { identify } from '../../../src/shared/identity.ts';

const HEADER = [
  'Received: from a.example by mx.example; Mon, 2 Nov 2026 10:00:00 +0000',
  'Message-ID: <1@mx.example>',
  'Date: Mon, 2 Nov 2026 10:00:00 +0000',
  'From: Mail Delivery System <mailer-daemon@mx.example>',
  'Subject: Undelivered mail returned to sender',
  'X-Failed-Recipients: one@shop.example',
  'X-Failed-Recipients: two@shop.example',
];
const digestOf = (lines: readonly string[]): string =>
  identify(parseHeaderFields(Buffer.from(`${lines.join('\r\n')}\r\n`))).digest;

test('the digest is the SHA-256 of the fields that a mail keeps everywhere, each on a line, in a fixed order', () => {
  const text =
    'message-id:<1@mx.example>\ndate:Mon, 2 Nov 2026 10:00:00 +0000\n' +
    'from:Mail Delivery System <mailer-daemon@mx.example>\nsubject:Undelivered mail returned to sender\n' +
    'x-failed-recipients:one@shop.example\nx-failed-recipients:two@shop.example\n';
  expect(digestOf(HEADER)).toBe(createHash('sha256').update(text).digest('hex'));
});

test.each([
  ['folded at a blank', 'Subject: Undelivered mail\r\n returned to sender'],
  ['with more blanks', 'Subject: Undelivered   mail returned to  sender'],
  ['with a tab', 'Subject: Undelivered\tmail returned to sender'],
  ['with another kind of blank', 'Subject: Undelivered\u00a0mail returned to sender'],
])('a field %s is the same', (_, subject) => {
  const other = HEADER.map(line => (line.startsWith('Subject') ? subject : line));
  expect(digestOf(other)).toBe(digestOf(HEADER));
});

test('another word, another order of the recipients, or one field less is another mail; where it came through is not', () => {
  const digests = [
    HEADER,
    HEADER.map(line => line.replace('Undelivered', 'Delivered')),
    [...HEADER.slice(0, 5), ...HEADER.slice(5).reverse()],
    HEADER.slice(0, 6),
  ].map(digestOf);
  expect(new Set(digests).size).toBe(4);
  expect(digestOf(HEADER.slice(1))).toBe(digestOf(HEADER));
});
