import { describe, expect, test } from '@jest/globals';
import { rawFromSource, readMessage } from '../../../src/message/message.ts';
import { splitMail } from '../../../src/message/split.ts';
import { LIMITS } from '../../../src/shared/limits.ts';
import { outline, read, REPORT } from './report-mail.ts';

describe('broken mails', () => {
  test('without the closing delimiters', async () => {
    const mail = ['Content-Type: multipart/mixed; boundary=outer', '', '--outer', ...REPORT.slice(0, -3), ''].join(
      '\n',
    );
    const message = await read(mail);
    expect(message.machineParts).toHaveLength(1);
    expect(message.returned?.headers).toHaveLength(1);
  });

  test('an inner multipart that is never closed ends with the outer one', async () => {
    const mail =
      'Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\nin\n--o\n\nout\n--o--';
    const message = await read(mail);
    expect(message.text).toBe('in\nout');
    expect(outline(message)).toEqual([' multipart/mixed', '1 multipart/mixed', '1.1 text/plain', '2 text/plain']);
  });

  test('a delimiter may carry spaces, and a boundary is no prefix of another', async () => {
    const mail =
      'Content-Type: multipart/mixed; boundary=b\n\n--b \t\n\none\n--bb\nstill one\n--b\n\ntwo\n--b-- \nepilogue';
    expect((await read(mail)).text).toBe('one\n--bb\nstill one\ntwo');
  });

  test('a multipart without its boundary', async () => {
    const mail = REPORT.join('\n').replace('; boundary="b1"', '');
    const message = await read(mail);
    expect(message.text).toBe('It failed.');
    expect(message.machineParts).toHaveLength(1);
  });

  test('a multipart with a wrong boundary', async () => {
    const mail = REPORT.join('\n')
      .replace('boundary="b1"', 'boundary="c1"')
      .replace('--b1\n\n', '--b1\nContent-Type: text/plain\n\n');
    expect((await read(mail)).machineParts).toHaveLength(1);
  });

  test('a nested multipart whose boundary is lost to a missing fold', async () => {
    const mail =
      'Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/alternative;\nboundary=i\n\n--i\nContent-Type: text/plain\n\nin\n--i--\n--o--';
    expect((await read(mail)).text).toBe('in');
  });

  test('a multipart without any part keeps its words', async () => {
    const message = await read('Content-Type: multipart/mixed; boundary=b\n\n550 no such user\n');
    expect(message.text).toBe('550 no such user\n');
    expect(message.problem).toBeUndefined();
  });

  test('a multipart that no field declares', async () => {
    const mail = `From: a@mx.example\n\n${REPORT.slice(5).join('\n').replace('--b1\n\n', '--b1\nContent-Type: text/plain\n\n')}`;
    const message = await read(mail);
    expect(message.text).toBe('It failed.');
    expect(message.contentType).toBe('text/plain');
    expect(message.machineParts).toHaveLength(1);
  });

  test('a plain text that quotes a multipart stays one text', async () => {
    const mail = `From: a@mx.example\n\nHi. This is the mail program.\n\n${REPORT.join('\n')}`;
    const message = await read(mail);
    expect(message.text).toContain('Hi. This is the mail program.');
    expect(message.machineParts).toEqual([]);
  });

  test('a part whose header runs into its text', async () => {
    const mail =
      'Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\nIt did not work.\n--b--\n';
    expect((await read(mail)).text).toBe('It did not work.');
  });

  test.each([
    ['', 'the mail is empty'],
    ['\n\n', 'it has no header'],
    ['just words\nand more\n\nand more', 'it has no header'],
  ])('no header: %j', async (mail, problem) => {
    expect((await read(mail)).problem).toBe(problem);
  });

  test('a mail that begins with empty lines or an mbox line', async () => {
    expect((await read('\r\n\r\nSubject: x\r\n\r\ntext')).subject).toBe('x');
    expect(await read('From daemon Mon Feb  2 03:04:05 2026\nSubject: x\n\ntext')).toMatchObject({
      subject: 'x',
      text: 'text',
    });
  });

  test('NUL bytes vanish from the text', async () => {
    expect((await read('Subject: x\n\nno\0 such\0 user')).text).toBe('no such user');
  });

  test('a type that is none is plain text', async () => {
    expect(await read('Content-Type: text\n\nwords')).toMatchObject({ contentType: 'text/plain', text: 'words' });
  });
});

