/**
 * A mail that the server never hands out, in the midst of bounces: through the whole daemon it costs its own outcome,
 * which the status shows, and nothing behind it waits for it.
 */
import { expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { statusCommand } from '../../src/cli/status.ts';
import { runDaemon } from '../../src/daemon.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { loadConfig } from '../../src/runtime/config.ts';
import { silentLog } from '../../src/shared/silent-log.ts';
import { writeConfig } from '../servers/daemon.ts';
import { startImapServer } from '../servers/imap-server.ts';
import { startReceiver } from '../servers/receiver.ts';
import { bounceNumber } from '../servers/synthetic.ts';
import { captured } from '../unit/cli/captured.ts';

const USER = { user: 'news@shop.example', password: 'right-password' };
const POISON = 3;

test.each([
  ['NO', 'NO [SERVERBUG] internal error'],
  ['BAD', 'BAD what'],
])('a FETCH that is answered %s for ever', async (_how, answer) => {
  const folder = await mkdtemp(join(tmpdir(), 'bounced-poisoned-'));
  const receiver = await startReceiver();
  const bounces = Array.from({ length: 6 }, (_, n) => bounceNumber(n));
  const imap = await startImapServer({
    users: [USER],
    tls: true,
    folders: [
      { path: 'INBOX', mails: bounces.map(({ report }) => ({ source: report })) },
      { path: 'Sent', specialUse: '\\Sent', mails: bounces.map(({ original }) => ({ source: original })) },
    ],
    script: { poison: { uid: POISON, folder: 'INBOX', answer } },
  });
  try {
    const path = await writeConfig({ folder, imap, receiver, ...USER, batchWaitMs: 0 });
    const { config } = await loadConfig(path, {});
    const tools = { log: silentLog, clock: systemClock, random: () => 0, version: 'test' };
    const silent = { print: () => undefined, notify: () => undefined };
    const once = { dryRun: false, once: true };
    await runDaemon(config, { ...tools, ...silent }, once, new AbortController().signal);
    const posted = receiver.events().map(({ event, address }) => `${event} ${address}`);
    const others = bounces.filter((_, n) => n !== POISON - 1);
    expect(posted.sort()).toEqual(others.map(({ verdict, address }) => `${verdict}bounce ${address}`).sort());
    const { out } = await captured(statusCommand(['--config', path]));
    expect(out).toContain('last 24 hours: 6 mails looked at');
    expect(out).toMatch(/UNREADABLE +1 could not be fetched or read/);
  } finally {
    await Promise.all([imap.stop(), receiver.stop()]);
    await rm(folder, { recursive: true });
  }
});
