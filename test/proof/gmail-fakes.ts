/**
 * Fakes that look like Gmail's own report. Takes nothing, gives one row a trick: its name, the mail, and the reason it
 * must be held for, with an operator who accepts Gmail's reports whose original is gone.
 */
import type { Fake, GmailTrace } from './forge.ts';
import { gmail, RESULTS, SIGNATURE } from './forge.ts';
import type { Trick } from './fakes.ts';

const NOT_IN_SENT = /^held soft .*: no mail with Message-ID <.*> is in Sent$/;
const FORGED = /the report is forged: .*mx\.google\.com says dmarc=fail/;
const SPF = 'spf=none smtp.helo=mail-sor-f70.google.com';
const DKIM = 'dkim=pass header.i=@googlemail.com header.s=20230601 header.b=nsNrRXzQ';
const DMARC = 'dmarc=pass (p=QUARANTINE) header.from=googlemail.com';
const FAIL = 'dmarc=fail (p=QUARANTINE) header.from=googlemail.com';
const ECHO =
  'domain of "a) ; dkim=pass header.i=@googlemail.com; dmarc=pass header.from=googlemail.com (b"@evil.example';

const results = (trick: string, value: string, because = NOT_IN_SENT): Trick => [
  trick,
  gmail({ trace: { results: `Authentication-Results: ${value}` } }),
  because,
];
const above = (trick: string, trace: Partial<GmailTrace>, because = NOT_IN_SENT): Trick => [
  trick,
  gmail({ trace }),
  because,
];
const header = (trick: string, fake: Fake): Trick => [trick, gmail(fake), NOT_IN_SENT];
const signature = (trick: string, value: string): Trick => above(trick, { signature: `DKIM-Signature: ${value}` });

