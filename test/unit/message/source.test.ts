import { describe, expect, test } from '@jest/globals';
import { rawFromSource } from '../../../src/message/message.ts';
import { parseHeaderFields } from '../../../src/shared/header-fields.ts';
import { LIMITS } from '../../../src/shared/limits.ts';
import { outline, read, REPORT } from './report-mail.ts';

describe('rawFromSource', () => {
  test('a source beyond the limit is cut and says so', () => {
    const raw = rawFromSource(Buffer.alloc(LIMITS.sourceBytes + 1, 'Subject: x\n\n'));
    expect(raw.source).toHaveLength(LIMITS.sourceBytes);
    expect(raw).toMatchObject({ uid: 0, truncated: true, candidate: true, sizeBytes: LIMITS.sourceBytes + 1 });
  });

  test('the same header gives the same identity, whatever its line ends', () => {
    const digests = ['\n', '\r\n', '\r'].map(end => rawFromSource(Buffer.from(REPORT.join(end))).identity.digest);
    expect(new Set(digests).size).toBe(1);
  });

  test('a header of any length is read whole, whatever its line ends and wherever they fall', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      for (const chars of [10, 16_340, 16_350, 16_360, 16_370, 16_380, 16_390, 40_000]) {
        const lines = ['', `X-Long: ${'x'.repeat(chars)}`, 'Subject: last', '', 'Not-A-Field: of the header', ''];
        const headers = parseHeaderFields(rawFromSource(Buffer.from(lines.join(end))).header);
        expect([end, chars, headers.map(({ name }) => name)]).toEqual([end, chars, ['x-long', 'subject']]);
      }
    }
  });

  test('a Latin-1 body leaves a UTF-8 header readable', () => {
    const source = Buffer.concat([Buffer.from('Subject: Größe\n\n'), Buffer.from('Größe', 'latin1')]);
    expect(parseHeaderFields(rawFromSource(source).header)).toEqual([{ name: 'subject', value: 'Größe' }]);
  });
});

describe('line ends', () => {
  test.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
    ['CRCRLF', '\r\r\n'],
  ])('%s', async (_name, end) => {
    expect(await read(REPORT.join(end))).toMatchObject({
      text: 'It failed.',
      machineParts: [
        { text: 'Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; ann@example.org\nAction: failed' },
      ],
      returned: { headers: [{ name: 'message-id', value: '<o@example.com>' }] },
    });
  });

  test('mixed ones, line by line', async () => {
    const mixed = REPORT.map((line, index) => line + (['\n', '\r\n', '\n'][index % 3] ?? '')).join('');
    const message = await read(mixed);
    expect(message.text).toBe('It failed.');
    expect(message.machineParts).toHaveLength(1);
  });
});

