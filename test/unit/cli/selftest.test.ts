/**
 * `bounced selftest` against servers of our own: what each station shows of the bounce that comes, what is wrong where
 * it does not come or leads to nothing, and that nothing is posted unless asked.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCommand } from '../../../src/cli/commands.ts';
import { writeConfig } from '../../servers/daemon.ts';
import { startImapServer } from '../../servers/imap-server.ts';
import type { ImapServer } from '../../servers/imap-server.ts';
import { startReceiver } from '../../servers/receiver.ts';
import type { Receiver } from '../../servers/receiver.ts';
import { startSmtpServer } from '../../servers/smtp-server.ts';
import type { SmtpServer } from '../../servers/smtp-server.ts';
import { bounceNumber, bounceOf } from '../../servers/synthetic.ts';
import { captured } from './captured.ts';
import type { Captured } from './captured.ts';

const USER = { user: 'news@shop.example', password: 'right-password' };

let folder: string;
let config: string;
let imap: ImapServer;
let smtp: SmtpServer;
let receiver: Receiver;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bounced-selftest-'));
  [smtp, receiver] = await Promise.all([startSmtpServer(USER), startReceiver()]);
  imap = await startImapServer({
    users: [USER],
    tls: true,
    folders: [
      { path: 'All Mail', specialUse: '\\All', mails: [{ source: bounceNumber(0).report }] },
      { path: 'Sent', specialUse: '\\Sent', mails: [{ source: bounceNumber(1).original }] },
    ],
  });
  const more = { mailbox: `smtp_host = "localhost"\nsmtp_port = ${smtp.port}` };
  config = await writeConfig({ folder, imap, receiver, ...USER, batchWaitMs: 0, more });
});

afterEach(async () => {
  await Promise.all([imap.stop(), smtp.stop(), receiver.stop()]);
  await rm(folder, { recursive: true, force: true });
});

/** As a mail server does: a copy into Sent, and the report into the mailbox. */
function mailFlows(report = bounceOf, copy = (source: string): string => source): void {
  smtp.deliver = ({ source }) => {
    imap.append('Sent', { source: Buffer.from(copy(source)) });
    // Somebody else's bounce comes first.
    imap.append('All Mail', { source: bounceNumber(1).report });
    imap.append('All Mail', { source: report(source) });
  };
}

async function selftest(...words: string[]): Promise<Captured> {
  return captured(await findCommand('selftest', ['--config', config, ...words]));
}

/** What it printed before it failed, and why it did. */
async function failing(...words: string[]): Promise<{ out: string; fault: unknown }> {
  const command = await findCommand('selftest', ['--config', config, ...words]);
  let fault: unknown;
  const { out } = await captured(() => command().catch((error: unknown) => ((fault = error), 0 as const)));
  return { out, fault };
}

