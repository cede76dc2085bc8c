/**
 * What an operator sees of a daemon that runs, and of one that does not; and a new configuration for one that runs. The
 * built program as a child, against embedded servers.
 */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { bounced } from '../servers/command.ts';
import { startDaemon, writeConfig } from '../servers/daemon.ts';
import type { ChildSettings, DaemonChild } from '../servers/daemon.ts';
import { startImapServer } from '../servers/imap-server.ts';
import type { ImapServer } from '../servers/imap-server.ts';
import { startReceiver } from '../servers/receiver.ts';
import type { Receiver } from '../servers/receiver.ts';
import { bounceNumber } from '../servers/synthetic.ts';

const USER = { user: 'news@shop.example', password: 'correct-horse' };
/** 0, 1 and 3 are hard, 2 is soft; 3 is not in Sent. */
const NUMBERS = [0, 1, 2, 3];
const HTTP = '[http]\nlisten = "127.0.0.1:0"\n';

let imap: ImapServer;
let receiver: Receiver;
let folder: string;
let settings: ChildSettings;
let daemon: DaemonChild | undefined;

beforeEach(async () => {
  const inbox = NUMBERS.map(n => ({ source: bounceNumber(n).report }));
  const sent = NUMBERS.slice(0, 3).map(n => ({ source: bounceNumber(n).original }));
  const folders = [
    { path: 'INBOX', mails: inbox },
    { path: 'Sent', specialUse: '\\Sent', mails: sent },
  ];
  imap = await startImapServer({ users: [USER], tls: true, folders });
  receiver = await startReceiver();
  folder = await mkdtemp(join(tmpdir(), 'bounced-watching-'));
  settings = { folder, imap, receiver, ...USER, batchWaitMs: 0, sections: HTTP };
});

afterEach(async () => {
  await daemon?.kill();
  daemon = undefined;
  await Promise.all([imap.stop(), receiver.stop()]);
  await rm(folder, { recursive: true, force: true });
});

async function start(): Promise<DaemonChild> {
  daemon = await startDaemon(settings);
  await logged('recorded');
  return daemon;
}

/** The line, once it is there more often than `before` times. */
async function logged(message: string, before = 0): Promise<Record<string, unknown>> {
  const found = () => (daemon?.lines ?? []).filter(line => line.message.includes(message));
  await until(() => found().length > before);
  return found().at(-1) ?? {};
}

async function until(reached: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = Date.now() + 60_000;
  while (!(await reached())) {
    if (Date.now() > endMs) throw new Error(`never reached; log: ${JSON.stringify(daemon?.lines.slice(-8))}`);
    await pause(100);
  }
}

async function get(path: string): Promise<{ status: number; text: string }> {
  const { port } = await logged('health and metrics are served');
  const response = await fetch(`http://127.0.0.1:${String(port)}${path}`);
  return { status: response.status, text: await response.text() };
}

async function status(...words: string[]): Promise<string> {
  const result = await bounced(['status', '--config', join(folder, 'bounced.toml'), ...words]);
  expect(result).toMatchObject({ code: 0, stderr: '' });
  return result.stdout;
}

test('status, probes and metrics tell of a daemon that runs; status also of one that has ended', async () => {
  await start();
  await until(async () => (await status()).includes('followed\n  lag          none'));
  await until(() => receiver.events().length === 3);
  const sheet = await status();
  expect(sheet).toMatch(/^bounced \d\S+ runs as process \d+, up \d+ /);
  expect(sheet).toMatch(/\nmailbox campaigns: followed\n[\s\S]*place +INBOX, up to UID 4 \(UIDVALIDITY \d+\)/);
  expect(sheet).toMatch(/held +1 not proven: "bounced held list"/);
  expect(sheet).toMatch(/hard +\d: userUnknown \d/);
  expect(sheet).not.toContain('\u001b');

  expect(await get('/healthz')).toEqual({ status: 200, text: 'ok\n' });
  await until(async () => (await get('/readyz')).status === 200);
  const { text } = await get('/metrics');
  expect(text).toMatch(/^bounced_messages_total\{mailbox="campaigns",outcome="failure"\} 4$/m);
  expect(text).toMatch(/^bounced_outbox_events\{state="delivered"\} 3$/m);
  expect(text).toMatch(/^bounced_outbox_events\{state="held"\} 1$/m);
  expect(text).toMatch(/^bounced_mailbox_connected\{mailbox="campaigns"\} 1$/m);
  expect(text).toMatch(/^bounced_callback_requests_total\{callback="clevertap",code="200"\} [1-3]$/m);
  expect(text).toMatch(/^process_cpu_user_seconds_total /m);
  expect(text).not.toMatch(/@/);
  expect(await get('/')).toMatchObject({ status: 404, text: expect.stringContaining('/readyz') as unknown });

  await imap.stop();
  await until(async () => (await get('/readyz')).status === 503);
  expect((await get('/readyz')).text).toMatch(/^mailbox campaigns: /);
  await until(async () => /TROUBLE +.*\n[\s\S]*cure /.test(await status()));

  expect(await daemon?.stop()).toBe(0);
  const after = await status();
  expect(after).toMatch(/^bounced: NO DAEMON RUNS, the last one was here /);
  expect(after).toMatch(/mailbox campaigns: NOT FOLLOWED\n[\s\S]*last mail +20/);
  const record = JSON.parse(await status('--json')) as Record<string, unknown>;
  expect(record).toMatchObject({
    daemon: { running: false },
    mailboxes: [{ mailbox: 'campaigns', connected: false, cursors: [{ lastUid: 4 }] }],
    outbox: { delivered: 3, held: 1 },
    lastDay: { mails: 4 },
  });
}, 120_000);

