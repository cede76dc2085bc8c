/**
 * The whole way against a real Dovecot, and against a server that fails on anything but reading, as Gmail and without
 * its extensions; with a real HTTP receiver and the built daemon as a child process.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bounced } from '../servers/command.ts';
import { startDaemon } from '../servers/daemon.ts';
import type { DaemonChild } from '../servers/daemon.ts';
import { startDovecot } from '../servers/dovecot.ts';
import { pretendDovecot } from '../servers/pretend-dovecot.ts';
import type { MailHost } from '../servers/pretend-dovecot.ts';
import { startReceiver } from '../servers/receiver.ts';
import type { Receiver } from '../servers/receiver.ts';
import { bounceNumber, ordinaryNumber } from '../servers/synthetic.ts';

const MAILS = 500;
const BOUNCES = 150;
const BATCH_WAIT_MS = 300;

let folder: string;
let dovecot: MailHost;
let receiver: Receiver;
let daemon: DaemonChild;
let earlier: DaemonChild['lines'][number][] = [];

const wanted = Array.from({ length: MAILS }, (_, n) => n)
  .filter(n => n % 10 < 3)
  .map(bounceNumber)
  .map(({ address, verdict }) => `${verdict}bounce ${address}`);

function posted(): string[] {
  return receiver.events().map(({ event, address }) => `${event} ${address}`);
}

describe.each([
  ['a real Dovecot', startDovecot],
  ['a server that fails on anything but reading', () => pretendDovecot(false)],
  ["one with Gmail's extensions that does, too", () => pretendDovecot(true)],
])('500 mails, 150 of them bounces, on %s', (_name, startHost: () => Promise<MailHost>) => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bounced-flow-'));
    [dovecot, receiver] = await Promise.all([startHost(), startReceiver()]);
    earlier = [];
    for (let n = 0; n < MAILS; n += 1) {
      const isBounce = n % 10 < 3; // 150 of 500
      await dovecot.deliver('All Mail', isBounce ? bounceNumber(n).report : ordinaryNumber(n));
      if (isBounce) await dovecot.deliver('Sent', bounceNumber(n).original);
    }
    await dovecot.deliver('Sent', bounceNumber(9000).original);
  }, 60_000);

  afterAll(async () => {
    await daemon.kill();
    await Promise.all([dovecot.stop(), receiver.stop()]);
    await rm(folder, { recursive: true, force: true });
  }, 30_000);

  test('every event is posted exactly once, and the mailbox is byte for byte as it was', async () => {
    expect(wanted).toHaveLength(BOUNCES);
    const before = await dovecot.snapshot();
    daemon = await startDaemon({
      folder,
      imap: { port: dovecot.port, ca: dovecot.ca },
      receiver,
      user: dovecot.user,
      password: dovecot.password,
      batchWaitMs: BATCH_WAIT_MS,
    });
    await receiver.waitFor(() => receiver.events().length >= BOUNCES, 30_000);
    await daemon.caughtUp(3_000);
    expect(posted().sort()).toEqual([...wanted].sort());
    expect(receiver.malformed).toEqual([]);
    expect(await dovecot.snapshot()).toEqual(before);
  }, 60_000);

  test('a mail delivered while the daemon idles is posted within the batch wait and two seconds', async () => {
    const late = bounceNumber(9000);
    const sinceMs = Date.now();
    await dovecot.deliver('All Mail', late.report);
    await receiver.waitFor(() => posted().includes(`${late.verdict}bounce ${late.address}`), 10_000);
    expect(Date.now() - sinceMs).toBeLessThanOrEqual(BATCH_WAIT_MS + 2_000);
  }, 20_000);

  test('a restart posts nothing again, and SIGTERM ends with 0', async () => {
    const before = posted();
    earlier.push(...daemon.lines);
    expect(await daemon.stop()).toBe(0);
    daemon = await startDaemon({
      folder,
      imap: { port: dovecot.port, ca: dovecot.ca },
      receiver,
      user: dovecot.user,
      password: dovecot.password,
      batchWaitMs: BATCH_WAIT_MS,
      args: ['--once'],
    });
    expect(await daemon.ended).toBe(0);
    expect(posted()).toEqual(before);
  }, 30_000);

  test('--dry-run prints what would be posted, posts nothing and keeps nothing', async () => {
    const requests = receiver.requests.length;
    const config = join(folder, 'bounced.toml');
    const place = join(folder, 'untouched-state');
    const env = { BOUNCED_STATE_DIR: place };
    const { code, stdout } = await bounced(['run', '--dry-run', '--once', '--config', config], {
      env,
      limitMs: 30_000,
    });
    expect(code).toBe(0);
    expect(stdout.split('\n').filter(line => line.startsWith('would post '))).toHaveLength(BOUNCES + 1);
    expect(stdout).toContain(`would post hardbounce ${bounceNumber(0).address} ts=`);
    expect(receiver.requests).toHaveLength(requests);
    await expect(stat(place)).rejects.toMatchObject({ code: 'ENOENT' });
  }, 40_000);

  test('no line of the log, at its most verbose, holds the password or the callback URL', async () => {
    const lines = [...earlier, ...daemon.lines];
    const log = lines.map(line => JSON.stringify(line)).join('\n');
    expect(lines.length).toBeGreaterThan(BOUNCES);
    const url = (await readFile(join(folder, 'url'), 'utf8')).trim();
    for (const secret of [dovecot.password, url, new URL(url).pathname.slice(1)]) expect(log).not.toContain(secret);
  });
});
