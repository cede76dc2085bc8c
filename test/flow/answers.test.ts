/**
 * The answers for one customer, as they are typed beside a daemon that runs: why he was unsubscribed, and its undo; on
 * the built program, against a receiver in the place of CleverTap's callback and one in that of its server API.
 */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { bounced } from '../servers/command.ts';
import type { CommandResult } from '../servers/command.ts';
import { startDaemon } from '../servers/daemon.ts';
import type { DaemonChild } from '../servers/daemon.ts';
import { startImapServer } from '../servers/imap-server.ts';
import type { ImapServer } from '../servers/imap-server.ts';
import { startReceiver } from '../servers/receiver.ts';
import type { Receiver } from '../servers/receiver.ts';
import { bounceNumber } from '../servers/synthetic.ts';

const USER = { user: 'news@shop.example', password: 'correct-horse' };
const PASSCODE = '6b4f7c-battery-staple';

let imap: ImapServer;
let receiver: Receiver;
let api: Receiver;
let folder: string;
let daemon: DaemonChild;

beforeEach(async () => {
  const { report, original } = bounceNumber(0);
  imap = await startImapServer({
    users: [USER],
    tls: true,
    folders: [
      { path: 'INBOX', mails: [{ source: report }] },
      { path: 'Sent', specialUse: '\\Sent', mails: [{ source: original }] },
    ],
  });
  [receiver, api] = await Promise.all([startReceiver(), startReceiver()]);
  folder = await mkdtemp(join(tmpdir(), 'bounced-answers-'));
  await writeFile(join(folder, 'account'), 'W9R-486-4W5Z', { mode: 0o600 });
  await writeFile(join(folder, 'passcode'), PASSCODE, { mode: 0o600 });
  const callback = [
    `api_url = "${new URL(api.url).origin}"`,
    'api_account_id_file = "account"',
    'api_passcode_file = "passcode"',
  ].join('\n');
  daemon = await startDaemon({ folder, imap, receiver, ...USER, batchWaitMs: 0, more: { callback } });
});

afterEach(async () => {
  await daemon.kill();
  await Promise.all([imap.stop(), receiver.stop(), api.stop()]);
  await rm(folder, { recursive: true, force: true });
});

async function run(...words: string[]): Promise<CommandResult> {
  return bounced([...words, '--config', join(folder, 'bounced.toml')]);
}

/** Asks until the answer begins with this, and gives all of it. */
async function until(beginning: RegExp, ...words: string[]): Promise<string> {
  const endMs = Date.now() + 60_000;
  for (;;) {
    const { stdout, stderr } = await run(...words);
    if (beginning.test(stdout)) return stdout;
    if (Date.now() > endMs) throw new Error(`never came: ${stdout}${stderr}`);
    await pause(200);
  }
}

test('explain tells why, with the road of the real mail; undo resubscribes, once, and explain tells that too', async () => {
  const { address } = bounceNumber(0);
  const told = await until(/ was unsubscribed: /, 'explain', address.toUpperCase());
  expect(told).toMatch(/^mail {6}campaigns: INBOX, UID 1 <.*>, read at /m);
  expect(told).toMatch(/^original {2}<campaign-0@shop\.example>$/m);
  expect(told).toMatch(/^proof {5}sent: <campaign-0@shop\.example> is in Sent, and went to this very address$/m);
  expect(told).toMatch(/^post {6}.* UTC: delivered: HTTP 200\nnow {7}delivered$/m);
  const bounceId = /UID 1 (<[^>]+>)/.exec(told)?.[1] ?? '';
  for (const id of [bounceId, '<campaign-0@shop.example>']) {
    expect((await run('explain', id)).stdout).toContain('UID 1 ');
  }

  const shown = await run('undo', '--since', '1h', '--dry-run');
  expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining(address) });
  expect(api.requests).toEqual([]);
  const words = ['undo', address, '--send', '--reason', 'their server lied'];
  const sent = await run(...words);
  expect(sent).toMatchObject({ code: 0, stdout: `${address}  resubscribed\n` });
  expect(api.requests).toMatchObject([{ path: '/1/subscribe', headers: { 'x-clevertap-passcode': PASSCODE } }]);
  expect(await run(...words)).toMatchObject({ code: 65, stderr: expect.stringContaining('was resubscribed already') });
  expect(api.requests).toHaveLength(1);
  const after = await run('explain', address);
  expect(after.stdout).toMatch(/^.* was unsubscribed for a hard bounce .* resubscribed at .*: their server lied\n/);
  for (const { stdout, stderr } of [shown, sent, after]) expect(stdout + stderr).not.toContain(PASSCODE);
  // Nobody but the command that sends needs them, and the daemon goes on.
  expect(await daemon.stop()).toBe(0);
}, 180_000);
