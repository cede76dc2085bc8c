/**
 * The operator's commands beside a daemon that runs, as they are typed: each on the built program, against a receiver
 * that is down, refuses one address, or works.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { chown, mkdtemp, open, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { bounced } from '../servers/command.ts';
import type { CommandResult } from '../servers/command.ts';
import { startDaemon, writeConfig } from '../servers/daemon.ts';
import type { DaemonChild } from '../servers/daemon.ts';
import { startImapServer } from '../servers/imap-server.ts';
import type { ImapServer } from '../servers/imap-server.ts';
import { startReceiver } from '../servers/receiver.ts';
import type { Receiver } from '../servers/receiver.ts';
import { bounceNumber } from '../servers/synthetic.ts';

const USER = { user: 'news@shop.example', password: 'correct-horse' };
const NUMBERS = [0, 1, 2, 3, 4, 5];
/** Neither is in Sent. */
const HELD = [4, 5];
const NOBODY = 65_534;

let imap: ImapServer;
let receiver: Receiver;
let folder: string;
let config: string;
let daemon: DaemonChild | undefined;

beforeEach(async () => {
  const sent = NUMBERS.filter(n => !HELD.includes(n)).map(n => ({ source: bounceNumber(n).original }));
  imap = await startImapServer({
    users: [USER],
    tls: true,
    folders: [
      { path: 'INBOX', mails: NUMBERS.map(n => ({ source: bounceNumber(n).report })) },
      { path: 'Sent', specialUse: '\\Sent', mails: sent },
    ],
  });
  receiver = await startReceiver();
  folder = await mkdtemp(join(tmpdir(), 'bounced-operator-'));
  config = await writeConfig({ folder, imap, receiver, ...USER, batchWaitMs: 0 });
});

afterEach(async () => {
  await daemon?.kill();
  daemon = undefined;
  await Promise.all([imap.stop(), receiver.stop()]);
  await rm(folder, { recursive: true, force: true });
});

async function start(): Promise<DaemonChild> {
  daemon = await startDaemon({ folder, imap, receiver, ...USER, batchWaitMs: 0 });
  return daemon;
}

async function run(...words: string[]): Promise<CommandResult> {
  return bounced([...words, '--config', config]);
}

/** What a command with --json prints, object by object. */
async function records(...words: string[]): Promise<Record<string, unknown>[]> {
  const { stdout, stderr, code } = await run(...words, '--json');
  expect({ words, stderr, code }).toMatchObject({ code: 0 });
  return stdout.split('\n').flatMap(line => (line === '' ? [] : [JSON.parse(line) as Record<string, unknown>]));
}

async function until(reached: () => boolean | Promise<boolean>, limitMs = 60_000): Promise<void> {
  const endMs = Date.now() + limitMs;
  while (!(await reached())) {
    if (Date.now() > endMs) throw new Error('never reached');
    await pause(200);
  }
}

function addressOf(n: number): string {
  return bounceNumber(n).address;
}

function postedTo(n: number): number {
  return receiver.events().filter(({ address }) => address === addressOf(n)).length;
}