describe('a bounce that comes', () => {
  test('is shown station by station, its mail marked and sent to nobody; nothing is posted', async () => {
    mailFlows();
    const before = imap.snapshot();
    const { exit, out } = await selftest();
    expect(exit).toBe(0);
    expect(smtp.mails).toHaveLength(1);
    const { to = '', source = '' } = smtp.mails[0] ?? {};
    expect(to).toMatch(/^selftest-[0-9a-f]{8}@bounced\.invalid$/);
    const token = /^Message-ID: <bounced-selftest\.([0-9a-f-]{36})@shop\.example>\r$/m.exec(source)?.[1] ?? 'none';
    expect(source).toContain(`\r\nx-bounced-selftest: ${token}\r\n`);
    expect(out.split('\n').map(line => line.split(/ {2,}/)[0])).toEqual(
      expect.arrayContaining(['sent', 'mailbox', 'message', 'report', 'recipient', 'provenance', 'mark', 'event']),
    );
    expect(out).toMatch(/^mailbox +All Mail, UID 3, after \d+ s$/m);
    expect(out).toMatch(/^ +verdict +hard: /m);
    expect(out).toMatch(/^ +line +"550 5\.1\.1 .*User unknown"/m);
    expect(out).toMatch(/^provenance +the mail is in Sent, and went to this very address$/m);
    expect(out).toMatch(/^mark +the mail in Sent bears it: a daemon notes that bounces come back, and posts nothing$/m);
    expect(out).toContain(`event       a customer's mail would give a hard bounce of ${to} at `);
    expect(out).toMatch(/^callback +nothing posted; --post posts this one event$/m);
    expect(receiver.requests).toEqual([]);
    // What was there is as it was: the folder has grown by what came.
    for (const line of before.split('\n')) expect(imap.snapshot()).toContain(line);
  });

  test('is one JSON object with --json, and nothing else is on standard output', async () => {
    mailFlows();
    const { exit, out, err } = await selftest('--json', '--to', 'nobody@elsewhere.example');
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      sent: { to: 'nobody@elsewhere.example', answer: expect.stringContaining('queued') },
      came: true,
      mailbox: { folder: 'All Mail', uid: 3 },
      report: { kind: 'failure', reader: expect.any(String) },
      verdicts: [{ address: 'nobody@elsewhere.example', verdict: 'hard', reason: 'userUnknown' }],
      provenance: { searched: true, inSent: true, marked: true, proof: 'sent' },
      event: { address: 'nobody@elsewhere.example', verdict: 'hard' },
      callback: { posted: false },
    });
    expect(err).toContain('bounced: waiting for the bounce: 0 s of 300 s');
  });

  test('may be a soft one: every station has done its work', async () => {
    mailFlows(source => bounceOf(source, 'soft'));
    const { exit, out } = await selftest('--json');
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ verdicts: [{ verdict: 'soft' }], event: { verdict: 'soft' } });
  });

  test('is a case of its own where only campaign mail counts', async () => {
    await appendFile(config, '[provenance]\nonly_campaign_mail = true\n');
    mailFlows();
    expect((await selftest('--json')).exit).toBe(0);
  });
});

describe('--post', () => {
  test('posts this one event, and shows the answer', async () => {
    mailFlows();
    receiver.answer = () => ({ status: 200, body: '{"status":"success"}' });
    const { exit, out } = await selftest('--post');
    expect(exit).toBe(0);
    expect(receiver.events()).toEqual([{ event: 'hardbounce', address: smtp.mails[0]?.to, ts: expect.any(Number) }]);
    expect(out).toMatch(/^callback +posted to "clevertap": taken, HTTP 200/m);
  });

  test('that is not taken is told with the cure, and tried once', async () => {
    mailFlows();
    receiver.answer = () => ({ status: 403, body: 'account unknown' });
    const { out, fault } = await failing('--post', '--json');
    expect(fault).toMatchObject({ code: 'NOT_TAKEN', exit: 69, message: expect.stringContaining('account unknown') });
    expect(JSON.parse(out)).toMatchObject({ ok: false, callback: { posted: true, state: 'waiting' } });
    expect(receiver.requests).toHaveLength(1);
  });
});

