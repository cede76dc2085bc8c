/**
 * What is private is gone, in whatever encoding it stood; what makes the dialect and the verdict stays.
 */
import { describe, expect, test } from '@jest/globals';
import { domainToASCII } from 'node:url';
import iconv from 'iconv-lite';
import { captureMail } from '../../../src/capture/capture.ts';
import type { Capture } from '../../../src/capture/capture.ts';
import { readBounce } from '../../../src/index.ts';
import { leaksOf } from '../../../src/capture/leaks.ts';
import { rawFromSource, readMessage } from '../../../src/message/message.ts';
import { headerValue } from '../../../src/shared/header-fields.ts';
import { NOW_SECONDS } from '../../fixtures/compare.ts';
import { secretBounce, SECRETS, textReport } from './mails.ts';

const TOOLS = {
  read: (mail: Buffer) => readBounce(mail, { nowSeconds: NOW_SECONDS }),
  salt: 'chance',
  keep: [],
};

async function made(source: Buffer, tools = TOOLS): Promise<Extract<Capture, { kind: 'captured' }>> {
  const capture = await captureMail(source, tools);
  if (capture.kind === 'refused') throw new Error(JSON.stringify(capture));
  return capture;
}

/** The bytes as they are and with quoted-printable and base64 undone, lower case. */
function everySpelling(source: Buffer): string {
  const raw = source.toString('latin1');
  const quoted = raw
    .replace(/=\r\n/g, '')
    .replace(/[=%]([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const blocks = Array.from(raw.matchAll(/^[A-Za-z0-9+/=]{8,}\r$/gm), ([line]) =>
    Buffer.from(line, 'base64').toString(),
  );
  return [raw, quoted, Buffer.from(quoted, 'latin1').toString(), ...blocks].join('\n').toLowerCase();
}

describe('a bounce full of secrets', () => {
  test('holds none of them when it is captured', async () => {
    const source = secretBounce();
    const { source: captured } = await made(source);
    const before = everySpelling(source);
    const after = everySpelling(captured);
    expect(SECRETS.filter(secret => !before.includes(secret.toLowerCase()) && secret !== '0171')).toEqual([]);
    expect(SECRETS.filter(secret => after.includes(secret.toLowerCase()))).toEqual([]);
    expect(after).not.toContain('please pay');
  });

  test('keeps codes, wording, order of fields, line ends, encodings and public names', async () => {
    const source = secretBounce();
    const text = (await made(source)).source.toString('latin1');
    for (const kept of [
      '550 5.1.1',
      'User unknown',
      'Mail Delivery System',
      'by mx.google.com with ESMTPS',
      'Postfix',
    ]) {
      expect(text).toContain(kept);
    }
    const names = (mail: string): string[] =>
      mail.split('\r\n').flatMap(line => /^([A-WYZ][\w-]*):/.exec(line)?.[1] ?? []);
    expect(names(text)).toEqual(names(source.toString('latin1')));
    expect(text.replaceAll('\r\n', '')).not.toContain('\n');
    expect(text).toMatch(/=\?ISO-8859-1\?Q\?[^?]+\?=/);
  });

  test('gives the same thing the same name everywhere, and another one the next time', async () => {
    const { source, expected } = await made(secretBounce());
    const [recipient] = expected.recipients;
    const address = recipient?.address ?? '';
    const text = source.toString('latin1').replaceAll('=\r\n', '');
    expect(address).toMatch(/^\S+@\S+\.example$/);
    expect(text.split(address).length - 1).toBe(6);
    expect(text).toContain(address.replace('@', '+40'));
    expect(expected.original).toMatchObject({ recipients: [address] });
    const other = await made(secretBounce(), { ...TOOLS, salt: 'other chance' });
    expect(other.expected.recipients[0]?.address).not.toBe(address);
  });

  test('tells in the expectation what is read in it', async () => {
    const { source, expected } = await made(secretBounce());
    expect(expected).toMatchObject({ isBounce: true, kind: 'failure', reader: 'rfc3464' });
    expect(expected.recipients).toMatchObject([
      { verdict: 'hard', reason: 'userUnknown', status: '5.1.1', replyCode: 550 },
    ]);
    expect(expected.original?.meta).toMatch(/^\S+\.example\|\d{7}\|1762160399\|20251103\|0\|$/);
    const { returned } = await readMessage(rawFromSource(source));
    expect(headerValue(returned?.headers ?? [], 'message-id')).toBe(`<${expected.original?.messageId ?? ''}>`);
  });
});

const WORDS =
  'A message that you sent could not be delivered:\r\n\r\n  thorvald.quisling@wolkenkratzer.de\r\n    User unknown\r\n\r\n';
const NAMES: readonly (readonly [charset: string, name: string])[] = [
  ['utf-8', 'Þórvaldur Кузнецова 田中花子'],
  ['iso-8859-1', 'Müllerström'],
  ['windows-1251', 'Кузнецова'],
  ['koi8-r', 'Кузнецова'],
  ['iso-8859-7', 'Παπαδόπουλος'],
  ['shift_jis', '東郷タナカ'],
  ['euc-kr', '김철수'],
  ['gb2312', '诸葛孔明'],
  ['big5', '諸葛孔明'],
  ['utf-16le', 'Müllerström'],
];

describe.each(['8bit', 'base64', 'quoted-printable'] as const)('%s', encoding => {
  test.each(NAMES.filter(([charset]) => encoding !== '8bit' || !charset.startsWith('utf-16')))(
    'names in %s are replaced in that charset',
    async (charset, name) => {
      const source = textReport(iconv.encode(`${WORDS}${name}\r\n`, charset), charset, encoding);
      const before = await readMessage(rawFromSource(source));
      expect(before.text).toContain(name);
      const { source: captured } = await made(source);
      const { text } = await readMessage(rawFromSource(captured));
      expect(text).toContain('User unknown');
      expect(text).not.toContain('\ufffd');
      for (const word of name.split(' ')) expect(text).not.toContain(word);
      const scripts = /\p{Script=Cyrillic}|\p{Script=Greek}|\p{Script=Han}|\p{Script=Hangul}|[äöüé]/u;
      expect(scripts.test(text)).toBe(scripts.test(before.text));
      expect(captured.toString('latin1')).toContain(`charset=${charset}\r\nContent-Transfer-Encoding: ${encoding}`);
    },
  );
});

test('addresses of the world keep their form: IDN in both spellings, EAI, escapes of RFC 6533', async () => {
  const body = `could not be delivered:\r\n\r\n  þórvaldur@müllerström.de\r\n    550 <x@${domainToASCII('müllerström.de')}>: User unknown \\x{444}rida@a.de\r\n`;
  const { source } = await made(textReport(Buffer.from(body), 'utf-8', '8bit'));
  const text = source.toString();
  const [, wide = ''] = /@(\S*[éöüä]\S*)\.example/.exec(text) ?? [];
  const [, ascii = ''] = /@(xn--\S+)\.example/.exec(text) ?? [];
  expect(new URL(`http://${wide}.example`).hostname).toBe(`${ascii}.example`);
  expect(text).not.toMatch(/þórvaldur|rida@|müllerström/);
});

test('HTML keeps its tags, and loses styles, links and what numbers spell', async () => {
  const html = Buffer.from(
    '<style>.wolkenkratzer{}</style><!-- zwiebelkuchen --><p class="quisling" title="Quisling">User unknown: &#81;uisling</p><a href="https://t.hobbiton.co.uk/c/kx9q2hash?u=brandybuck">here</a>',
  );
  const plain = textReport(html, 'utf-8', 'quoted-printable').toString('latin1').replace('text/plain', 'text/html');
  const { source } = await made(Buffer.from(plain, 'latin1'));
  const { text } = await readMessage(rawFromSource(source));
  expect(text).toMatch(/^User unknown: \w+\s*here$/);
  expect(everySpelling(source)).not.toMatch(/quisling|zwiebelkuchen|kx9q2hash|brandybuck|wolkenkratzer|hobbiton/);
});

test("of a person's letter not one word stays, and it is said what it is read as", async () => {
  const letter =
    'From: Thorvald Quisling <tq@wolkenkratzer.de>\nTo: brandybuck@hobbiton.co.uk\nSubject: Re: dinner with the sender\n\nPlease call me about the delivery to your mailbox.\n';
  const { source, expected } = await made(Buffer.from(letter));
  expect(expected).toEqual({ isBounce: false, kind: 'ordinary', recipients: [], original: null });
  expect(source.toString()).not.toMatch(/please|call|delivery|mailbox|dinner|sender|quisling/i);
  expect(source.toString()).toMatch(/^Subject: Re: /m);
});

test('the mail that a text quotes goes, and the report before it stays', async () => {
  const body =
    'Hi. This is the qmail-send program at mx.wolkenkratzer.de.\r\n\r\n<tq@wolkenkratzer.de>:\r\n550 user unknown\r\n\r\n--- Below this line is a copy of the message.\r\n\r\nFrom: Meriadoc Brandybuck <b@hobbiton.co.uk>\r\nTo: tq@wolkenkratzer.de\r\nSubject: your order\r\nMessage-ID: <kx9q2hash@hobbiton.co.uk>\r\n\r\nPlease pay the invoice within this week.\r\n';
  const { source } = await made(textReport(Buffer.from(body), 'us-ascii', '8bit'));
  const text = source.toString();
  expect(text).toContain('--- Below this line is a copy of the message.');
  expect(text).not.toMatch(/invoice|your order|meriadoc/i);
});

const LEFT: readonly (readonly [what: string, left: string])[] = [
  ['a name', 'Quisling'],
  ['an IP address', '81.2.69.142'],
  ['a name in base64', Buffer.from('please ask Thorvald Quisling about it').toString('base64')],
  ['a name in an encoded word', '=?iso-8859-1?Q?K=FCndigungsfrist?='],
  ['a name in quoted-printable', 'Content-Transfer-Encoding: quoted-printable\r\n\r\nK=C3=BCndigungsfrist'],
  ['a name in an address', 'rfc822;x.quisling+40example.org'],
  ['a name in a link', 'https://example.org/?u=%51uisling'],
];

describe('nothing is made', () => {
  test.each(LEFT)('while %s is in it, and it is said which', (_what, left) => {
    const original = secretBounce();
    const captured = textReport(Buffer.from(`${WORDS.replace(/ {2}\S+/, '')}${left}\r\n`), 'utf-8', '8bit');
    const clean = Buffer.from(
      captured
        .toString()
        .replaceAll('wolkenkratzer.de', 'a.example')
        .replaceAll(/brandybuck@hobbiton.co.uk|kx9q2hash/g, 'b'),
    );
    expect(leaksOf(original, clean, new Set()).join(' ')).toMatch(/quisling|81\.2\.69\.142|kündigungsfrist/);
  });

  test('of a mail that would be read otherwise, unless its words are kept', async () => {
    const body = WORDS.replace('User unknown', '550 Zwiebelkuchen');
    const source = textReport(Buffer.from(body), 'us-ascii', '8bit');
    const read = async (mail: Buffer): ReturnType<typeof readBounce> => {
      const bounce = await readBounce(mail);
      return mail.includes('Zwiebelkuchen') ? bounce : { ...bounce, kind: 'ordinary', verdicts: [] };
    };
    const refused = await captureMail(source, { ...TOOLS, read });
    expect(refused).toMatchObject({ kind: 'refused', leaks: [] });
    expect(JSON.stringify(refused)).toContain('recipients: 1 became 0');
    const kept = await captureMail(source, { ...TOOLS, read, keep: ['zwiebelkuchen'] });
    expect(kept).toMatchObject({ kind: 'captured' });
  });
});

test("words of the refusal that were replaced are told, for they may be the server's own", async () => {
  const body = WORDS.replace('User unknown', '550 Postkasten verzwickelt');
  const { replacedInRefusals } = await made(textReport(Buffer.from(body), 'us-ascii', '8bit'));
  expect(replacedInRefusals).toEqual(['Postkasten', 'verzwickelt']);
});
