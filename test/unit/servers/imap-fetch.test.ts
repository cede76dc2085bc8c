/**
 * FETCH of the test IMAP server as imapflow reads it: structure, parts, bytes.
 */
import { afterEach, describe, expect, test } from '@jest/globals';
import type { MailSettings } from '../../servers/imap-server.ts';
import { imapRig, inbox, LOGIN, plain } from './imap-rig.ts';

const rig = imapRig();

afterEach(async () => rig.stop());

const REPORT = [
  'Date: Mon, 2 Nov 2026 03:04:05 +0000',
  'From: "Mail, Delivery \\"Subsystem\\"" <mailer-daemon@googlemail.com>',
  'To: news@shop.example, (copy) other@shop.example',
  'Subject: =?UTF-8?Q?f=C3=A4llt?=',
  'Message-ID: <r1@mx.example>',
  'In-Reply-To: <m1@shop.example>',
  'Content-Type: multipart/report; report-type=delivery-status;',
  ' boundary="b(1)"',
  '',
  'preamble',
  '--b(1)',
  'Content-Type: multipart/alternative; boundary=b2',
  '',
  '--b2',
  'Content-Type: text/plain; charset="UTF-8"',
  'Content-Transfer-Encoding: QUOTED-PRINTABLE',
  '',
  'Address not found',
  'line two',
  '--b2',
  'Content-Type: text/html',
  '',
  '<p>',
  '--b2--',
  '--b(1)',
  'Content-Type: message/delivery-status',
  '',
  'Reporting-MTA: dns; googlemail.com',
  '--b(1)',
  'Content-Type: message/rfc822',
  'Content-Disposition: attachment; filename="the \\"mail\\".eml"',
  '',
  'Message-ID: <m1@shop.example>',
  'Subject: Sale',
  'Content-Type: multipart/mixed; boundary=b3',
  '',
  '--b3',
  '',
  'Dear customer',
  '--b3--',
  '--b(1)--',
  '',
].join('\r\n');

