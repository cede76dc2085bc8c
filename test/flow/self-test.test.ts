/**
 * Canary and self-test on a real Dovecot, by the built commands: both come back beside a customer's bounce, which alone
 * is posted, also one that wears a forged mark; a restart sends no second canary.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bounced } from '../servers/command.ts';
import { startDaemon } from '../servers/daemon.ts';
import type { ChildSettings, DaemonChild } from '../servers/daemon.ts';
import { startDovecot } from '../servers/dovecot.ts';
import type { Dovecot } from '../servers/dovecot.ts';
import { startReceiver } from '../servers/receiver.ts';
import type { Receiver } from '../servers/receiver.ts';
import { startSmtpServer } from '../servers/smtp-server.ts';
import type { SmtpServer } from '../servers/smtp-server.ts';
import { bounceNumber, bounceOf } from '../servers/synthetic.ts';

const FAST_CLOCK = fileURLToPath(new URL('../faults/fast-clock.mjs', import.meta.url));

interface Status {
  readonly mailboxes: readonly { readonly canary?: Readonly<Record<string, number>> }[];
}

let folder: string;
let dovecot: Dovecot;
let smtp: SmtpServer;
let receiver: Receiver;
let daemon: DaemonChild;
let settings: ChildSettings;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bounced-self-test-'));
  [dovecot, receiver] = await Promise.all([startDovecot(), startReceiver()]);
  const { port, ca, user, password } = dovecot;
  smtp = await startSmtpServer({ user, password });
  smtp.deliver = ({ source }) => {
    void dovecot.deliver('Sent', Buffer.from(source));
    void dovecot.deliver('All Mail', bounceOf(source));
  };
  const mailbox = `smtp_host = "localhost"\nsmtp_port = ${smtp.port}\ncanary = "1h"`;
  settings = { folder, imap: { port, ca }, receiver, user, password, batchWaitMs: 0, more: { mailbox } };
}, 30_000);

afterAll(async () => {
  await daemon.kill();
  await Promise.all([dovecot.stop(), smtp.stop(), receiver.stop()]);
  await rm(folder, { recursive: true, force: true });
}, 30_000);

async function command(...words: string[]): Promise<Awaited<ReturnType<typeof bounced>>> {
  return bounced([...words, '--config', join(folder, 'bounced.toml')], { limitMs: 60_000 });
}

async function canary(): Promise<Readonly<Record<string, number>>> {
  const { stdout } = await command('status', '--json');
  return (JSON.parse(stdout) as Status).mailboxes[0]?.canary ?? {};
}

/** A customer's bounce that claims to be a self-test's, in the header and in the mail that it returns. */
function disguised(n: number): Buffer {
  const mark = 'X-Bounced-Selftest: 0b9f3c1e-7a52-4d0c-9a40-1f4f1f6f2c11\r\n';
  const text = bounceNumber(n).report.toString();
  return Buffer.from(`${mark}${text.replace(/\r\nFrom: news@shop\.example\r\n/, line => `${line}${mark}`)}`);
}

test('the canary that a daemon sends comes back, is no event, and is shown by status', async () => {
  await dovecot.deliver('Sent', bounceNumber(0).original);
  await dovecot.deliver('Sent', bounceNumber(3).original);
  daemon = await startDaemon(settings);
  const back = new Promise<void>(resolve => {
    daemon.onLine(({ message }) => {
      if (message.startsWith('a self-test has come back')) resolve();
    });
  });
  await back;
  expect(smtp.mails).toHaveLength(1);
  const { everySeconds, sentAtSeconds = 0, provenAtSeconds = 0 } = await canary();
  expect(everySeconds).toBe(3_600);
  expect(Math.abs(provenAtSeconds - sentAtSeconds)).toBeLessThan(30);
  expect(receiver.requests).toEqual([]);
}, 60_000);

test('a self-test beside the daemon: its bounce is shown, and the daemon posts nothing', async () => {
  const before = smtp.mails.length;
  const { code, stdout, stderr } = await command('selftest', '--json');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(JSON.parse(stdout)).toMatchObject({
    ok: true,
    mailbox: { folder: 'All Mail' },
    provenance: { marked: true, proof: 'sent' },
    callback: { posted: false },
  });
  expect(smtp.mails).toHaveLength(before + 1);
}, 60_000);

test('a bounce of a customer is posted beside them, also one that wears the mark', async () => {
  await dovecot.deliver('All Mail', bounceNumber(0).report);
  await dovecot.deliver('All Mail', disguised(3));
  await receiver.waitFor(() => receiver.events().length >= 2, 20_000);
  const { code, stdout } = await command('outbox', 'list', '--state', 'held,waiting,delivered', '--json');
  expect(code).toBe(0);
  expect(stdout.trim().split('\n')).toHaveLength(2);
  expect(
    receiver
      .events()
      .map(({ event, address }) => `${event} ${address}`)
      .sort(),
  ).toEqual([0, 3].map(n => `hardbounce ${bounceNumber(n).address}`).sort());
}, 40_000);

test('a restart sends no second canary, and explain tells what the first was', async () => {
  const before = smtp.mails.length;
  const known = await canary();
  expect(await daemon.stop()).toBe(0);
  // Ten times as fast: more than a minute passes, and with it the first looks whether one is due.
  daemon = await startDaemon({ ...settings, preload: FAST_CLOCK, env: { FAST_CLOCK: `10:${Date.now()}` } });
  await new Promise(resolve => setTimeout(resolve, 8_000));
  expect(smtp.mails).toHaveLength(before);
  expect(await canary()).toEqual(known);
  const { stdout } = await command('explain', smtp.mails[0]?.to ?? '');
  expect(stdout).toContain('a self-test');
}, 60_000);
