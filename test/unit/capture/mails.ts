/**
 * Mails full of what nobody else should see, for the tests of capture. Takes what a test wants in it, gives bytes.
 */

/** Everything private in `secretBounce`: none of it may be in what is captured, in any spelling. */
export const SECRETS: readonly string[] = [
  ...['thorvald', 'quisling', 'brandybuck', 'wolkenkratzer', 'zwiebelkuchen', 'mx7.wolkenkratzer', 'hobbiton'],
  ...['10.31.77.12', '81.2.69.142', '2a02:2e0:3fe', 'kx9q2hash', '4BzQ1x5RkTz9', '0171', '5551234', 'BEUTELSEND'],
  ...['rechnungsabgleich', 'kündigungsfrist', 'tracking-77af01'],
];

/** A bounce of Postfix about thorvald.quisling@wolkenkratzer.de, sent by brandybuck@hobbiton.co.uk. */
export function secretBounce(): Buffer {
  return Buffer.from(
    [
      'Delivered-To: brandybuck@hobbiton.co.uk',
      'Return-Path: <>',
      'Received: from mx7.wolkenkratzer.de (mx7.wolkenkratzer.de [81.2.69.142])',
      '\tby mx.google.com with ESMTPS id 4BzQ1x5RkTz9; Mon, 03 Nov 2025 10:00:01 +0100 (CET)',
      'Received: from [10.31.77.12] (unknown [IPv6:2a02:2e0:3fe:1001:302::])',
      '\tby mx7.wolkenkratzer.de (Postfix) id 4BzQ1x5RkTz9; Mon, 03 Nov 2025 10:00:00 +0100 (CET)',
      'X-Beutelsend-MailScanner: Found to be clean',
      'From: MAILER-DAEMON@mx7.wolkenkratzer.de (Mail Delivery System)',
      'To: =?ISO-8859-1?Q?Meriadoc_Brandybuck_K=FCndigungsfrist?= <brandybuck@hobbiton.co.uk>',
      'Subject: Undelivered Mail Returned to Sender',
      'Message-Id: <20251103090000.4BzQ1x5RkTz9@mx7.wolkenkratzer.de>',
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=delivery-status;',
      '\tboundary="4BzQ1x5RkTz9.1762160400/mx7.wolkenkratzer.de"',
      '',
      'This is a MIME-encapsulated message.',
      '',
      '--4BzQ1x5RkTz9.1762160400/mx7.wolkenkratzer.de',
      'Content-Description: Notification',
      'Content-Type: text/plain; charset=iso-8859-1',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'This is the mail system at host mx7.wolkenkratzer.de. Call +49 171 5551234.',
      '',
      '<thorvald.quisling@wolkenkratzer.de>: host mx7.wolkenkratzer.de[81.2.69.142]',
      '    said: 550 5.1.1 <thorvald.quisling@wolkenkratzer.de>: Recipient address rej=',
      'ected: User unknown; Thorvald, K=FCndigungsfrist (in reply to RCPT TO command)',
      '',
      '--4BzQ1x5RkTz9.1762160400/mx7.wolkenkratzer.de',
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; mx7.wolkenkratzer.de',
      'X-Postfix-Queue-ID: 4BzQ1x5RkTz9',
      'Arrival-Date: Mon,  3 Nov 2025 10:00:00 +0100 (CET)',
      '',
      'Final-Recipient: rfc822; thorvald.quisling@wolkenkratzer.de',
      'Original-Recipient: rfc822;thorvald.quisling+40wolkenkratzer.de',
      'Action: failed',
      'Status: 5.1.1',
      'Diagnostic-Code: smtp; 550 5.1.1 <thorvald.quisling@wolkenkratzer.de>: Recipient',
      '    address rejected: User unknown',
      '',
      '--4BzQ1x5RkTz9.1762160400/mx7.wolkenkratzer.de',
      'Content-Type: message/rfc822',
      '',
      'From: "Meriadoc Brandybuck" <brandybuck@hobbiton.co.uk>',
      'To: Thorvald Quisling <thorvald.quisling@wolkenkratzer.de>',
      'Subject: Rechnungsabgleich Zwiebelkuchen',
      'Message-ID: <kx9q2hash.17@hobbiton.co.uk>',
      'X-CleverTap_META: thorvald.quisling@wolkenkratzer.de|5551234|1762160399|20251103|0|',
      'List-Unsubscribe: <https://hobbiton.co.uk/u/tracking-77af01>',
      'Content-Type: multipart/mixed; boundary=inner',
      '',
      '--inner',
      'Content-Type: text/html; charset=utf-8',
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from('<p>Zwiebelkuchen for Thorvald: please pay the invoice</p>').toString('base64'),
      '--inner',
      "Content-Type: application/pdf; name*=utf-8''K%C3%BCndigungsfrist%20Quisling.pdf",
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from('%PDF-1.4 Zwiebelkuchen').toString('base64'),
      '--inner--',
      '',
      '--4BzQ1x5RkTz9.1762160400/mx7.wolkenkratzer.de--',
      '',
    ].join('\r\n'),
    'latin1',
  );
}

/** A text report of a mailer about one address, its text in a charset and transfer encoding. */
export function textReport(body: Buffer, charset: string, encoding: '8bit' | 'base64' | 'quoted-printable'): Buffer {
  const header = [
    'From: Mail Delivery System <MAILER-DAEMON@mx.wolkenkratzer.de>',
    'To: brandybuck@hobbiton.co.uk',
    'Subject: Mail delivery failed: returning message to sender',
    'Message-ID: <kx9q2hash.18@mx.wolkenkratzer.de>',
    'Date: Mon, 03 Nov 2025 10:00:01 +0100',
    'MIME-Version: 1.0',
    `Content-Type: text/plain; charset=${charset}`,
    `Content-Transfer-Encoding: ${encoding}`,
  ];
  const quoted = (): string =>
    Array.from(body, byte => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join('')
      .replace(/.{72}/g, '$&=\r\n');
  const base64 = (): string => body.toString('base64').replace(/.{76}/g, '$&\r\n');
  const text = encoding === 'base64' ? base64() : encoding === 'quoted-printable' ? quoted() : body.toString('latin1');
  return Buffer.from(`${header.join('\r\n')}\r\n\r\n${text}\r\n`, 'latin1');
}
