/**
 * Mail from anyone: whatever it holds, reading ends, throws nothing and stays within the limits.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isCandidate, isReport, readReport } from '../../../src/report/report.ts';
import { LIMITS } from '../../../src/shared/limits.ts';
import { fates, message, recipientOf } from './build.ts';

const STATUS = 'Final-Recipient: rfc822; ann@customer.example\nAction: failed\n';
/** Sentences that wake a reader, and pieces that a pattern of it could stumble over when they come by the thousand. */
const PIECES = [
  ' ',
  '-',
  '\n',
  'a@',
  '<a@b.example>:\n',
  '5.1.',
  '550 ',
  'Action: failed\n',
  'Final-Recipient: rfc822; a@b.example\n',
  '--- The following addresses had ',
  '550 <a@b.example>... unknown\n',
  '<a@b.example> (expanded from <',
  'Unknown user: ',
  'a on ',
  'following address ',
  'message-id: <',
  'we recommend contacting the other email provider ',
  'technical details of permanent failure ',
];
const OPENINGS = [
  '',
  'This message was created automatically by mail delivery software\n',
  'Hi. This is the qmail-send program at mx.example.\n',
  'This is the mail system at host mx.example.\n',
  '   ----- Transcript of session follows -----\n',
  'did not reach the following recipient(s):\n',
  'This is the DragonFly Mail Agent\nThere was an error delivering your mail to <',
];

describe('it ends', () => {
  test.each(OPENINGS)('after "%s", whatever comes 100,000 characters long', opening => {
    for (const piece of PIECES) {
      const body = opening + piece.repeat(100_000 / piece.length);
      for (const given of [{ text: body }, { status: body }, { text: body, headers: { from: body, subject: body } }]) {
        expect(() => readReport(message(given))).not.toThrow();
      }
    }
  });

  test('whatever words come together', () => {
    const words = fc.array(fc.oneof(fc.constantFrom(...PIECES, ...OPENINGS), fc.string({ unit: 'binary' })));
    const texts = words.map(parts => parts.join(''));
    fc.assert(
      fc.property(texts, texts, texts, (text, status, subject) => {
        const mail = message({ text, status, headers: { subject, from: subject, 'x-failed-recipients': text } });
        const reading = readReport(mail);
        expect(reading.kind).toBeTruthy();
        if (isReport(reading)) expect(isCandidate(mail.headers)).toBe(true);
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});

describe('limits', () => {
  test('a diagnostic and a quote are cut, and nothing in them steers a terminal', () => {
    const reply = `550 \u001b[2J\u202eno such user ${'x'.repeat(10_000)}`;
    const { diagnostic = '', evidence } = recipientOf({ status: `${STATUS}Diagnostic-Code: smtp; ${reply}\n` });
    expect(diagnostic.length).toBe(LIMITS.diagnosticChars);
    expect(evidence[0]?.quote.length).toBe(LIMITS.quoteChars);
    expect(diagnostic + (evidence[0]?.quote ?? '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  test('of text, too, no more recipients than the limit', () => {
    const lines = Array.from({ length: 1000 }, (_, at) => `<u${at}@customer.example>:\nno such user\n`);
    const text = `Hi. This is the qmail-send program at mx.example.\n\n${lines.join('\n')}`;
    expect(fates({ text })).toHaveLength(LIMITS.recipients);
  });
});
