/**
 * A stranger's control characters leave no trace: not in the log in any format, not on a terminal, not in what is
 * posted. Looked at where it counts: the bytes that the built command writes and sends.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bounced, MAIN } from '../servers/command.ts';
import { writeConfig } from '../servers/daemon.ts';
import { startImapServer } from '../servers/imap-server.ts';
import type { ImapServer } from '../servers/imap-server.ts';
import { startReceiver } from '../servers/receiver.ts';
import type { Receiver } from '../servers/receiver.ts';

const USER = { user: 'news@shop.example', password: 'right-password' };
/** Line ends, NUL, escape sequences, C1 controls, bidi marks, what has no width, halves of characters, fillers. */
const MARKS = [
  ...['\r\n', '\r', '\0', '\u0007', '\u001b[31m', '\u001b]0;owned\u0007', '\u009b31m', '\u0085', '\u00ad', '\u034f'],
  ...['\u061c', '\u200b', '\u200d', '\u200e', '\u200f', '\u2028', '\u2029', '\u202a', '\u202b', '\u202c', '\u202d'],
  ...['\u202e', '\u2060', '\u2066', '\u2067', '\u2068', '\u2069', '\u3164', '\ufe0f', '\ufeff', '\uffa0', '\u{e0041}'],
];
const UNSEEN = /(?!\n)[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2028\u2029]/u;

let folder: string;
let imap: ImapServer;
let receiver: Receiver;
let mails: Buffer[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bounced-injection-'));
  receiver = await startReceiver();
  mails = MARKS.flatMap((mark, n) => [markedEverywhere(mark, n), markedInCode(mark, n), markedInProse(mark, n)]);
  imap = await startImapServer({
    users: [USER],
    tls: true,
    folders: [{ path: 'INBOX', mails: mails.map(source => ({ source })) }],
  });
});

afterAll(async () => {
  await Promise.all([imap.stop(), receiver.stop()]);
  await rm(folder, { recursive: true, force: true });
});

/** In every place of a report that is shown somewhere, as raw UTF-8. */
function markedEverywhere(mark: string, n: number): Buffer {
  return Buffer.from(`From: Mail${mark}System <MAILER-DAEMON@mx${n}.example>
To: ${USER.user}
Subject: Undelivered${mark}Mail
Message-ID: <report${mark}${n}@mx.example>
In-Reply-To: <${mark}id${n}@shop.example>
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

It failed${mark}.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx${mark}.example

Final-Recipient: rfc822; raw${n}${mark}@customer.example
Original-Recipient: rfc822; "raw${n}${mark}"@customer.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; mail${mark}.example
Diagnostic-Code: smtp; 550 5.1.1 no such${mark} user${mark}

Final-Recipient: rfc822; clean${n}@customer.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such${mark} user
--b--
`);
}