describe('fetching', () => {
  test('flags, date, size and envelope', async () => {
    const internalDate = new Date('2026-11-02T03:04:05Z');
    const flow = await rig.open(inbox({ source: Buffer.from(REPORT), internalDate, flags: ['\\Seen', 'old'] }));
    const mail = await flow.fetchOne(
      '1',
      { flags: true, internalDate: true, size: true, envelope: true },
      { uid: true },
    );
    expect(mail).toMatchObject({
      ...{ uid: 1, flags: new Set(['\\Seen', 'old']), internalDate, size: REPORT.length },
      envelope: {
        date: new Date('2026-11-02T03:04:05Z'),
        subject: 'fällt',
        messageId: '<r1@mx.example>',
        inReplyTo: '<m1@shop.example>',
        from: [{ name: 'Mail, Delivery "Subsystem"', address: 'mailer-daemon@googlemail.com' }],
        replyTo: [{ address: 'mailer-daemon@googlemail.com' }],
        to: [{ address: 'news@shop.example' }, { name: 'copy', address: 'other@shop.example' }],
      },
    });
  });

  test('the structure of a report, through the message it returns', async () => {
    const flow = await rig.open(inbox({ source: Buffer.from(REPORT) }));
    const mail = await flow.fetchOne('1', { bodyStructure: true }, { uid: true });
    expect(mail && mail.bodyStructure).toMatchObject({
      type: 'multipart/report',
      parameters: { 'report-type': 'delivery-status', boundary: 'b(1)' },
      childNodes: [
        {
          ...{ part: '1', type: 'multipart/alternative' },
          childNodes: [
            { part: '1.1', type: 'text/plain', encoding: 'quoted-printable', size: 27, lineCount: 1 },
            { part: '1.2', type: 'text/html', size: 3, lineCount: 0 },
          ],
        },
        { part: '2', type: 'message/delivery-status', size: 34 },
        {
          ...{ part: '3', type: 'message/rfc822', disposition: 'attachment' },
          dispositionParameters: { filename: 'the "mail".eml' },
          envelope: { messageId: '<m1@shop.example>', subject: 'Sale' },
          childNodes: [{ type: 'multipart/mixed', childNodes: [{ part: '3.1', type: 'text/plain', size: 13 }] }],
        },
      ],
    });
  });

  test('parts, their headers and ranges, byte for byte', async () => {
    const flow = await rig.open(inbox({ source: Buffer.from(REPORT) }));
    const bodyParts = [
      '1.1',
      '1.1.MIME',
      '2',
      '3.HEADER',
      '3.TEXT',
      '3.1',
      '3.2',
      { key: 'TEXT', start: 3, maxLength: 5 },
    ];
    const mail = await flow.fetchOne('1', { bodyParts, headers: ['message-id', 'content-type'] }, { uid: true });
    const parts = mail ? mail.bodyParts : undefined;
    const part = (key: string): string | undefined => parts?.get(key)?.toString();
    expect(part('1.1')).toBe('Address not found\r\nline two');
    expect(part('1.1.mime')).toMatch(
      /^Content-Type: text\/plain.*\r\nContent-Transfer-Encoding: QUOTED-PRINTABLE\r\n\r\n$/,
    );
    expect(part('2')).toBe('Reporting-MTA: dns; googlemail.com');
    expect(part('3.header')).toMatch(/^Message-ID: <m1@shop\.example>\r\n[^]*boundary=b3\r\n\r\n$/);
    expect(part('3.text')).toBe('--b3\r\n\r\nDear customer\r\n--b3--');
    expect(part('3.1')).toBe('Dear customer');
    expect(part('text')).toBe('amble');
    expect(mail && String(mail.headers)).toBe(
      'Message-ID: <r1@mx.example>\r\nContent-Type: multipart/report; report-type=delivery-status;\r\n boundary="b(1)"\r\n\r\n',
    );
  });

  test.each(['3.2', '1.1.1', '2.HEADER', '4', '9.MIME'])('a part that is not there is NIL: %s', async section => {
    await rig.start(inbox({ source: Buffer.from(REPORT) }));
    const told = await rig.talk(LOGIN, 'b EXAMINE INBOX', `c FETCH 1 BODY.PEEK[${section}]`);
    expect(told).toContain(`\r\n* 1 FETCH (BODY[${section}] NIL)\r\n`);
  });

  test('a mail of one part has its body as part 1', async () => {
    const flow = await rig.open();
    const mail = await flow.fetchOne('2', { bodyParts: ['1'] });
    expect(mail && mail.bodyParts?.get('1')?.toString()).toBe('Body 2\r\n');
  });

  test('the whole source keeps every byte, also those that are no text', async () => {
    const source = Buffer.concat([plain(1), Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))]);
    const flow = await rig.open(inbox({ source }));
    const whole = await flow.fetchOne('1', { source: true }, { uid: true });
    expect(whole && whole.source).toEqual(source);
    const cut = await flow.fetchOne('1', { source: { start: 0, maxLength: 10 } }, { uid: true });
    expect(cut && cut.source).toEqual(source.subarray(0, 10));
  });

  test('header bytes above 127 and quotes come through structure and envelope', async () => {
    const source = Buffer.from('Subject: d\u00e9j\u00e0 "vu" \\\r\nContent-Type: text/plain; name="a\\\\b"\r\n\r\nx');
    const flow = await rig.open(inbox({ source }));
    const mail = await flow.fetchOne('1', { envelope: true, bodyStructure: true }, { uid: true });
    expect(mail).toMatchObject({
      envelope: { subject: 'd\u00e9j\u00e0 "vu" \\' },
      bodyStructure: { parameters: { name: 'a\\b' } },
    });
  });

  test('shapes that lie: no boundary, a boundary that never comes, one that never ends', async () => {
    const multipart = (rest: string): MailSettings => ({ source: Buffer.from(`Content-Type: multipart/mixed${rest}`) });
    const flow = await rig.open(
      inbox(
        multipart('\r\n\r\ntext'),
        multipart('; boundary=x\r\n\r\ntext'),
        multipart('; boundary=x\r\n\r\n--x\r\n\r\nfirst\r\n--x\r\n\r\nsecond'),
      ),
    );
    const mails = await flow.fetchAll('1:*', { bodyStructure: true });
    expect(mails.map(mail => mail.bodyStructure)).toMatchObject([
      { type: 'multipart/mixed', size: 4 },
      { type: 'multipart/mixed', childNodes: [{ type: 'text/plain', size: 0 }] },
      {
        childNodes: [
          { part: '1', size: 5 },
          { part: '2', size: 6 },
        ],
      },
    ]);
    expect(mails[0]?.bodyStructure?.childNodes).toBeUndefined();
  });
});