describe('what belongs to the mail itself', () => {
  test('the status of a bounce that somebody forwards is not this mail’s', async () => {
    const forward = [
      'Content-Type: multipart/mixed; boundary=outer',
      '',
      '--outer',
      '',
      'Look at this.',
      '--outer',
      'Content-Type: message/rfc822',
      '',
      ...REPORT,
      '--outer--',
      '',
    ].join('\n');
    const message = await read(forward);
    expect(message.machineParts).toEqual([]);
    expect(message.text).toBe('Look at this.');
    expect(outline(message)).toEqual([' multipart/mixed', '1 text/plain', '2 message/rfc822']);
    expect(message.returned?.headers[1]).toEqual({ name: 'subject', value: 'failure' });
  });

  test('a status inside nested multiparts is', async () => {
    const wrapped = ['Content-Type: multipart/mixed; boundary=outer', '', '--outer', ...REPORT, '--outer--', ''];
    const message = await read(wrapped.join('\n'));
    expect(message.machineParts[0]?.path).toBe('1.2');
    expect(message.contentType).toBe('multipart/mixed');
  });

  test('an attached text file does not speak for the mail', async () => {
    const mail = 'Content-Disposition: attachment\nContent-Type: text/plain\n\n550 5.1.1 no such user';
    expect((await read(mail)).text).toBe('');
  });

  test('HTML is read only where nothing is plain', async () => {
    const html = '--b\nContent-Type: text/html\n\n<p>in <b>HTML</b></p>\n';
    const plain = '--b\nContent-Type: text/plain\n\nplain\n';
    const mail = (parts: string): string => `Content-Type: multipart/alternative; boundary=b\n\n${parts}--b--\n`;
    expect((await read(mail(html + plain))).text).toBe('plain');
    expect((await read(mail(html))).text).toBe('in HTML');
  });

  test('HTML without a plain form is read, whatever stands behind it', async () => {
    const html = '--b\nContent-Type: text/html\n\n<p>in <b>HTML</b></p>\n';
    const plain = (text: string): string => `--b\nContent-Type: text/plain\n\n${text}\n`;
    const mail = (parts: string): string => `Content-Type: multipart/mixed; boundary=b\n\n${parts}--b--\n`;
    expect((await read(mail(html + plain('a footer')))).text).toBe('in HTML\na footer');
    expect((await read(mail(plain('\n') + html))).text.trim()).toBe('in HTML');
    expect((await read(mail(plain('the words') + html))).text).toBe('the words');
  });
});

describe('the returned message', () => {
  const withReturned = (fields: string, body: string | Buffer): Buffer =>
    Buffer.concat([
      Buffer.from(`Content-Type: multipart/report; boundary=b\n\n--b\n${fields}\n\n`),
      Buffer.from(body),
      Buffer.from('\n--b--\n'),
    ]);
  const original = 'Message-ID: <o@example.com>\nSubject: =?utf-8?Q?=C3=A4?=\n\nbody: text\n';
  const fields = [
    { name: 'message-id', value: '<o@example.com>' },
    { name: 'subject', value: '=?utf-8?Q?=C3=A4?=' },
  ];

  test.each([
    ['plain', 'Content-Type: message/rfc822', original],
    [
      'base64',
      'Content-Type: message/rfc822\nContent-Transfer-Encoding: base64',
      Buffer.from(original).toString('base64'),
    ],
    [
      'quoted-printable',
      'Content-Type: message/rfc822\nContent-Transfer-Encoding: quoted-printable',
      'Message-ID: <o@exam=\nple.com>\nSubject: =3D?utf-8?Q?=3DC3=3DA4?=3D\n\nbody: text',
    ],
    ['said to be base64, yet plain', 'Content-Type: message/rfc822\nContent-Transfer-Encoding: base64', original],
    ['said to be QP, yet plain', 'Content-Type: message/rfc822\nContent-Transfer-Encoding: quoted-printable', original],
    [
      'header only, base64',
      'Content-Type: text/rfc822-headers\nContent-Transfer-Encoding: base64',
      Buffer.from(original).toString('base64'),
    ],
    ['after empty lines', 'Content-Type: message/global', `\n\n${original}`],
  ])('%s', async (_name, header, body) => {
    expect((await read(withReturned(header, body))).returned?.headers).toEqual(fields);
  });

  test('only as much of its header as the limit allows, and no field that is cut', async () => {
    const value = 'y'.repeat(996);
    const body = `A: b\n${`X: ${value}\n`.repeat(200)}Z: never`;
    const headers = (await read(withReturned('Content-Type: message/rfc822', body))).returned?.headers ?? [];
    expect(headers.length).toBeGreaterThan(10);
    expect(headers.slice(1).every(field => field.value === value)).toBe(true);
    expect(headers.length * 1000).toBeLessThanOrEqual(LIMITS.returnedHeaderBytes + 1000);
  });

  test('an empty one is none', async () => {
    expect((await read(withReturned('Content-Type: message/rfc822', ''))).returned).toBeUndefined();
  });
});
