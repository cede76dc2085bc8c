/**
 * What `classify --explain` says of a verdict: everything a person needs to agree with it or not.
 */
import { expect, test } from '@jest/globals';
import { verdictLines } from '../../../src/cli/verdict-lines.ts';
import { readBounce } from '../../../src/index.ts';

const report = (reply: string): string => `From: mailer-daemon@mx.example.net
To: news@example.com
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

Your mail could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; ann@customer.example
Action: failed
Status: 5.7.1
Diagnostic-Code: smtp; ${reply}

--b--
`;

async function explained(reply: string): Promise<string> {
  const bounce = await readBounce(report(reply));
  return bounce.verdicts.flatMap(verdict => verdictLines(bounce, verdict)).join('\n');
}

test('the verdict and its cause, the line, the rule and its source, what lost and why, the reader', async () => {
  const lines = (await explained('550 5.7.1 mailbox full')).split('\n').map(line => line.trim());
  expect(lines).toEqual([
    'verdict   soft: policy "clevertap": mailboxFull is soft',
    'reason    mailboxFull',
    'line    "550 5.7.1 mailbox full" (delivery-status)',
    expect.stringMatching(/^rule {4}phrase "mailbox full" of many receivers \(.+\)$/),
    'lost      policy: words count before codes, which receivers misuse',
    'rule    status 5.7.1 (RFC 3463)',
    'reader    rfc3464, as a report of failure',
    expect.stringMatching(/^line {4}"action: failed, status: 5\.7\.1, .*\(delivery-status\)$/),
    expect.stringMatching(/^rule {4}fields of the recipient, RFC 3464 2\.3$/),
  ]);
});

test('nothing in a mail can steer the terminal', async () => {
  expect(await explained('550 5.7.1 mailbox full \u001b[2J')).not.toMatch(/[^\P{Cc}\n]/u);
});
