/**
 * `bounced replay`: what was overlooked is posted once, what was told is never told twice, and nothing happens in a
 * rehearsal. From the mailbox and from files, on a real outbox.
 */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCommand } from '../../../src/cli/commands.ts';
import { rawFromSource } from '../../../src/message/message.ts';
import type { Store } from '../../../src/outbox/outbox.ts';
import type { Event } from '../../../src/provenance/provenance.ts';
import { openSqliteStore } from '../../../src/outbox/sqlite.ts';
import { chunkOf, eventOf, outcomeOf, verdictOf } from '../../contract/store-values.ts';
import { writeConfig } from '../../servers/daemon.ts';
import { startImapServer } from '../../servers/imap-server.ts';
import type { ImapServer } from '../../servers/imap-server.ts';
import { bounceNumber } from '../../servers/synthetic.ts';
import { captured } from './captured.ts';
import type { Captured } from './captured.ts';

const USER = { user: 'news@shop.example', password: 'right-password' };
const NOW = Math.floor(Date.now() / 1000);
const BOUNCES = [0, 1, 2].map(bounceNumber);
const NOTHING = { kind: 'ordinary', because: 'no reader knows it as a report', verdicts: [], eventIds: [] } as const;

let folder: string;
let config: string;
let imap: ImapServer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bounced-replay-'));
  const mails = BOUNCES.map(({ report }) => ({ source: report, internalDate: new Date((NOW - 3_600) * 1000) }));
  const old = { source: bounceNumber(9).report, internalDate: new Date((NOW - 20 * 86_400) * 1000) };
  const sent = [...BOUNCES, bounceNumber(9)].map(({ original }) => ({ source: original }));
  imap = await startImapServer({
    users: [USER],
    tls: true,
    folders: [
      { path: 'INBOX', mails: [...mails, old] },
      { path: 'Sent', specialUse: '\\Sent', mails: sent },
    ],
  });
  const receiver = { url: 'http://127.0.0.1:9/secret' };
  config = await writeConfig({ folder, imap, receiver, ...USER, batchWaitMs: 0 });
  await withStore(() => Promise.resolve());
});

afterEach(async () => {
  await imap.stop();
  await rm(folder, { recursive: true, force: true });
});

