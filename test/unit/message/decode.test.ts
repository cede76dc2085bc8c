import fc from 'fast-check';
import iconv from 'iconv-lite';
import { simpleParser } from 'mailparser';
import { describe, expect, jest, test } from '@jest/globals';
import { decodeText, decodeTransfer, withoutSoftBreaks } from '../../../src/message/decode.ts';
import { decodeHeaderWords, mimeHeader } from '../../../src/message/headers.ts';
import { HTML_CHARS, htmlToText } from '../../../src/message/html.ts';
import { read } from './report-mail.ts';

const transfer = async (text: string, encoding: string): Promise<string> =>
  (await decodeTransfer(Buffer.from(text), encoding)).toString('latin1');

describe('transfer encodings', () => {
  test.each([
    ['base64, whole', 'base64', 'NTUwIDUuMS4xIG5vIHN1Y2ggdXNlcg==', '550 5.1.1 no such user'],
    ['base64, cut within a group', 'base64', 'NTUwIDUuMS4xIG5vIHN1Y2ggdXNlc', '550 5.1.1 no such use'],
    ['base64, lines and stray characters', 'base64', 'NTUw\r\nIDUu!MS4x\n', '550 5.1.1'],
    ['quoted-printable, whole', 'quoted-printable', 'no such=20user: =\r\nann', 'no such user: ann'],
    ['quoted-printable, cut within a code', 'quoted-printable', 'no such user=C', 'no such user'],
    ['quoted-printable, cut at a soft line break', 'quoted-printable', 'no such user=', 'no such user'],
    ['an encoding that says nothing', '8bit', 'a=20b', 'a=20b'],
    ['an encoding nobody knows', 'x-nonsense', 'a=20b', 'a=20b'],
  ])('%s', async (_name, encoding, encoded, decoded) => {
    const text = await transfer(encoded, encoding);
    expect(text.startsWith(decoded)).toBe(true);
    expect(text.length).toBeLessThanOrEqual(decoded.length + 2);
  });
});

describe('what is in order and what is not is decoded as mailparser decodes it', () => {
  const byMailparser = async (text: string, encoding: string): Promise<string> => {
    const header = `Content-Type: application/octet-stream\nContent-Transfer-Encoding: ${encoding}\n\n`;
    const mail = await simpleParser(Buffer.from(header + text, 'latin1'), { checksumAlgo: false });
    return (mail.attachments[0]?.content ?? Buffer.alloc(0)).toString('latin1');
  };
  const ends = fc.constantFrom('\n', '\r\n');
  const damage = fc.constantFrom('', '', '', '=', ' ', '\r', '\0', '\xe4', '=Z', 'A=', '--');

  test('base64', async () => {
    const mail = fc.tuple(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 80 }), ends, damage);
    await fc.assert(
      fc.asyncProperty(mail, async ([bytes, width, end, odd]) => {
        const letters = Buffer.from(bytes).toString('base64');
        const text = `${(letters.match(new RegExp(`.{1,${width}}`, 'g')) ?? []).join(end)}${odd}${end}`;
        const decoded = await decodeTransfer(Buffer.from(text, 'latin1'), 'base64');
        expect(decoded.toString('latin1')).toBe(await byMailparser(text, 'base64'));
      }),
    );
  });

  test('quoted-printable', async () => {
    const pieces = ['no such user', '=3D', '=e4', '=C3=A4', '=\n', '=\r\n', ' ', '\t', '\n', '\r\n', '\xe4', '--', '.'];
    const piece = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...pieces) }, damage);
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async list => {
        const text = list.join('');
        const decoded = await decodeTransfer(Buffer.from(text, 'latin1'), 'quoted-printable');
        expect(decoded.toString('latin1')).toBe(await byMailparser(text, 'quoted-printable'));
      }),
    );
  });
});

