/**
 * Mails that make their reader hang, eat memory, throw or end, in the midst of bounces: each costs its own outcome, and
 * the daemon goes on behind it.
 */
import { expect, test } from '@jest/globals';
import { DatabaseSync } from '@photostructure/sqlite';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runDaemon } from '../../src/daemon.ts';
import { openReadingThread } from '../../src/reading-thread.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { loadConfig } from '../../src/runtime/config.ts';
import { silentLog } from '../../src/shared/silent-log.ts';
import { writeConfig } from '../servers/daemon.ts';
import { startImapServer } from '../servers/imap-server.ts';
import { startReceiver } from '../servers/receiver.ts';
import { bounceNumber } from '../servers/synthetic.ts';
import { startThread } from '../threads/start.ts';

const USER = { user: 'news@shop.example', password: 'right-password' };
const ODD = ['hang', 'eat', 'throw', 'end'];

test('every mail has an outcome, every bounce beside them is posted', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bounced-odd-'));
  const receiver = await startReceiver();
  const good = [...ODD.keys(), ODD.length].map(bounceNumber);
  const odd = ODD.map((what, n) => {
    const text = bounceNumber(100 + n).report.toString();
    return Buffer.from(text.replace(/^Subject: .*$/m, `Subject: Undelivered Mail ${what}`));
  });
  const imap = await startImapServer({
    users: [USER],
    tls: true,
    folders: [
      {
        path: 'INBOX',
        mails: good.flatMap(({ report }, n) => [report, ...odd.slice(n, n + 1)]).map(source => ({ source })),
      },
      { path: 'Sent', specialUse: '\\Sent', mails: good.map(({ original }) => ({ source: original })) },
    ],
  });
  try {
    const path = await writeConfig({ folder, imap, receiver, ...USER, batchWaitMs: 0 });
    const { config } = await loadConfig(path, {});
    const tools = { log: silentLog, clock: systemClock, random: Math.random, version: 'test' };
    await runDaemon(
      config,
      { ...tools, print: () => undefined, notify: () => undefined },
      { dryRun: false, once: true },
      new AbortController().signal,
      {
        openReading: reading =>
          openReadingThread(reading, () =>
            startThread(new URL('../threads/odd-reading-entry.ts', import.meta.url), {
              resourceLimits: { maxOldGenerationSizeMb: 64 },
              stdout: true,
              stderr: true,
            }),
          ),
      },
    );
    const posted = receiver.events().map(({ event, address }) => `${event} ${address}`);
    expect(posted.sort()).toEqual(good.map(({ verdict, address }) => `${verdict}bounce ${address}`).sort());
    const database = new DatabaseSync(join(folder, 'state', 'bounced.db'), { readOnly: true });
    const found: unknown = database.prepare('SELECT kind, because FROM messages ORDER BY uid').all();
    database.close();
    const rows = found as readonly { readonly kind: string; readonly because: string }[];
    expect(rows).toHaveLength(good.length + odd.length);
    expect(rows.filter(({ kind }) => kind === 'unreadable').map(({ because }) => because)).toEqual([
      'too slow: reading it took more than 10 seconds',
      expect.stringMatching(/^too large: /),
      'its reader failed: a bug',
      'its reading ended by itself',
    ]);
  } finally {
    await Promise.all([imap.stop(), receiver.stop()]);
    await rm(folder, { recursive: true, force: true });
  }
}, 120_000);
