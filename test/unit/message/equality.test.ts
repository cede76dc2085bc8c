import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { rawFromSource, readMessage } from '../../../src/message/message.ts';
import type { Message } from '../../../src/message/message.ts';
import { asFile, asParts } from './both-ways.ts';
import type { Leaf, Tree } from './both-ways.ts';

const FIELDS = [
  'From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>',
  'To: news@example.com',
  'Subject: =?utf-8?Q?Zustellung_=C3=BCber?= =?utf-8?Q?_Umwege?=',
  'Message-ID: <1@mail.example>',
  'Date: Mon, 2 Feb 2026 03:04:05 +0100',
  'MIME-Version: 1.0',
  '',
].join('\r\n');

const STATUS = 'Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; ann@example.org\r\nAction: failed\r\n';
const RETURNED =
  'From: news@example.com\r\nMessage-ID: <o@example.com>\r\n\r\nDear Ann,\r\n--b\r\nnot a delimiter of ours';
const TEXT = 'Größe überschritten: 550 5.1.1 <ann@example.org>\r\n';

async function bothWays(root: Leaf | Tree): Promise<{ file: Message; parts: Message }> {
  return {
    file: await readMessage(rawFromSource(asFile(FIELDS, root))),
    parts: await readMessage(asParts(FIELDS, root)),
  };
}

const leaf = (type: string, text: string, more: Partial<Leaf> = {}): Leaf => ({
  type,
  body: Buffer.from(text),
  ...more,
});

describe('a mail read as .eml and through its IMAP parts is the same message', () => {
  const report: Tree = {
    type: 'multipart/report',
    parameters: { 'report-type': 'delivery-status' },
    children: [
      {
        type: 'multipart/alternative',
        children: [
          leaf('text/plain', Buffer.from(TEXT).toString('base64'), {
            encoding: 'base64',
            parameters: { charset: 'utf-8' },
          }),
          leaf('text/html', '<p>not this</p>'),
        ],
      },
      leaf('message/delivery-status', STATUS),
      leaf('message/rfc822', RETURNED.replace('--b', '--x')),
    ],
  };

  test('a report with an alternative inside', async () => {
    const { file, parts } = await bothWays(report);
    expect(parts).toEqual(file);
    expect(file).toMatchObject({
      subject: 'Zustellung über Umwege',
      contentType: 'multipart/report',
      reportType: 'delivery-status',
      text: TEXT.replaceAll('\r\n', '\n'),
      textTruncated: false,
      machineParts: [{ path: '2', contentType: 'message/delivery-status', text: STATUS.replaceAll('\r\n', '\n') }],
      returned: { path: '3', contentType: 'message/rfc822' },
    });
    expect(file.returned?.headers).toEqual([
      { name: 'from', value: 'news@example.com' },
      { name: 'message-id', value: '<o@example.com>' },
    ]);
    expect(file.outline.map(({ path, contentType }) => `${path} ${contentType}`)).toEqual([
      ' multipart/report',
      '1 multipart/alternative',
      '1.1 text/plain',
      '1.2 text/html',
      '2 message/delivery-status',
      '3 message/rfc822',
    ]);
  });

  test('a text that is longer than what is fetched', async () => {
    const long = leaf('text/plain', Buffer.from('0123456789abcde\n'.repeat(3000)).toString('base64'), {
      encoding: 'base64',
    });
    const { file, parts } = await bothWays({ type: 'multipart/mixed', children: [long] });
    expect(parts).toEqual(file);
    expect(file.textTruncated).toBe(true);
    expect(file.text).toHaveLength((16 * 1024 * 3) / 4);
  });

  test('a returned message said to be encoded: its body has no say', async () => {
    const mail = leaf('message/rfc822', 'From: ann=40x@example.org\r\n\r\na = b', { encoding: 'quoted-printable' });
    const { file, parts } = await bothWays({ type: 'multipart/mixed', children: [mail] });
    expect(parts).toEqual(file);
    expect(file.returned?.headers).toEqual([{ name: 'from', value: 'ann@x@example.org' }]);
  });

  const leaves: fc.Arbitrary<Leaf> = fc
    .record({
      type: fc.constantFrom('text/plain', 'text/html', 'message/delivery-status', 'text/rfc822-headers', 'image/png'),
      text: fc.constantFrom(
        TEXT,
        STATUS,
        RETURNED.replace('--b', '- b'),
        '',
        '\r\n\r\n\r\n',
        'a \r\nb',
        '\r\n\r\nx\r\n',
        '<p>a &lt;b@c.example&gt;',
      ),
      encoding: fc.constantFrom('base64', 'quoted-printable', '7bit', undefined),
      disposition: fc.constantFrom('attachment', 'inline', undefined),
      charset: fc.constantFrom('utf-8', 'us-ascii', 'iso-8859-1', 'x-nonsense', undefined),
      flowed: fc.boolean(),
    })
    .map(({ type, text, encoding, disposition, charset, flowed }) => ({
      type,
      body: encoding === 'base64' ? Buffer.from(Buffer.from(text).toString('base64')) : Buffer.from(text),
      parameters: { ...(charset && { charset }), ...(flowed && { format: 'flowed' }) },
      ...(encoding && { encoding }),
      ...(disposition && { disposition }),
    }));
  const returned = fc
    .constantFrom('message/rfc822', 'message/global')
    .map(type => leaf(type, RETURNED.replace('--b', '- b')));
  const { tree } = fc.letrec<{ tree: Tree; node: Leaf | Tree }>(tie => ({
    node: fc.oneof({ maxDepth: 3 }, leaves, returned, tie('tree')),
    tree: fc.record({
      type: fc.constantFrom('multipart/mixed', 'multipart/report', 'multipart/alternative', 'multipart/related'),
      children: fc.array(tie('node'), { minLength: 1, maxLength: 4 }),
    }),
  }));

  test('any tree of parts, any encoding', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(tree, leaves), async root => {
        const { file, parts } = await bothWays(root);
        expect(parts).toEqual(file);
      }),
      { numRuns: 150 },
    );
  });
});
