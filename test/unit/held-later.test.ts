/**
 * Held events that are proven later: by themselves, once Sent can be read or holds the original; within the hour, and
 * no longer than seven days. The whole daemon on embedded servers, with a clock that is set forward.
 */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runDaemon } from '../../src/daemon.ts';
import { openSqliteStore } from '../../src/outbox/sqlite.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { loadConfig } from '../../src/runtime/config.ts';
import { silentLog } from '../../src/shared/silent-log.ts';
import { writeConfig } from '../servers/daemon.ts';
import { startImapServer } from '../servers/imap-server.ts';
import type { ImapServer } from '../servers/imap-server.ts';
import { startReceiver } from '../servers/receiver.ts';
import type { Receiver } from '../servers/receiver.ts';
import { bounceNumber } from '../servers/synthetic.ts';

const USER = { user: 'news@shop.example', password: 'correct-horse' };
const ARRIVED = new Date('2026-11-20T10:00:05Z');
const HOUR = 3_600;
const NUMBERS = [0, 1, 2];

let folder: string;
let receiver: Receiver;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bounced-later-'));
  receiver = await startReceiver();
});

afterEach(async () => {
  await receiver.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A mailbox with three bounces, and Sent with the originals of these, or without Sent. */
function mailbox(sent: readonly number[] | undefined): Promise<ImapServer> {
  const report = (n: number) => ({ source: bounceNumber(n).report, internalDate: ARRIVED });
  const original = (n: number) => ({ source: bounceNumber(n).original, internalDate: ARRIVED });
  const sentFolder = { path: 'Sent', specialUse: '\\Sent', mails: (sent ?? []).map(original) };
  const inbox = { path: 'INBOX', mails: NUMBERS.map(report) };
  const folders = sent === undefined ? [inbox] : [inbox, sentFolder];
  return startImapServer({ users: [USER], tls: true, folders });
}

/** `run --once`, so many hours after the bounces arrived; gives what was posted since the start of the test. */
async function runAt(hours: number, sent: readonly number[] | undefined): Promise<string[]> {
  const imap = await mailbox(sent);
  const path = await writeConfig({ folder, imap, receiver, ...USER, batchWaitMs: 0 });
  const { config } = await loadConfig(path, {});
  const nowMs = ARRIVED.getTime() + hours * HOUR * 1_000;
  const clock = { ...systemClock, nowMs: () => nowMs, nowSeconds: () => nowMs / 1_000 };
  const nothing = (): void => undefined;
  const tools = { log: silentLog, clock, random: Math.random, version: 'test', print: nothing, notify: nothing };
  await runDaemon(config, tools, { dryRun: false, once: true }, new AbortController().signal);
  await imap.stop();
  return receiver.events().map(({ event, address, ts }) => `${event} ${address} ${ts}`);
}

async function held(): Promise<number> {
  const store = await openSqliteStore(join(folder, 'state', 'bounced.db'));
  const { held: count } = await store.backlog();
  await store.close();
  return count;
}

function eventsOf(...numbers: number[]): string[] {
  const ts = Date.parse('2026-11-20T10:00:00Z') / 1_000;
  return numbers.map(n => `${bounceNumber(n).verdict}bounce ${bounceNumber(n).address} ${ts}`);
}

test('a Sent folder that can be read later proves what waits, each event once, with the ts it had', async () => {
  expect(await runAt(1, undefined)).toEqual([]);
  expect(await held()).toBe(3);
  expect(await runAt(1.5, NUMBERS)).toEqual([]);
  expect((await runAt(2.1, NUMBERS)).sort()).toEqual(eventsOf(...NUMBERS).sort());
  expect(await held()).toBe(0);
  expect(await runAt(9, NUMBERS)).toHaveLength(3);
});

test('each is proven when its own original turns up; after seven days none is looked up any more', async () => {
  await runAt(1, []);
  expect(await runAt(2.1, [1])).toEqual(eventsOf(1));
  expect(await runAt(50, [0, 1])).toEqual(eventsOf(1, 0));
  expect(await runAt(1 + 7 * 24, [])).toEqual(eventsOf(1, 0));
  expect(await runAt(1 + 8 * 24, NUMBERS)).toEqual(eventsOf(1, 0));
  expect(await held()).toBe(1);
});