describe('beside a daemon that runs', () => {
  test('what waits is listed with its answer; retried, dropped, released and discarded it goes as asked', async () => {
    receiver.answer = ({ path }) => ({ status: 503, body: `no such luck at ${path}` });
    await start();
    await until(() => receiver.requests.length === 1);
    await until(async () => (await run('outbox', 'list')).stdout.includes('HTTP 503'));
    const { stdout } = await run('outbox', 'list');
    expect(stdout).toMatch(/^id +state +verdict +address +bounced \(UTC\) +tries +next +last answer$/m);
    expect(stdout).toMatch(
      /waiting +hard +customer0@domain0\.example +2026-11-20 10:00 +1 +in .*HTTP 503: no such luck/,
    );
    expect(stdout).not.toContain(new URL(receiver.url).pathname.slice(1));

    const held = await run('held', 'show', addressOf(4));
    expect(held.stdout).toMatch(/^missing +no mail with Message-ID <campaign-4@shop\.example> is in Sent$/m);
    expect(held.stdout).toMatch(/^looked up +<campaign-4@shop\.example>$/m);
    expect(held.stdout).toMatch(/^next look-up +in \d+ min/m);

    expect(await run('outbox', 'drop', addressOf(1), '--reason', 'mistyped')).toMatchObject({ code: 0 });
    expect(await run('held', 'release', addressOf(4), '--reason', 'seen')).toMatchObject({ code: 0 });
    expect(await run('held', 'discard', addressOf(5), '--reason', 'forged')).toMatchObject({ code: 0 });
    receiver.answer = () => ({});
    expect(await run('outbox', 'retry', '--all-waiting')).toMatchObject({ code: 0 });
    await until(() => [0, 2, 3, 4].every(n => postedTo(n) === 1));
    expect([1, 5].map(postedTo)).toEqual([0, 0]);
    const shown = await run('outbox', 'show', addressOf(5));
    expect(shown.stdout).toMatch(/^done by hand +2\d\d\d-.* UTC: discard by .*: forged$/m);
    expect(await records('outbox', 'show', addressOf(4))).toMatchObject([{ state: 'delivered', proof: 'released' }]);
    expect(await daemon?.stop()).toBe(0);
  }, 120_000);

  test('an event that is being posted is left alone, and said so', async () => {
    receiver.answer = () => ({ hang: true });
    await start();
    await until(() => receiver.requests.length === 1);
    const { code, stderr } = await run('outbox', 'drop', addressOf(0), '--reason', 'x');
    expect(stderr).toMatch(/customer0@domain0\.example is being posted this moment\n {2}cure: /);
    expect(code).toBe(75);
    // With the daemon killed, nobody has it in hand any more.
    await daemon?.kill();
    expect(await run('outbox', 'drop', addressOf(0), '--reason', 'x')).toMatchObject({ code: 0 });
    expect(await records('outbox', 'list', '--state', 'dropped')).toMatchObject([{ address: addressOf(0) }]);
  }, 60_000);

  test('a dead letter is posted once it is retried, and exported for doing it by hand', async () => {
    receiver.answer = ({ body }) => ({ status: body.includes(addressOf(2)) ? 400 : 200, body: 'Invalid email format' });
    await start();
    await until(() => receiver.requests.length > 1);
    await until(async () => (await records('outbox', 'list', '--state', 'dead')).length === 1);
    const exported = await run('outbox', 'export', '--state', 'dead', '--format', 'clevertap');
    const ts = Date.parse('2026-11-20T10:00:00Z') / 1_000;
    expect(JSON.parse(exported.stdout)).toEqual([{ event: 'softbounce', data: [{ e: addressOf(2), ts }] }]);
    const csv = (await run('outbox', 'export', '--state', 'dead', '--format', 'csv')).stdout.split('\r\n');
    expect(csv).toHaveLength(3);
    expect(csv[1]).toMatch(
      /,dead,campaigns,clevertap,customer2@domain2\.example,soft,.*,HTTP 400: Invalid email format$/,
    );
    const json = await run('outbox', 'export');
    expect(JSON.parse(json.stdout)).toHaveLength(NUMBERS.length);
    receiver.answer = () => ({});
    expect((await run('outbox', 'retry', '--all-dead')).stdout).toContain(addressOf(2));
    await until(() => postedTo(2) === 1);
  }, 120_000);
});

