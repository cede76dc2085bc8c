/**
 * An address is reported whole or not at all: a part of one may be somebody else's.
 */
import { describe, expect, test } from '@jest/globals';
import { readBounce } from '../../../src/index.ts';
import { isReport, readReport } from '../../../src/report/report.ts';
import { LIMITS } from '../../../src/shared/limits.ts';
import { message } from './build.ts';

const LONG = `ann@${'b.'.repeat(300)}example`;
const QMAIL = 'Hi. This is the qmail-send program at mx.example.\n\n';

describe('what cannot be an address is not cut down to one', () => {
  test.each([
    ['two domains', `${QMAIL}<ann@example.org@example.net>:\nno such user`],
    ['an unseen character in the domain', `${QMAIL}<ann@exam\u00adple.org>:\nno such user`],
    ['a domain over the limit, qmail', `${QMAIL}<${LONG}>:\nno such user`],
    ['a domain over the limit, alone on its line', `Delivery failed\n\n${LONG}\n`],
    ['a domain over the limit, IMail', `Unknown user: ${LONG}`],
    ['a domain over the limit, in a sentence', `Delivery to ${LONG} failed: user unknown`],
    [
      'a name with its domain far behind it',
      `The following recipients were affected:\n    ann${'\t'.repeat(300)}@customer.example\n\n550 user unknown`,
    ],
    [
      'a domain over the limit, Exchange',
      `did not reach the following recipient(s):\n\nc=US;SMTP=${LONG}; on Mon, 3 Oct`,
    ],
  ])('%s', (_what, text) => {
    const reading = readReport(message({ text }));
    expect(isReport(reading) ? reading.recipients : []).toEqual([]);
  });
});

test('a label in Chinese ends with an ideograph or a sign; a wide digit is part of the name', () => {
  const found = (line: string): string[] => {
    const reading = readReport(message({ text: `退信\n\n${line}\n550 user unknown` }));
    return isReport(reading) ? reading.recipients.map(({ finalRecipient }) => finalRecipient) : [];
  };
  expect(found('收件人：ann@customer.example')).toEqual(['ann@customer.example']);
  expect(found('收件人８ann@customer.example')).not.toContain('ann@customer.example');
});

test('a hyphen before a list entry is none of the address, one that touches it is', () => {
  const text = `${QMAIL}- <ann@customer.example>:\nno such user\n\n--bob@customer.example:\nno such user\n`;
  const reading = readReport(message({ text, headers: { subject: 'failure notice' } }));
  const found = isReport(reading) ? reading.recipients.map(({ finalRecipient }) => finalRecipient) : [];
  expect(found).not.toContain('bob@customer.example');
});

describe('where a limit cuts, the address at the cut is left out', () => {
  const mail = (fields: string, body: string): string =>
    `From: MAILER-DAEMON@mx.example\nSubject: Undelivered mail\nTo: news@shop.example\n${fields}\n\n${body}`;
  const addresses = async (source: string): Promise<string[]> =>
    (await readBounce(source)).verdicts.map(({ recipient }) => recipient);

  test('a text that is longer than what is read', async () => {
    const head = `${QMAIL}<bob@customer.example>:\nno such user\n\n`;
    for (let cut = 5; cut < 27; cut += 1) {
      const filler = 'x'.repeat(LIMITS.textFirstBytes - head.length - cut - 2);
      const text = `${head}${filler}\n\n<ann@customer.example.net>:\nno such user\n`;
      expect(await addresses(mail('', text))).toEqual(['bob@customer.example']);
    }
  });

  test('a delivery-status part that is longer than what is read', async () => {
    const group = 'Final-Recipient: rfc822; bob@customer.example\nAction: failed\nStatus: 5.1.1\n';
    for (let cut = 40; cut < 49; cut += 1) {
      const filler = `X-Filler: ${'y'.repeat(LIMITS.deliveryStatusBytes - group.length - 'X-Filler: '.length - cut)}\n`;
      const status = `${group}${filler}\nFinal-Recipient: rfc822; ann@customer.example.net\nAction: failed\n`;
      const fields = 'Content-Type: multipart/report; report-type=delivery-status; boundary=b';
      const body = `--b\nContent-Type: message/delivery-status\n\n${status}\n--b--\n`;
      expect(await addresses(mail(fields, body))).toEqual(['bob@customer.example']);
    }
  });

  test('a header that is longer than what is read', async () => {
    const body = 'Delivery to the following recipient failed permanently';
    const fixed = mail('X-Filler: ', '').indexOf('\n\n');
    for (let cut = 30; cut < 45; cut += 1) {
      const filler = `X-Filler: ${'z'.repeat(LIMITS.headerBytes - fixed - cut)}`;
      expect(await addresses(mail(`${filler}\nX-Failed-Recipients: ann@customer.example.net`, body))).toEqual([]);
    }
  });
});