describe('limits', () => {
  test('a header of 1 MB', async () => {
    const message = await read(`${'X-Pad: 12345678901234567890\n'.repeat(40_000)}\ntext`);
    expect(message.headers).toHaveLength(LIMITS.headerFields);
    expect(message.text).toBe('text');
  });

  test('10,000 parts: the first ones are read', async () => {
    const mail = `Content-Type: multipart/mixed; boundary=b\n\n${'--b\n\nx\n'.repeat(10_000)}--b--`;
    expect(splitMail(mail).bodies.size).toBe(LIMITS.parts - 1);
    const message = await read(mail);
    expect(message.outline).toHaveLength(LIMITS.parts);
    expect(message.text.split('\n')).toHaveLength(LIMITS.parts - 1);
  });

  test('multiparts nested 200 deep: the outer ones are seen', async () => {
    const open = (depth: number): string => `Content-Type: multipart/mixed; boundary=b${depth}x\n\n--b${depth}x\n`;
    const message = await read(`${Array.from({ length: 200 }, (_, depth) => open(depth)).join('')}\ntext`);
    expect(message.outline).toHaveLength(LIMITS.depth + 1);
    expect(message.problem).toBeUndefined();
  });

  test('long texts in many parts are cut together, and marked', async () => {
    const part = `--b\n\n${'0123456789abcde\n'.repeat(1000)}`;
    const message = await read(`Content-Type: multipart/mixed; boundary=b\n\n${part.repeat(50)}--b--`);
    expect(message.text).toHaveLength(LIMITS.textChars);
    expect(message.textTruncated).toBe(true);
  });

  test('the last part of a mail that was cut is marked as cut', async () => {
    const raw = rawFromSource(Buffer.from(REPORT.slice(0, 8).join('\n')));
    expect((await readMessage(raw)).textTruncated).toBe(false);
    expect((await readMessage({ ...raw, truncated: true })).textTruncated).toBe(true);
  });
});

describe('receivedAtSeconds', () => {
  const mail =
    'Received: from a by b; Mon, 2 Feb 2026 03:04:05 -0800 (PST)\nReceived: from c by a; Mon, 2 Feb 2026 01:00:00 +0000\nDate: Sun, 1 Feb 2026 00:00:00 +0000\n\n';
  const seconds = (iso: string): number => Date.parse(iso) / 1000;

  test('INTERNALDATE, else the topmost Received, else Date', async () => {
    const known = rawFromSource(Buffer.from(mail), { internalDateSeconds: 1_700_000_000 });
    expect((await readMessage(known)).receivedAtSeconds).toBe(1_700_000_000);
    expect((await read(mail)).receivedAtSeconds).toBe(seconds('2026-02-02T11:04:05Z'));
    const dateOnly = mail.split('\n').slice(2).join('\n');
    expect((await read(dateOnly)).receivedAtSeconds).toBe(seconds('2026-02-01T00:00:00Z'));
    expect((await read('Subject: x\n\n')).receivedAtSeconds).toBeUndefined();
  });
});

test('a server that counts the parts inside a returned message does not make them this mail’s', async () => {
  const { source, ...raw } = rawFromSource(Buffer.from('Subject: x\nContent-Type: message/rfc822\n\nSubject: y\n'));
  expect(source).toBeDefined();
  const inner = { path: '1.1', contentType: 'message/delivery-status', parameters: {}, children: [] };
  const structure = { path: '1', contentType: 'message/rfc822', parameters: {}, children: [inner] };
  const bytes = Buffer.from('Subject: y\n\n');
  const parts = [
    { path: '1', section: 'header' as const, bytes, truncated: false },
    { path: '1.1', section: 'body' as const, bytes: Buffer.from('Action: failed'), truncated: false },
  ];
  const message = await readMessage({ ...raw, structure, parts });
  expect(message.machineParts).toEqual([]);
  expect(message.returned?.headers).toEqual([{ name: 'subject', value: 'y' }]);
});

describe('what was not fetched', () => {
  test('a mail that is no candidate has its header and nothing else', async () => {
    const raw = rawFromSource(Buffer.from(REPORT.join('\n')));
    const message = await readMessage({ ...raw, candidate: false });
    expect(message).toMatchObject({ subject: 'failure', contentType: 'multipart/report', text: '', outline: [] });
    expect(message.problem).toBeUndefined();
  });

  test('a candidate without content says so', async () => {
    const { source, ...raw } = rawFromSource(Buffer.from(REPORT.join('\n')));
    expect(source).toBeDefined();
    expect((await readMessage(raw)).problem).toBe('its content was not fetched');
  });

  test('a text that the server did not give counts as cut', async () => {
    const { source, ...raw } = rawFromSource(Buffer.from('Subject: x\n\ntext'));
    expect(source).toBeDefined();
    const structure = { path: '1', contentType: 'text/plain', parameters: {}, children: [] };
    expect(await readMessage({ ...raw, structure, parts: [] })).toMatchObject({ text: '', textTruncated: true });
  });
});