test('a daemon that was killed is not said to run', async () => {
  await start();
  expect(await status()).toContain('runs as process');
  await daemon?.kill();
  expect(await status()).toMatch(/^bounced: NO DAEMON RUNS/);
}, 60_000);

test('SIGHUP: a wrong configuration changes nothing, a right one is taken whole, and nothing is lost or doubled', async () => {
  receiver.answer = () => ({ status: 503 });
  const child = await start();
  await until(() => receiver.requests.length > 0);
  const second = await startReceiver();
  try {
    const path = await writeConfig({ ...settings, receiver: second, sections: '[retension]\n' });
    child.reload();
    const refused = await logged('configuration is not taken');
    expect(refused['message']).toContain('retension: unknown key');
    expect(refused).toHaveProperty('cure');
    await writeConfig({ ...settings, receiver: second, sections: '[http]\nlisten = "127.0.0.1:1"\n' });
    child.reload();
    expect((await logged('configuration is not taken', 1))['message']).toContain('[http] listen');
    expect(second.requests).toHaveLength(0);

    await writeConfig({ ...settings, receiver: second });
    child.reload();
    await logged('reloaded');
    expect(await bounced(['outbox', 'retry', '--all-waiting', '--config', path])).toMatchObject({ code: 0 });
    await until(() => second.events().length === 3);
    expect(new Set(second.events().map(({ address }) => address)).size).toBe(3);
    imap.append('Sent', { source: bounceNumber(4).original });
    imap.append('INBOX', { source: bounceNumber(4).report });
    await until(() => second.events().some(({ address }) => address === bounceNumber(4).address));
    expect((await get('/metrics')).text).toMatch(/^bounced_reloads_total\{result="taken"\} 1$/m);
    expect((await get('/metrics')).text).toMatch(/^bounced_reloads_total\{result="refused"\} 2$/m);

    child.reload();
    expect(await logged('nothing has changed')).toHaveProperty('cure');
    // The secret alone, in its file.
    await writeFile(join(folder, 'url'), `${receiver.url}\n`);
    child.reload();
    await logged('reloaded', 1);
    const shown = JSON.stringify(child.lines);
    for (const { url } of [receiver, second]) expect(shown).not.toContain(new URL(url).pathname.slice(1));
    expect(await child.stop()).toBe(0);
  } finally {
    await second.stop();
  }
}, 120_000);

test('a port that is taken, and an address that others reach, are told with their cure', async () => {
  const taken = createServer();
  await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  const run = async (listen: string) => {
    const config = await writeConfig({ ...settings, sections: `[http]\nlisten = "${listen}"\n` });
    return bounced(['run', '--config', config]);
  };
  const busy = await run(`127.0.0.1:${port}`);
  expect(busy.stderr).toMatch(/\[http\] listen = "127\.0\.0\.1:\d+": something else listens there\n {2}cure: "ss /);
  expect(busy.code).toBe(78);
  expect((await run('0.0.0.0:9650')).stderr).toMatch(/http\.listen: 0\.0\.0\.0 can be reached .* remote = true/);
  expect((await run('9650')).stderr).toMatch(/http\.listen: expected an address and a port, such as "127/);
  await new Promise(resolve => taken.close(resolve));
}, 60_000);