test('a flood of hard bounces: those over the limit wait through a restart, until the breaker is reset', async () => {
  const env = { BOUNCED_BREAKER_HARD_PER_HOUR: '1' };
  const once = () => bounced(['run', '--once', '--config', config], { env });
  const first = await once();
  expect(first.code).toBe(0);
  expect(first.stderr).toMatch(/"level":"error","message":"the breaker is open.*"stopped":1.*bounced breaker reset/);
  expect([0, 1, 2, 3].map(postedTo)).toEqual([1, 1, 1, 0]);
  await once();
  expect(postedTo(3)).toBe(0);
  expect((await run('breaker', 'show')).stdout).toMatch(/^campaigns: open since .* UTC; 1 hard bounce waits?$/m);
  expect(await run('breaker', 'reset', '--reason', 'looked')).toMatchObject({ code: 0 });
  expect((await once()).stderr).not.toContain('breaker is open');
  expect([0, 1, 2, 3].map(postedTo)).toEqual([1, 1, 1, 1]);
}, 60_000);

describe('mistakes', () => {
  test.each([
    [['outbox', 'list'], 74, /no outbox yet[\s\S]*cure: "bounced run" makes it/],
    [['outbox', 'drop', 'x@example.com'], 64, /--reason TEXT is missing/],
    [['held', 'release', 'x@example.com', '--reason', ' '], 64, /--reason TEXT is missing/],
    [['outbox', 'retry'], 64, /expected an ID or an ADDRESS, or --all-dead/],
    [['outbox', 'list', '--state', 'ded'], 64, /there is no state "ded"; did you mean "dead"\?/],
    [['outbox', 'export', '--format', 'clevertap'], 64, /needs --state/],
    [['held', 'relase'], 64, /there is no "relase"; did you mean "release"\?/],
    [['breaker'], 64, /expected one of show, reset/],
  ])('%j', async (words, exit, message) => {
    const { code, stderr } = await run(...words);
    expect({ code, stderr }).toEqual({ code: exit, stderr: expect.stringMatching(message) as unknown });
    expect(stderr).toMatch(/\n {2}cure: [^\n]+\n$/);
    expect(await readdir(folder)).not.toContain('state');
  });

  test('an id that nobody has, a word that fits several, and a state that does not fit', async () => {
    await bounced(['run', '--once', '--config', config]);
    const unknown = await run('outbox', 'show', 'ffffffffffff0000');
    expect(unknown).toMatchObject({
      code: 65,
      stderr: expect.stringContaining('no event whose id begins with') as unknown,
    });
    const several = await run('outbox', 'show', '');
    expect(several.code).toBe(65);
    expect(several.stderr).toMatch(/fits several events:[\s\S]*customer0@domain0\.example[\s\S]*cure: give the id/);
    const delivered = await run('outbox', 'drop', addressOf(0), '--reason', 'too late');
    expect(delivered).toMatchObject({
      code: 65,
      stderr: expect.stringMatching(/is delivered[\s\S]*bounced undo ADDRESS/) as unknown,
    });
  }, 60_000);

  test('a stranger may not look; what root does, the service can still write', async () => {
    if (process.getuid?.() !== 0) return;
    await bounced(['run', '--once', '--config', config]);
    const files = (await readdir(join(folder, 'state'))).map(name => join(folder, 'state', name));
    for (const path of [folder, config]) await chown(path, NOBODY, NOBODY);
    const refused = await bounced(['outbox', 'list', '--config', config], { uid: NOBODY });
    expect(refused).toMatchObject({
      code: 74,
      stderr: expect.stringMatching(/cannot be written[\s\S]*sudo/) as unknown,
    });
    for (const path of [join(folder, 'state'), ...files]) await chown(path, NOBODY, NOBODY);
    await run('held', 'discard', addressOf(4), '--reason', 'x');
    const now = (await readdir(join(folder, 'state'))).map(name => join(folder, 'state', name));
    expect(await Promise.all(now.map(async path => (await stat(path)).uid))).toEqual(now.map(() => NOBODY));
  }, 60_000);
});

test('a damaged outbox: the daemon stops with the cure, recover says what was saved, and nothing is posted twice', async () => {
  await bounced(['run', '--once', '--config', config]);
  const posted = receiver.events().length;
  const database = join(folder, 'state', 'bounced.db');
  const file = await open(database, 'r+');
  const { size } = await file.stat();
  // The last page: an index or a leaf that is not needed to find the others.
  await file.write(Buffer.alloc(8192, 0xa5), 0, 8192, size - 8192);
  await file.close();
  const refused = await bounced(['run', '--once', '--config', config]);
  expect(refused).toMatchObject({
    code: 74,
    stderr: expect.stringMatching(/damaged[\s\S]*cure: .*outbox recover/) as unknown,
  });
  const recovered = await run('outbox', 'recover');
  expect(recovered.stderr).toBe('');
  expect(recovered.stdout).toMatch(/^places in the mailboxes +1 +all$/m);
  expect(recovered.stdout).toMatch(/kept as .*bounced\.db\.damaged-\d{8}T\d{6}Z/);
  expect(await bounced(['run', '--once', '--config', config])).toMatchObject({ code: 0 });
  expect(receiver.events()).toHaveLength(posted);
  expect((await run('outbox', 'recover')).stdout).toContain('in order');
}, 60_000);