/** Behind the encodings that a report may have: RFC 2047, unitext (RFC 6533), xtext (RFC 3461), base64. */
function markedInCode(mark: string, n: number): Buffer {
  const unitext = Array.from(mark, one => `\\x{${(one.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}}`).join('');
  const xtext = Array.from(Buffer.from(mark), byte => `+${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
  const status = `Reporting-MTA: dns; mx.example

Final-Recipient: utf-8; unitext${n}${unitext}@customer.example
Action: failed
Diagnostic-Code: smtp; 550 5.1.1 no such user

Original-Recipient: rfc822; xtext${n}${xtext}@customer.example
Final-Recipient: rfc822; other${n}${xtext}@customer.example
Action: failed
Diagnostic-Code: smtp; 550 5.1.1 no such${mark}user
`;
  return Buffer.from(`From: MAILER-DAEMON@mx.example
Subject: =?utf-8?B?${Buffer.from(`Undelivered ${mark} Mail`).toString('base64')}?=
Message-ID: <coded${n}@mx.example>
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status; charset=utf-8
Content-Transfer-Encoding: base64

${Buffer.from(status).toString('base64')}
--b--
`);
}

/** In prose, as HTML's character references. */
function markedInProse(mark: string, n: number): Buffer {
  const entities = Array.from(mark, one => `&#${one.codePointAt(0) ?? 0};`).join('');
  return Buffer.from(`From: MAILER-DAEMON@mx.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <prose${n}@mx.example>
Content-Type: text/html; charset=utf-8

<p>Delivery to the following recipient failed permanently:</p>
<p>&lt;prose${n}${entities}@customer.example&gt;: 550 5.1.1 no such${entities}user${mark}</p>
<p>&lt;plain${n}@customer.example&gt;: 550 5.1.1 no such${entities}user${mark}</p>
`);
}

/** What a run of the daemon writes to standard error and output, in this format; everything is posted without proof. */
async function runIn(format: string): Promise<{ code: unknown; written: string }> {
  const place = await mkdtemp(join(folder, `${format}-`));
  const config = await writeConfig({ folder: place, imap, receiver, ...USER, batchWaitMs: 0 });
  const text = (await readFile(config, 'utf8')).replace('format = "json"', `format = "${format}"`);
  await writeFile(config, text);
  await appendFile(config, '[provenance]\nmode = "off"\n');
  const child = spawn(process.execPath, [MAIN, 'run', '--once', '--config', config]);
  let written = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes: Buffer) => (written += bytes.toString()));
  const [code] = (await once(child, 'close')) as unknown[];
  return { code, written };
}

describe.each(['json', 'human', 'journal'])('the daemon, log format %s', format => {
  test('no byte of the log, and none of what is posted, is unseen', async () => {
    const before = receiver.requests.length;
    const { code, written } = await runIn(format);
    expect(code).toBe(0);
    expect(written).not.toMatch(UNSEEN);
    expect(written).not.toMatch(/^(?!\{|<\d>|\d{4}-)./m); // no line that a mail has begun
    expect(written).toMatch(/clean0/);
    const bodies = receiver.requests.slice(before).map(({ body }) => body);
    const posted = bodies.join('\n');
    expect(posted).not.toMatch(UNSEEN);
    expect(posted).not.toMatch(/\\u/);
    expect(posted).toMatch(/clean0@customer\.example/);
    // A NUL is dropped and C1 controls are printable characters in HTML (its standard says so); others end the address.
    expect(new Set(posted.match(/\b(?:raw|prose)\d+/g))).toEqual(new Set(['raw2', 'prose6', 'prose7']));
    expect(receiver.malformed).toEqual([]);
  }, 60_000);
});

describe('bounced classify', () => {
  test.each([[], ['--explain'], ['--json']])(
    '%s: nothing unseen is printed, and one line stays one',
    async (...flags) => {
      const place = await mkdtemp(join(folder, 'mails-'));
      for (const [at, mail] of mails.entries()) {
        // A slash and a NUL are the only bytes that a file name cannot have.
        const mark = (MARKS[Math.floor(at / 3)] ?? '').replaceAll(/[\0/]/g, '');
        await writeFile(join(place, `${at}${mark}.eml`), mail);
      }
      const { code, stdout, stderr } = await bounced(['classify', ...flags, place], { limitMs: 60_000 });
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).not.toMatch(UNSEEN);
      const heads = stdout.split('\n').filter(line => line !== '' && !line.startsWith('    '));
      for (const line of heads) expect(line).toMatch(flags.includes('--json') ? /^\{"file":"\d/ : /^\d+\S*\.eml: /);
      expect(new Set(heads.map(line => /\d+/.exec(line)?.[0])).size).toBe(mails.length);
    },
    90_000,
  );

  test('nor of a file that is not there', async () => {
    const { stderr } = await bounced(['classify', '/no\u001b[31m/\u202esuch\nfile.eml']);
    expect(stderr).not.toMatch(UNSEEN);
    expect(stderr.trimEnd().split('\n')).toHaveLength(2);
  });
});
