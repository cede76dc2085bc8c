/**
 * Mails that an earlier version did not understand: the daemon reads them again by itself, and posts what they give.
 */
import { expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runDaemon } from '../../src/daemon.ts';
import { rawFromSource } from '../../src/message/message.ts';
import { openSqliteStore } from '../../src/outbox/sqlite.ts';
import { openReadingThread } from '../../src/reading-thread.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { loadConfig } from '../../src/runtime/config.ts';
import { silentLog } from '../../src/shared/silent-log.ts';
import { chunkOf, outcomeOf } from '../contract/store-values.ts';
import { writeConfig } from '../servers/daemon.ts';
import { startImapServer } from '../servers/imap-server.ts';
import { startReceiver } from '../servers/receiver.ts';
import { bounceNumber } from '../servers/synthetic.ts';

const USER = { user: 'news@shop.example', password: 'right-password' };
/** Hours pass in seconds. */
const FASTER = 200;

test('a mail that no reader of an earlier version understood is read again, posted once, and left alone then', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bounced-reread-'));
  const receiver = await startReceiver();
  const bounces = [0, 1].map(bounceNumber);
  const imap = await startImapServer({
    users: [USER],
    tls: true,
    folders: [
      { path: 'INBOX', uidValidity: 11, mails: bounces.map(({ report }) => ({ source: report })) },
      { path: 'Sent', specialUse: '\\Sent', mails: bounces.map(({ original }) => ({ source: original })) },
    ],
  });
  const path = await writeConfig({ folder, imap, receiver, ...USER, batchWaitMs: 0 });
  const { config } = await loadConfig(path, {});
  const name = config.mailboxes[0]?.name ?? '';
  const outbox = join(folder, 'state', 'bounced.db');
  const store = await openSqliteStore(outbox);
  const lease = await store.lease('the version before', systemClock.nowSeconds(), 1);
  const outcomes = bounces.map(({ report }, n) => {
    const { identity } = rawFromSource(report);
    const what = { kind: 'ordinary', because: 'no reader knows it as a report', verdicts: [], puzzling: n === 0 };
    return outcomeOf(n + 1, { ...what, identity, eventIds: [] });
  });
  const cursor = { mailbox: name, folder: 'INBOX', uidValidity: 11, lastUid: 2 };
  await store.record(lease, chunkOf(2, { outcomes, cursor, readBy: '0.0.1' }), systemClock.nowSeconds());
  await store.release(lease);
  await store.close();

  const stop = new AbortController();
  const clock = { ...systemClock, sleep: (ms: number, signal: AbortSignal) => systemClock.sleep(ms / FASTER, signal) };
  const tools = { log: silentLog, clock, random: () => 0, version: '0.0.2', print: () => undefined };
  const options = { dryRun: false, once: false };
  const run = runDaemon(config, { ...tools, notify: () => undefined }, options, stop.signal, {
    openReading: reading => openReadingThread({ ...reading, clock: systemClock }),
  });
  await receiver.waitFor(() => receiver.events().length > 0, 20_000);
  const asked = imap.commands.filter(line => line.includes(' EXAMINE ')).length;
  await sleep(1_500);
  stop.abort();
  await run;
  // Only the one that had puzzled: the other was known for no report. Sought once, however many hours passed.
  expect(receiver.events().map(({ address }) => address)).toEqual([bounces[0]?.address]);
  expect(asked).toBeGreaterThan(1);
  const reopened = await openSqliteStore(outbox);
  expect(await reopened.puzzles(cursor, '9.9.9', 0, systemClock.nowSeconds(), 9)).toEqual([]);
  await reopened.close();
  await Promise.all([imap.stop(), receiver.stop()]);
  await rm(folder, { recursive: true, force: true });
});