async function withStore<Result>(work: (store: Store) => Promise<Result>): Promise<Result> {
  const store = await openSqliteStore(join(folder, 'state', 'bounced.db'));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function replay(...words: string[]): Promise<Captured> {
  return captured(await findCommand('replay', [...words, '--config', config]));
}

/** Recorded as something else by the version before. */
async function overlooked(n: number, more: object = NOTHING, events: readonly Event[] = []): Promise<void> {
  const { identity } = rawFromSource(bounceNumber(n).report);
  await withStore(async store => {
    const lease = await store.lease('the version before', NOW, 1);
    await store.record(
      lease,
      chunkOf(n + 1, { outcomes: [outcomeOf(n + 1, { ...more, identity })], events }),
      NOW - 60,
    );
    await store.release(lease);
  });
}

const waiting = async (): Promise<string[]> =>
  withStore(async store => (await store.list({ limit: 99 })).map(({ address, state }) => `${address} ${state}`));

describe('from the mailbox', () => {
  test('what was overlooked waits for the callback, once; the mailbox is as it was', async () => {
    await overlooked(0);
    const before = imap.snapshot();
    const { out, err, exit } = await replay('--uid', '1');
    const { address, verdict } = BOUNCES[0] ?? bounceNumber(0);
    expect(out).toMatch(new RegExp(`^UID 1  ${address}  ${verdict} \\w+: waits for the callback\n$`));
    expect(err).toContain('1 mails read: 0 new, 1 known, 0 forgotten; 1 events wait for the callback, 0 are held');
    expect(exit).toBe(0);
    expect((await replay('--uid', '1')).out).toMatch(/: as recorded\n$/);
    expect(await waiting()).toEqual([`${address} waiting`]);
    expect(imap.snapshot()).toBe(before);
  });

  test('a rehearsal tells the same and records nothing', async () => {
    await overlooked(0);
    const { out, err } = await replay('--uid', '1', '--dry-run');
    expect(out).toMatch(/: would wait for the callback\n$/);
    expect(err).toContain('nothing was recorded');
    expect(await waiting()).toEqual([]);
    expect((await replay('--uid', '1')).out).toMatch(/: waits for the callback\n$/);
  });

  test('all that came since a time, and nothing older', async () => {
    const { err, exit } = await replay('--since', '2h');
    expect(err).toContain('3 mails read: 3 new');
    expect(exit).toBe(0);
    expect((await waiting()).sort()).toEqual(BOUNCES.map(({ address }) => `${address} waiting`).sort());
  });

  test('a verdict that would be another today is told, and stays', async () => {
    const { address } = bounceNumber(0);
    const soft = { ...verdictOf(address), verdict: 'soft', reason: 'mailLoop' };
    const told = eventOf(1, { address, verdict: 'soft' });
    await overlooked(0, { verdicts: [soft], eventIds: [told.id] }, [told]);
    const { out, err } = await replay('--uid', '1');
    expect(out).toMatch(/: recorded as soft mailLoop, which stays\n$/);
    expect(err).toContain('1 decided otherwise now, and left as recorded');
    expect(await waiting()).toEqual([`${address} waiting`]);
  });

  test('UIDs that are not there are told', async () => {
    const { err, exit } = await replay('--uid', '2,17:18');
    expect(err).toContain('not there, or our own sent mail: UID 17, 18');
    expect(exit).toBe(65);
  });

  test('for programs, an object a mail', async () => {
    const { out } = await replay('--uid', '2', '--json');
    const { address, verdict } = bounceNumber(1);
    expect(JSON.parse(out)).toMatchObject({
      ...{ mail: 'UID 2', result: 'new', kind: 'failure', held: [] },
      recipients: [{ address, verdict, result: 'waits' }],
      events: [expect.any(String)],
    });
  });
});

describe('from a file', () => {
  test('is proven by Sent as if it lay in the mailbox, and known there later', async () => {
    const file = join(folder, 'saved.eml');
    await writeFile(file, bounceNumber(1).report);
    const { out } = await replay('--file', file);
    expect(out).toMatch(/^saved\.eml {2}.*: waits for the callback\n$/);
    expect((await replay('--uid', '2')).out).toMatch(/: as recorded\n$/);
    expect(await waiting()).toHaveLength(1);
  });

  test('that is not there is told', async () => {
    const { err, exit } = await replay('--file', join(folder, 'nowhere.eml'));
    expect(err).toContain('nowhere.eml: is not there');
    expect(exit).toBe(65);
  });
});

describe('what comes between', () => {
  test('a server that is gone ends it after a few tries: what, where, 69', async () => {
    const { port } = imap;
    await imap.stop();
    await expect(replay('--since', '2h')).rejects.toMatchObject({
      exit: 69,
      message: expect.stringContaining(`${port}`),
    });
    expect(await waiting()).toEqual([]);
    imap = await startImapServer({ users: [USER], tls: true, folders: [] });
  });

  test('Ctrl-C ends it as asked, blames nobody, and what was shown is recorded', async () => {
    const mails = join(folder, 'mails');
    await mkdir(mails);
    for (const n of [0, 1]) await writeFile(join(mails, `${n}.eml`), bounceNumber(n).report);
    // Whoever reads the first line interrupts before the second mail.
    const spy = jest.spyOn(process.stdout, 'write').mockImplementation(() => (process.emit('SIGINT'), true));
    const ended = findCommand('replay', ['--file', mails, '--config', config]).then(command => command());
    await expect(ended).rejects.toMatchObject({
      code: 'STOPPED',
      exit: 69,
      message: expect.stringContaining('as asked'),
    });
    spy.mockRestore();
    expect(await waiting()).toHaveLength(1);
  });
});

describe('mistakes', () => {
  test.each([
    [[], 'expected one of --since TIME, --uid N,... and --file FILE'],
    [['--uid', '1', '--since', '2h'], 'expected one of'],
    [['--uid', '0'], '--uid expects UIDs such as 12, 12,15 or 12:20'],
    [['--uid', '9:3'], '--uid expects UIDs'],
    [['--uid', '1:4000000000'], '--uid expects UIDs'],
    [['--since', 'tomorrow'], '--since expects a time that is past'],
    [['--uid', '1', '--mailbox', 'other'], 'there is no [[mailbox]] named "other"'],
    [['mail.eml'], 'one argument too many'],
  ])('%j', async (words, message) => {
    await expect(replay(...words)).rejects.toMatchObject({ exit: 64, message: expect.stringContaining(message) });
  });
});
