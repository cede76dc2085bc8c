/**
 * Mails by number for tests that need many: bounces with their originals, and ordinary mail. Same number, same bytes.
 */

export interface SyntheticBounce {
  readonly report: Buffer;
  readonly original: Buffer;
  readonly address: string;
  readonly verdict: 'hard' | 'soft';
}

const FROM = 'news@shop.example';
const KINDS = [
  { verdict: 'hard', status: '5.1.1', reply: '550 5.1.1 <ADDRESS>: Recipient address rejected: User unknown' },
  { verdict: 'soft', status: '5.2.2', reply: '552 5.2.2 <ADDRESS>: Mailbox is full, quota exceeded' },
  { verdict: 'soft', status: '4.4.1', reply: '451 4.4.1 connect to host: Connection timed out' },
] as const;

/** The n-th bounce: a Postfix-like report, and the campaign mail it is about. */
export function bounceNumber(n: number): SyntheticBounce {
  const kind = KINDS[n % KINDS.length] ?? KINDS[0];
  const address = `customer${n}@domain${n % 7}.example`;
  const id = `campaign-${n}@shop.example`;
  const reply = kind.reply.replace('ADDRESS', address);
  const original = crlf(`From: ${FROM}
To: ${address}
Subject: Offer ${n}
Date: Fri, 20 Nov 2026 09:00:00 +0000
Message-ID: <${id}>
X-CleverTap_META: ${address}|1700000000|1763629200|20261120|0|wzrk_default|-${n}|

Dear customer ${n}
`);
  return { address, verdict: kind.verdict, original, report: reportOn(n, address, id, kind.status, reply) };
}

/** The bounce of any mail, given as it was sent: hard as of an unknown user, soft as of a full mailbox. */
export function bounceOf(source: string, verdict: 'hard' | 'soft' = 'hard'): Buffer {
  const kind = KINDS.find(one => one.verdict === verdict) ?? KINDS[0];
  const address = /^To: <?([^<>\s]+)/m.exec(source)?.[1] ?? '';
  const id = /^Message-ID: <([^<>]+)>/m.exec(source)?.[1] ?? '';
  const report = reportOn(0, address, id, kind.status, kind.reply.replace('ADDRESS', address));
  return Buffer.from(report.toString().replace('<report-0@', `<report-on-${id.split('@')[0] ?? ''}@`));
}

/** The n-th mail that is no bounce; some carry the signs of one. */
export function ordinaryNumber(n: number): Buffer {
  const autoReply = n % 10 === 0;
  return crlf(`From: ${autoReply ? 'away' : 'friend'}${n}@domain${n % 5}.example
To: ${FROM}
Subject: ${autoReply ? 'Out of office' : 'A question about order'} ${n}
Date: Fri, 20 Nov 2026 08:00:00 +0000
Message-ID: <ordinary-${n}@domain${n % 5}.example>${autoReply ? '\nAuto-Submitted: auto-replied\nReturn-Path: <>' : ''}
Content-Type: text/plain; charset=utf-8

${autoReply ? 'I am away until Monday.' : `Where is my parcel ${n}?`}
`);
}

function reportOn(n: number, address: string, id: string, status: string, reply: string): Buffer {
  return crlf(`Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.domain${n % 7}.example>
To: ${FROM}
Subject: Undelivered Mail Returned to Sender
Date: Fri, 20 Nov 2026 10:00:00 +0000
Message-ID: <report-${n}@mx.domain${n % 7}.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="r${n}"

--r${n}
Content-Type: text/plain; charset=us-ascii

Your message could not be delivered to one or more recipients.

<${address}>: host mx said: ${reply}

--r${n}
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.domain${n % 7}.example
Arrival-Date: Fri, 20 Nov 2026 09:59:58 +0000

Final-Recipient: rfc822; ${address}
Action: failed
Status: ${status}
Remote-MTA: dns; mail.domain${n % 7}.example
Diagnostic-Code: smtp; ${reply}
Last-Attempt-Date: Fri, 20 Nov 2026 10:00:00 +0000

--r${n}
Content-Type: message/rfc822

From: ${FROM}
To: ${address}
Subject: Offer ${n}
Message-ID: <${id}>

Dear customer ${n}

--r${n}--
`);
}

function crlf(text: string): Buffer {
  return Buffer.from(text.replaceAll('\n', '\r\n'));
}