describe('charsets', () => {
  const bytes = (...codes: number[]): Buffer => Buffer.from(codes);

  test.each([
    ['undeclared UTF-8', Buffer.from('Größe'), '', 'Größe'],
    ['undeclared Latin-1', Buffer.from('Größe', 'latin1'), '', 'Größe'],
    ['undeclared windows-1252', bytes(0x93, 0x61, 0x94), '', '“a”'],
    ['us-ascii that is not', Buffer.from('Größe'), 'US-ASCII', 'Größe'],
    ['a charset nobody knows', Buffer.from('Größe'), 'x-nonsense', 'Größe'],
    ['undeclared UTF-7 is plain text', Buffer.from('+ADw-b+AD4-'), '', '+ADw-b+AD4-'],
    ['koi8-r', bytes(0xd0, 0xcf, 0xde, 0xd4, 0xc1), 'KOI8-R', 'почта'],
    ['shift_jis', bytes(0x83, 0x81, 0x81, 0x5b, 0x83, 0x8b), 'shift_jis', 'メール'],
    ['iso-2022-jp', Buffer.from('\x1b$B%a!<%k\x1b(B'), 'ISO-2022-JP', 'メール'],
    ['iso-2022-jp, undeclared', Buffer.from('\x1b$B%a!<%k\x1b(B'), '', 'メール'],
    ['UTF-7, by the name Exchange gives it', Buffer.from('Empf+AOQ-nger +AEA-'), 'unicode-1-1-utf-7', 'Empfänger @'],
    [
      'undeclared GBK',
      iconv.encode('抱歉，您的邮件被退回来了。退信原因：用户不存在', 'gb18030'),
      '',
      '抱歉，您的邮件被退回来了。退信原因：用户不存在',
    ],
    ['undeclared Shift_JIS', iconv.encode('宛先へ配信できませんでした', 'shift_jis'), '', '宛先へ配信できませんでした'],
    ['undeclared KOI8-R', iconv.encode('Нет такого пользователя', 'koi8-r'), '', 'Нет такого пользователя'],
    ['undeclared windows-1252', iconv.encode('Empfänger unbekannt, Grüße', 'latin1'), '', 'Empfänger unbekannt, Grüße'],
    [
      'undeclared Cyrillic among much ASCII',
      iconv.encode(`Нет такого пользователя\n${'Received: from mx.example\n'.repeat(50)}`, 'windows-1251'),
      '',
      `Нет такого пользователя\n${'Received: from mx.example\n'.repeat(50)}`,
    ],
    ['UTF-8 cut within a character', Buffer.from('Grö').subarray(0, 3), 'utf-8', 'Gr'],
    ['undeclared UTF-8 cut within a character', Buffer.from('GrößeÄ').subarray(0, 8), '', 'Größe'],
    ['damaged UTF-8 keeps the rest', bytes(0x61, 0xff, 0x62), 'utf-8', 'a\ufffdb'],
    ['a byte order mark', Buffer.from('\ufeffa'), 'utf-8', 'a'],
  ])('%s', (_name, encoded, charset, text) => {
    expect(decodeText(encoded, charset)).toBe(text);
  });

  test('soft line breaks are undone where format=flowed is declared', () => {
    expect(withoutSoftBreaks('no such \nuser\nann', { format: 'Flowed' })).toBe('no such user\nann');
    expect(withoutSoftBreaks('no su \nch user', { format: 'flowed', delsp: 'yes' })).toBe('no such user');
    expect(withoutSoftBreaks('no such \nuser\nann', {})).toBe('no such \nuser\nann');
  });
});

describe('header values', () => {
  test.each([
    ['=?utf-8?B?R3LDtsOfZQ==?=', 'Größe'],
    ['=?iso-8859-1?Q?Gr=F6=DFe?= =?iso-8859-1?Q?_da?= end', 'Größe da end'],
    ['=?utf-8?B?R3LD?= =?utf-8?B?tsOfZQ==?=', 'Größe'],
    ['=?x-nonsense?Q?a=20b?=', 'a b'],
    ['=?utf-8?Q?a=0D=0ABcc:_x?=', 'a Bcc: x'],
    ['=?utf-8?Q?never ends', '=?utf-8?Q?never ends'],
    ['plain', 'plain'],
  ])('the words of %s', (encoded, text) => {
    expect(decodeHeaderWords(encoded)).toBe(text);
  });

  test('a typed field gives type, parameters, encoding and disposition', () => {
    const fields = [
      { name: 'content-type', value: 'Multipart/Report (a report); REPORT-TYPE=delivery-status; boundary="a;b" (c)' },
      { name: 'content-transfer-encoding', value: ' BASE64 (really)' },
      { name: 'content-disposition', value: "Attachment; filename*0*=utf-8''a%20; filename*1=b" },
    ];
    expect(mimeHeader(fields)).toEqual({
      contentType: 'multipart/report',
      parameters: { 'report-type': 'delivery-status', boundary: 'a;b' },
      encoding: 'base64',
      disposition: 'attachment',
    });
  });
});

describe('HTML as text', () => {
  test('a block is a line, a row is a line, cells stay apart, style and scripts say nothing', () => {
    const html =
      '<html><head><title>t</title><style>p{}</style><script>s()</script></head><body><h1>Not delivered</h1>' +
      '<p>To&nbsp;<b>ann@example.org</b>:<br>Gr&ouml;&szlig;e</p>' +
      '<table><tr><td>Reply</td><td>550 5.1.1</td></tr><tr><td>By</td><td><a href="http://x.example">mx</a></td></tr></table>';
    const lines = htmlToText(html)
      .split('\n')
      .map(line => line.trim());
    expect(lines.filter(line => line !== '')).toEqual([
      'Not delivered',
      'To\u00a0ann@example.org:',
      'Größe',
      'Reply 550 5.1.1',
      'By mx',
    ]);
  });

  test('an address in angle brackets survives as an entity', () => {
    expect(htmlToText('&lt;ann@example.org&gt;')).toBe('<ann@example.org>');
  });
});

test('HTML without a tag that is longer than what is read is cut without a word on the terminal', async () => {
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  try {
    const { text } = await read(`Content-Type: text/html\n\n${'1 < 2\n'.repeat(HTML_CHARS / 6)}the end`);
    expect(text).toMatch(/^1 < 2\n1 < 2/);
    expect(text.length).toBeLessThanOrEqual(HTML_CHARS);
    expect(warn).not.toHaveBeenCalled();
  } finally {
    warn.mockRestore();
  }
});
