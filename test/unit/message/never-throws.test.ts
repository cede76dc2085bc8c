import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { rawFromSource, readMessage } from '../../../src/message/message.ts';
import { LIMITS } from '../../../src/shared/limits.ts';

const DSN = Buffer.from(
  [
    'From: mailer-daemon@mx.example',
    'Subject: =?utf-8?Q?failure?=',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b1"',
    '',
    '--b1',
    'Content-Type: multipart/alternative; boundary=b2',
    '',
    '--b2',
    'Content-Type: text/plain; charset=utf-8; format=flowed',
    'Content-Transfer-Encoding: base64',
    '',
    'SXQgZmFpbGVkLg==',
    '--b2',
    'Content-Type: text/html; charset=iso-2022-jp',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    '<p>It=20failed.</p>',
    '--b2--',
    '--b1',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.example',
    '',
    'Final-Recipient: rfc822; ann@example.org',
    'Action: failed',
    '--b1',
    'Content-Type: message/rfc822',
    'Content-Transfer-Encoding: base64',
    '',
    'TWVzc2FnZS1JRDogPG9AZXhhbXBsZS5jb20+CgpEZWFyIEFubg==',
    '--b1--',
    '',
  ].join('\r\n'),
);

const WORDS = [
  '\r',
  '\n',
  '\r\n',
  '\0',
  '--b1',
  '--b1--',
  '--b2',
  '=',
  ':',
  '\n\n',
  '"',
  ';',
  '(',
  'Content-Type: ',
  '\xff',
  '=?',
];

/** Replaces `length` bytes at `at` (a share of the mail) by a word or by noise. */
const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat({ max: 60 }),
  by: fc.oneof(
    fc.constantFrom(...WORDS).map(word => Buffer.from(word, 'latin1')),
    fc.uint8Array({ maxLength: 20 }),
  ),
});

test('a damaged report is read as far as it goes, never thrown', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { maxLength: 12 }), async edits => {
      let mail = DSN;
      for (const { at, length, by } of edits) {
        const from = Math.floor(at * mail.length);
        mail = Buffer.concat([mail.subarray(0, from), by, mail.subarray(from + length)]);
      }
      const message = await readMessage(rawFromSource(mail));
      expect(message.problem ?? '').not.toContain('cannot be read');
      expect(message.outline.length).toBeLessThanOrEqual(LIMITS.parts);
      expect(message.text).not.toContain('\r');
    }),
    { numRuns: 300 },
  );
});

test('noise alone is a message with a problem, or with words', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async noise => {
      const message = await readMessage(rawFromSource(Buffer.from(noise)));
      expect(typeof message.text).toBe('string');
    }),
  );
});

test('hostile input of the full size is cut down, not chewed through', async () => {
  const multipart = 'Content-Type: multipart/mixed; boundary=b\n\n';
  const many = (unit: string, length: number = LIMITS.sourceBytes): string =>
    unit.repeat(Math.ceil(length / unit.length));
  const hostile = [
    many('\r'),
    many('\n\t'),
    `A: ${many('x')}`,
    multipart + many('\n--'),
    multipart + many('--b\nContent-Type: multipart/mixed; boundary=b\n\n'),
    `${multipart}--b${many(' ')}`,
    multipart + many(`--b\nContent-Type: text/html\n\n${many('<b>', 60_000)}\n`),
    multipart + many('--b\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\nQUJD\n'),
    `Content-Type: text/plain; ${many('a*0*=b;')}\n\n`,
    `Subject: ${many('=?utf-8?Q?=41?= ')}\n\n`,
  ];
  for (const mail of hostile) {
    const message = await readMessage(rawFromSource(Buffer.from(mail)));
    expect(message.text.length).toBeLessThanOrEqual(LIMITS.textChars);
    expect(message.outline.length).toBeLessThanOrEqual(LIMITS.parts);
    expect(message.headers.length).toBeLessThanOrEqual(LIMITS.headerFields);
  }
});