export const GMAIL_FAKES: readonly Trick[] = [
  above('no Authentication-Results', { results: '' }),
  results(
    'the server says that it failed',
    `mx.google.com; dkim=fail header.i=@googlemail.com; ${SPF}; ${FAIL}`,
    FORGED,
  ),
  results('a server named almost the same', `mx.google.com.attacker.example; ${DKIM}; ${DMARC}`),
  results('a server named almost the same, at the front', `attacker-mx.google.com; ${DKIM}; ${DMARC}`),
  results('the server in capitals', `MX.GOOGLE.COM; ${DKIM}; ${DMARC}`),
  results('the server with a dot', `mx.google.com.; ${DKIM}; ${DMARC}`),
  results('two servers', `"attacker" mx.google.com; ${DKIM}; ${DMARC}`),
  results('a server in a comment', `evil.example (mx.google.com); ${DKIM}; ${DMARC}`),
  results('another version of the field', `mx.google.com 2; ${DKIM}; ${DMARC}`),
  results('another version of dkim', `mx.google.com; dkim/2=pass header.i=@googlemail.com; ${DMARC}`),
  results('nothing was looked at', 'mx.google.com; none'),
  results('passive', `mx.google.com; dkim=passive header.i=@googlemail.com; ${DMARC}`),
  results('the result as a reason', `mx.google.com; dkim=fail reason="dkim=pass" header.i=@googlemail.com; ${DMARC}`),
  results('the result in a comment', `mx.google.com; dkim=none (dkim=pass header.i=@googlemail.com); ${DMARC}`),
  results('the result in a nested comment', `mx.google.com; spf=fail (note (x) ${DMARC}); ${DKIM}`),
  results('a comment that is not closed', `mx.google.com; ${DKIM}; ${DMARC} (oops`),
  results(
    'an echoed sender that closes its comment',
    `mx.google.com; ${DKIM}; spf=fail (domain of "a) dmarc=pass (b"@evil.example)`,
  ),
  results('an echoed sender with whole results', `mx.google.com; spf=fail (${ECHO} designates nobody)`),
  results('an echoed sender with whole results, and the true one', `mx.google.com; spf=fail (${ECHO}); ${FAIL}`),
  results('dmarc twice, the good one last', `mx.google.com; ${DKIM}; ${FAIL}; ${DMARC}`),
  results('dmarc twice, the good one first', `mx.google.com; ${DKIM}; ${DMARC}; ${FAIL}`),
  results('dmarc twice, both good', `mx.google.com; ${DKIM}; ${DMARC}; ${DMARC}`),
  results('dkim failed and passed', `mx.google.com; dkim=fail header.i=@googlemail.com; ${DKIM}; ${DMARC}`),
  results(
    'a property borrowed of another result',
    `mx.google.com; dkim=fail header.i=@googlemail.com; dkim=pass; ${DMARC}`,
  ),
  results('a property twice', `mx.google.com; ${DKIM} header.i=@evil.example; ${DMARC}`),
  results('signed by another', `mx.google.com; dkim=pass header.i=@attacker.example; ${DMARC}`),
  results('signed by a name that ends the same', `mx.google.com; dkim=pass header.i=@attackergooglemail.com; ${DMARC}`),
  results(
    'signed by a name that begins the same',
    `mx.google.com; dkim=pass header.i=@googlemail.com.evil.example; ${DMARC}`,
  ),
  results(
    'two signers in one result',
    `mx.google.com; dkim=pass header.d=evil.example header.i=@googlemail.com; ${DMARC}`,
  ),
  results('signed by nobody in particular', `mx.google.com; dkim=pass; ${DMARC}`),
  results('dmarc of another domain', `mx.google.com; ${DKIM}; dmarc=pass header.from=evil.example`),
  results('dmarc of nothing', `mx.google.com; ${DKIM}; dmarc=pass`),
  results('dmarc of a longer name', `mx.google.com; ${DKIM}; dmarc=pass header.from=googlemail.com.evil.example`),
  results('dmarc could not be looked at', `mx.google.com; ${DKIM}; dmarc=temperror header.from=googlemail.com`),
  results('no dmarc', `mx.google.com; ${DKIM}; ${SPF}`),
  results('a control character', `mx.google.com; ${DKIM}; ${DMARC}\u0001`),
  results('a letter that looks like another', `mx.google.com; ${DKIM}; dm\u0430rc=pass header.from=googlemail.com`),
  results('a comma', `mx.google.com; ${DKIM}, ${DMARC}`),
  results('more than the grammar has', `mx.google.com; ${DKIM}; ${DMARC};`),
  results("the sender's first line continues it", `mx.google.com; ${SPF}; ${FAIL}\r\n ; ${DKIM}; ${DMARC}`),
  above("the sender's own above the server's", {
    returnPath: `Return-Path: <>\r\nAuthentication-Results: ${RESULTS}`,
    results: `Authentication-Results: mx.google.com; ${FAIL}`,
  }),
  above(
    "the sender's own below the server's",
    {
      results: `Authentication-Results: mx.google.com; ${FAIL}\r\nAuthentication-Results: ${RESULTS}`,
    },
    FORGED,
  ),
  above("the sender's own below another server's", {
    results: `Authentication-Results: mail.shop.example; none\r\nAuthentication-Results: ${RESULTS}`,
  }),
  above('below a field of the sender', { spf: `Subject: x\r\nX-Mailer: y` }),
  above('below a field of the sender that the server writes too', {
    spf: 'X-Received: by 2002:a05:6035:3776:b0:df8:54b5:8a56 with SMTP id 1; Wed, 12 Nov 2025 18:14:00 -0800',
  }),
  above('no Received of the server', { received: '' }),
  above('a Received of another server', {
    received:
      'Received: from mail-sor-f70.google.com by mail.attacker.example with SMTPS id 1; Wed, 12 Nov 2025 18:14:00 -0800',
  }),
  above('the server named in a comment of Received', {
    received:
      'Received: from x (by mx.google.com with SMTPS) by evil.example with SMTP id 1; Wed, 12 Nov 2025 18:14:00 -0800',
  }),
  above('the server named as the sender', {
    received: 'Received: from mx.google.com by evil.example with SMTP id 1; Wed, 12 Nov 2025 18:14:00 -0800',
  }),
  above('sent through the account of an attacker', {
    hop: 'Received: from evil.example by smtp.gmail.com with ESMTPSA id 1; Wed, 12 Nov 2025 18:14:00 -0800',
  }),
  above('fetched from another mailbox', { hop: 'X-Gmail-Fetch-Info: news@shop.example 1 mail.evil.example 995 news' }),
  above('passed on by another server', {
    deliveredTo: 'Received: from mx.google.com by mail.shop.example with LMTP id 1; Wed, 12 Nov 2025 18:14:01 -0800',
  }),
  above('the copy in ARC alone', { results: `ARC-Authentication-Results: i=1; ${RESULTS}` }),
  above('a field named almost the same', { results: `X-Authentication-Results: ${RESULTS}` }),
  above('a sender that is not empty', { returnPath: 'Return-Path: <mallory@evil.example>' }),
  above('a sender twice', { returnPath: 'Return-Path: <>\r\nReturn-Path: <mallory@evil.example>' }),
  header('From twice', { more: ['From: Mallory <mallory@evil.example>'] }),
  header('two addresses in From', { from: 'mailer-daemon@googlemail.com, mallory@evil.example' }),
  header('Gmail in the display name', { from: '"mailer-daemon@googlemail.com" <mallory@evil.example>' }),
  header('Gmail in brackets in the display name', { from: '"<mailer-daemon@googlemail.com>" <mallory@evil.example>' }),
  header('a name below', { from: 'mailer-daemon@reports.googlemail.com' }),
  header('a name that looks the same', { from: 'mailer-daemon@g\u043e\u043eglemail.com' }),
  header('signed for another account', { to: 'mallory@gmail.example' }),
  header('To twice', { more: ['To: mallory@gmail.example'] }),
  header('two addresses in To', { to: 'news@shop.example, mallory@gmail.example' }),
  header('our account in the display name of To', { to: '"news@shop.example" <mallory@gmail.example>' }),
  above('no signature', { signature: '' }),
  signature('a signature that leaves out To', SIGNATURE.replace(':to:from:to:', ':from:')),
  signature('a signature that leaves out From', SIGNATURE.replaceAll('from:', '')),
  signature('a signature of the beginning only', `${SIGNATURE}; l=100`),
  signature('a signature of another', SIGNATURE.replace('d=googlemail.com', 'd=evil.example')),
  signature('another signature than the one that passed', SIGNATURE.replace('b=nsNrRXzQ', 'b=AAAAAAAA')),
  signature('another key than the one that passed', SIGNATURE.replace('s=20230601', 's=evil')),
  signature('a tag twice', `${SIGNATURE}; h=from:to:date:message-id`),
  signature('two signatures', `${SIGNATURE}\r\nDKIM-Signature: ${SIGNATURE}`),
];
