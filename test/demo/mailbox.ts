/**
 * The demo's mailbox: every fixture, the originals of the genuine bounces in Sent, and one forged report.
 */
import type { Fixture } from '../fixtures/load.ts';
import { originalOf } from '../servers/sent-originals.ts';

/** A fake report: it names a customer who never got the mail it quotes. */
export const FORGED = { victim: 'victim@customer.example' };
const LATE_ID = 'late-0001@shop.example';
const TO = 'news@shop.example';

/** A bounce that arrives while the daemon follows the mailbox. */
export const LATE = {
  address: 'late@customer.example',
  event: 'hardbounce',
  source: dsn('late@customer.example', LATE_ID, 'late-report@mx.customer.example'),
};

interface DemoMail {
  readonly source: Buffer;
}

/** All Mail: fixtures and the forged report. Sent: the originals of all bounces that have one. */
export function mailsOf(fixtures: readonly Fixture[], user: string): { all: DemoMail[]; sent: DemoMail[] } {
  const originals = fixtures.flatMap(({ expected }) => originalOf(expected, user) ?? []);
  // A campaign mail that somebody else got, who passes its Message-ID on.
  const first = originals.find(source => /^x-clevertap_meta:/im.test(source.toString('latin1')));
  if (first === undefined) throw new Error('no fixture has an original with X-CleverTap_META');
  const anyRealId = /^message-id: <(.+)>/im.exec(first.toString('latin1'))?.[1] ?? '';
  const late = originalOf(
    { isBounce: true, kind: 'failure', recipients: [], original: { messageId: LATE_ID, recipients: [LATE.address] } },
    user,
  );
  const forged = dsn(FORGED.victim, anyRealId, 'forged@attacker.example');
  const all = [...fixtures.map(({ source }) => ({ source })), { source: forged }];
  return { all, sent: [...originals, late].flatMap(source => (source === undefined ? [] : { source })) };
}

/** What must be posted: verdicts of the fixtures whose original is in Sent. */
export function expectedEvents(fixtures: readonly Fixture[]): { address: string; event: string }[] {
  return fixtures.flatMap(({ expected }) => {
    const sentTo = expected.original?.recipients.map(address => address.toLowerCase()) ?? [];
    return expected.recipients
      .filter(one => one.verdict !== 'none' && sentTo.includes(one.address.toLowerCase()))
      .map(({ address, verdict }) => ({ address, event: `${verdict}bounce` }));
  });
}

/** A report as Postfix writes it: this recipient is unknown; it names the mail that bounced. */
export function dsn(recipient: string, originalId: string, reportId: string): Buffer {
  const domain = recipient.slice(recipient.indexOf('@') + 1);
  return Buffer.from(
    `Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.${domain}>
To: ${TO}
Subject: Undelivered Mail Returned to Sender
Date: Fri, 20 Nov 2026 10:00:00 +0000
Message-ID: <${reportId}>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

<${recipient}>: host mx.${domain}[192.0.2.25] said: 550 5.1.1 <${recipient}>:
    Recipient address rejected: User unknown (in reply to RCPT TO command)

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.${domain}
Arrival-Date: Fri, 20 Nov 2026 09:59:58 +0000

Final-Recipient: rfc822; ${recipient}
Original-Recipient: rfc822;${recipient}
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.${domain}
Diagnostic-Code: smtp; 550 5.1.1 <${recipient}>: Recipient address rejected: User unknown

--b1
Content-Type: text/rfc822-headers

From: ${TO}
To: ${recipient}
Subject: Our news
Message-ID: <${originalId}>

--b1--
`.replaceAll('\n', '\r\n'),
  );
}