describe('what is wrong', () => {
  test('no bounce within the time: 69, with what to look at', async () => {
    const { out, fault } = await failing('--wait', '1s');
    expect(out).toMatch(/^sent +to selftest-/);
    expect(fault).toMatchObject({ code: 'NO_BOUNCE', exit: 69, hint: expect.stringMatching(/Spam.*hidden from IMAP/) });
  });

  test('no bounce, as JSON: what was sent, and that none came', async () => {
    const { out, fault } = await failing('--wait', '1s', '--json');
    expect(JSON.parse(out)).toMatchObject({ ok: false, came: false, problem: { code: 'NO_BOUNCE' } });
    expect(fault).toMatchObject({ exit: 69 });
  });

  test('SMTP refuses the address: 65 in its words, and nobody waits for a bounce', async () => {
    smtp.answers['RCPT'] = '553 5.1.3 The recipient address is not a valid RFC 5321 address.';
    const { out, fault } = await failing();
    expect(out).toBe('');
    expect(fault).toMatchObject({ code: 'SMTP_REFUSED', exit: 65, message: expect.stringContaining('5.1.3') });
  });

  test('the mailbox cannot be entered: told before anything is sent', async () => {
    imap.script.loginAnswer = 'NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)';
    expect((await failing()).fault).toMatchObject({ exit: 77 });
    expect(smtp.mails).toEqual([]);
  });

  test('the mail is not in Sent: the bounce came, and proves nothing', async () => {
    smtp.deliver = ({ source }) => void imap.append('All Mail', { source: bounceOf(source) });
    const { out, fault } = await failing();
    expect(out).toMatch(/^callback +nothing to post$/m);
    expect(out).toMatch(/^provenance +no mail with Message-ID <bounced-selftest\..* is in Sent$/m);
    expect(fault).toMatchObject({ code: 'NOT_PROVEN', exit: 65, hint: expect.stringContaining('sent_folder') });
  });

  test('the mail in Sent has lost its mark: a daemon would take the bounce for one of a customer', async () => {
    mailFlows(bounceOf, source => source.replace(/^x-bounced-selftest.*\r\n/m, ''));
    const { out, fault } = await failing();
    expect(out).toMatch(/^mark +lost/m);
    expect(out).toMatch(/^event +.*; this one gives it, too$/m);
    expect(fault).toMatchObject({
      code: 'MARK_LOST',
      exit: 65,
      hint: expect.stringContaining('outbox drop selftest-'),
    });
  });

  test('an answer that nobody understands is told as such, not waited out', async () => {
    mailFlows(source =>
      Buffer.from(
        `From: MAILER-DAEMON@odd.example\r\nTo: ${USER.user}\r\nSubject: Undelivered Mail Returned to Sender\r\n` +
          `Message-ID: <odd@odd.example>\r\nIn-Reply-To: ${/^Message-ID: (.*)\r$/m.exec(source)?.[1] ?? ''}\r\n` +
          '\r\nSorry about that.\r\n',
      ),
    );
    expect((await failing()).fault).toMatchObject({ code: 'NOT_UNDERSTOOD', exit: 65 });
  });

  test('without proof a daemon would post it: refused before anything is sent', async () => {
    await appendFile(config, '[provenance]\nmode = "off"\n');
    expect((await failing()).fault).toMatchObject({ code: 'NO_PROOF_ASKED', exit: 78 });
    expect(smtp.mails).toEqual([]);
  });
});

test('Ctrl-C ends it as asked, and tells that the mail is on its way', async () => {
  smtp.deliver = () => void setTimeout(() => process.emit('SIGINT'), 50);
  const { fault } = await failing();
  expect(fault).toMatchObject({
    code: 'STOPPED',
    exit: 69,
    message: expect.stringMatching(/<bounced-selftest.* was sent/),
  });
});

describe('mistakes', () => {
  test.each([
    [['--to', 'nobody'], '--to expects a mail address alone'],
    [['--wait', 'soon'], '--wait expects a time'],
    [['--mailbox', 'other'], 'there is no [[mailbox]] named "other"'],
    [['me@example.com'], 'one argument too many'],
  ])('%j', async (words, message) => {
    await expect(selftest(...words)).rejects.toMatchObject({ exit: 64, message: expect.stringContaining(message) });
  });
});

test('no secret is printed', async () => {
  mailFlows();
  receiver.answer = ({ path }) => ({ status: 404, body: `no such page: ${path}` });
  const { out, fault } = await failing('--post');
  expect(fault).toMatchObject({ message: expect.stringContaining('no such page') });
  for (const secret of [USER.password, 'callback-f3a91c']) {
    expect(`${out}${(fault as Error).message}`).not.toContain(secret);
  }
});
