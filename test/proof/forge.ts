/**
 * Forged reports: a fake of any mail server's, and one that looks like Gmail's own, each with what a trick changes.
 * Takes changes, gives the mail's bytes.
 */
import { VICTIM } from './world.ts';

export interface Fake {
  /** Lines above everything else. */
  readonly top?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly subject?: string;
  /** Further lines of the header. */
  readonly more?: readonly string[];
  /** The whole Content-Type line's value. */
  readonly contentType?: string;
  /** The per-message fields of the delivery-status part. */
  readonly status?: readonly string[];
  /** The groups of the delivery-status part, one a recipient. */
  readonly groups?: readonly (readonly string[])[];
  /** Lines of the returned message's header. */
  readonly returned?: readonly string[];
  readonly text?: string;
}

/** A group that fails for good. */
export function failed(address: string, more: readonly string[] = []): string[] {
  return [
    `Final-Recipient: rfc822; ${address}`,
    'Action: failed',
    'Status: 5.1.1',
    `Diagnostic-Code: smtp; 550 5.1.1 <${address}>: Recipient address rejected: User unknown`,
    ...more,
  ];
}

/** A group that says that the mailbox is full: a soft one. */
export function full(address: string): string[] {
  return [
    `Final-Recipient: rfc822; ${address}`,
    'Action: failed',
    'Status: 5.2.2',
    'Diagnostic-Code: smtp; 552 5.2.2 The recipient mailbox is over quota',
  ];
}

/** The header of a mail of ours as a report returns it. */
export function returnedMail(id: string, to = VICTIM, more: readonly string[] = []): string[] {
  return ['From: Shop News <news@shop.example>', `To: ${to}`, 'Subject: Your offers', `Message-ID: <${id}>`, ...more];
}

/** A report as Postfix writes it. */
export function fake(change: Fake = {}): Buffer {
  const {
    from = 'Mail Delivery System <MAILER-DAEMON@mx.customer.example>',
    to = 'news@shop.example',
    subject = 'Undelivered Mail Returned to Sender',
    contentType = 'multipart/report; report-type=delivery-status; boundary="b1"',
    status = ['Reporting-MTA: dns; mx.customer.example', 'Arrival-Date: Thu, 13 Nov 2025 02:13:20 +0000'],
    groups = [failed(VICTIM)],
    text = 'Your message could not be delivered.',
  } = change;
  const lines = [
    ...(change.top ?? ['Return-Path: <>']),
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${subject}`,
    'Date: Thu, 13 Nov 2025 02:14:00 +0000',
    'Message-ID: <forged-1@attacker.example>',
    ...(change.more ?? []),
    'MIME-Version: 1.0',
    `Content-Type: ${contentType}`,
    '',
    ...partsOf(text, status, groups, change.returned),
  ];
  return Buffer.from(lines.join('\r\n'));
}

function partsOf(
  text: string,
  status: readonly string[],
  groups: readonly (readonly string[])[],
  returned: readonly string[] | undefined,
): string[] {
  return [
    ...['--b1', 'Content-Type: text/plain; charset=utf-8', '', text, ''],
    ...['--b1', 'Content-Type: message/delivery-status', '', ...status, '', ...groups.flatMap(lines => [...lines, ''])],
    ...(returned === undefined ? [] : ['--b1', 'Content-Type: message/rfc822', '', ...returned, '', 'Hello', '']),
    ...['--b1--', ''],
  ];
}

/** What Google's servers write above a report of Gmail's; each line of it is one that a trick may change. */
export interface GmailTrace {
  readonly deliveredTo: string;
  readonly hop: string;
  readonly returnPath: string;
  readonly received: string;
  readonly spf: string;
  readonly results: string;
  readonly signature: string;
}

export const RESULTS =
  'mx.google.com; dkim=pass header.i=@googlemail.com header.s=20230601 header.b=nsNrRXzQ; spf=none (google.com: ' +
  'mail-sor-f70.google.com does not designate permitted sender hosts) smtp.helo=mail-sor-f70.google.com; ' +
  'dmarc=pass (p=QUARANTINE sp=QUARANTINE dis=NONE) header.from=googlemail.com';

export const SIGNATURE =
  'v=1; a=rsa-sha256; c=relaxed/relaxed; d=googlemail.com; s=20230601; t=1763000000; ' +
  'h=in-reply-to:references:subject:from:date:message-id:auto-submitted:to:from:to:cc:subject:date:message-id' +
  ':reply-to; bh=I3qOMu5PdtLhZ3fUMCz+IhEiR2D4O0hnRETjs6K+fcU=; b=nsNrRXzQosLiQCwOOxQvJ+HylZm+JmQEHJpNlgmBLlwcCQ==';

const TRACE: GmailTrace = {
  deliveredTo: 'Delivered-To: news@shop.example',
  hop: 'Received: by 2002:a05:6035:3776:b0:df8:54b5:8a56 with SMTP id ajbfcsp826821lmm; Wed, 12 Nov 2025 18:14:00 -0800',
  returnPath: 'Return-Path: <>',
  received:
    'Received: from mail-sor-f70.google.com (mail-sor-f70.google.com. [209.85.208.54]) by mx.google.com with SMTPS id ' +
    '5a20ab28a459 for <news@shop.example> (Google Transport Security); Wed, 12 Nov 2025 18:14:00 -0800 (PST)',
  spf: 'Received-SPF: none (google.com: mail-sor-f70.google.com does not designate hosts) client-ip=209.85.208.54;',
  results: `Authentication-Results: ${RESULTS}`,
  signature: `DKIM-Signature: ${SIGNATURE}`,
};

/** The lines above a report, with changes; an empty one is left out. */
export function trace(change: Partial<GmailTrace> = {}): string[] {
  const { deliveredTo, hop, returnPath, received, spf, results, signature } = { ...TRACE, ...change };
  return [deliveredTo, hop, returnPath, received, spf, results, signature].filter(line => line !== '');
}

/** A report of Gmail's own about a full mailbox, and about a mail that is not in Sent. */
export function gmail(change: Fake & { readonly trace?: Partial<GmailTrace> } = {}): Buffer {
  const id = 'purged-long-ago@shop.example';
  return fake({
    top: trace(change.trace),
    from: 'Mail Delivery Subsystem <mailer-daemon@googlemail.com>',
    subject: 'Delivery Status Notification (Failure)',
    status: ['Reporting-MTA: dns; googlemail.com', `X-Original-Message-ID: <${id}>`],
    groups: [full(VICTIM)],
    ...change,
    more: [
      'Auto-Submitted: auto-replied',
      `References: <${id}>`,
      `In-Reply-To: <${id}>`,
      `X-Failed-Recipients: ${VICTIM}`,
      ...(change.more ?? []),
    ],
  });
}
