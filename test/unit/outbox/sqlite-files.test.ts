/**
 * What SQLite's files need beyond the contract: modes, strangers' and damaged files, full disks, dead holders.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DatabaseSync } from '@photostructure/sqlite';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Database } from '../../../src/outbox/database.ts';
import { openSqliteStore } from '../../../src/outbox/sqlite.ts';
import { Fault } from '../../../src/shared/fault.ts';
import { chunkOf, eventOf, NOW, outcomeOf, TTL } from '../../contract/store-values.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bounced-files-'));
  path = join(folder, 'bounced.db');
});

afterEach(() => rm(folder, { recursive: true }));

async function refusal(file = path): Promise<Fault> {
  try {
    await (await openSqliteStore(file)).close();
  } catch (error) {
    expect(error).toBeInstanceOf(Fault);
    return error as Fault;
  }
  throw new Error('was opened');
}

async function fill(): Promise<void> {
  const store = await openSqliteStore(path);
  const lease = await store.lease('one', NOW, TTL);
  const uids = Array.from({ length: 300 }, (_, n) => n + 1);
  const chunk = chunkOf(300, { outcomes: uids.map(uid => outcomeOf(uid)), events: uids.map(uid => eventOf(uid)) });
  await store.record(lease, chunk, NOW);
  await store.close();
}

describe('what is made', () => {
  test('the directory where it is missing, and files for their owner only, also after a change of mode', async () => {
    path = join(folder, 'new', 'bounced.db');
    const store = await openSqliteStore(path);
    await store.lease('one', NOW, TTL);
    const modes = async (): Promise<number[]> => {
      const files = await readdir(join(folder, 'new'));
      // The log's files go when the driver's statements are collected, which may be in this very moment.
      const there = files.map(file => stat(join(folder, 'new', file)).catch(() => undefined));
      return (await Promise.all(there)).flatMap(found => (found === undefined ? [] : [found.mode & 0o077]));
    };
    const made = await modes();
    expect(made.length).toBeGreaterThanOrEqual(3);
    expect(made.every(mode => mode === 0)).toBe(true);
    await store.close();
    await chmod(path, 0o644);
    await (await openSqliteStore(path)).close();
    const again = await modes();
    expect(again.length).toBeGreaterThanOrEqual(1);
    expect(again.every(mode => mode === 0)).toBe(true);
  });

  test('verdicts with their evidence, and the reason of every mail, can be read from the file', async () => {
    const store = await openSqliteStore(path);
    const lease = await store.lease('one', NOW, TTL);
    const ordinary = outcomeOf(2, { kind: 'ordinary', because: 'no sign of a report', verdicts: [], eventIds: [] });
    await store.record(lease, chunkOf(2, { outcomes: [outcomeOf(1), ordinary], skipped: 5 }), NOW);
    await store.record(lease, chunkOf(2, { skipped: 2 }), NOW);
    await store.close();
    const database = new Database(path);
    const outcomes = database.all('SELECT uid, kind, because FROM messages ORDER BY uid');
    expect(outcomes).toMatchObject([{ uid: 1 }, { uid: 2, kind: 'ordinary', because: 'no sign of a report' }]);
    const { whole } = database.one('SELECT whole FROM verdicts') as { whole: string };
    expect(JSON.parse(whole)).toEqual(outcomeOf(1).verdicts[0]);
    expect(database.one('SELECT skipped FROM cursors')).toMatchObject({ skipped: 7 });
    database.close();
  });

  test('an unclear end and the last answer stay with the event', async () => {
    const store = await openSqliteStore(path);
    const lease = await store.lease('one', NOW, TTL);
    await store.record(lease, chunkOf(1, { events: [eventOf(1)] }), NOW);
    await store.claim(lease, 'clevertap', 1, NOW, 10);
    const retry = { as: 'retry', nextAtSeconds: NOW, ambiguous: true, countsAsAttempt: true } as const;
    await store.settle(lease, [{ id: 'event-1', because: 'no answer', ...retry }], NOW);
    await store.claim(lease, 'clevertap', 1, NOW, 10);
    // This claim runs out: whether its request was read, nobody can tell.
    await store.claim(lease, 'clevertap', 1, NOW + 10, 10);
    await store.close();
    const database = new Database(path);
    expect(database.one('SELECT ambiguous, last_answer FROM events')).toMatchObject({
      ambiguous: 2,
      last_answer: 'no answer',
    });
    database.close();
  });
});

describe('what is refused, and left as it is', () => {
  test('a file that is no database', async () => {
    await writeFile(path, 'a letter to my aunt\n'.repeat(400));
    const before = await readFile(path);
    expect(await refusal()).toMatchObject({ code: 'STORE_DAMAGED', exit: 74, retry: 'never' });
    expect((await refusal()).message).toContain(path);
    expect((await refusal()).hint).toContain('backup');
    expect(await readFile(path)).toEqual(before);
  });

  test('a database of another program', async () => {
    const database = new DatabaseSync(path);
    database.exec('CREATE TABLE recipes (name TEXT)');
    database.close();
    const before = await readFile(path);
    expect(await refusal()).toMatchObject({ code: 'STORE_FOREIGN', exit: 74 });
    expect(await readFile(path)).toEqual(before);
  });

  test('a newer schema', async () => {
    await fill();
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 9; PRAGMA wal_checkpoint(TRUNCATE)');
    database.close();
    const before = await readFile(path);
    const fault = await refusal();
    expect(fault).toMatchObject({ code: 'STORE_NEWER', exit: 78, retry: 'never' });
    expect(fault.message).toMatch(/schema 9 is newer/);
    expect(fault.hint).toContain('install');
    expect(await readFile(path)).toEqual(before);
  });

  test('a file that was cut: a Fault that names it, at once or when the missing part is asked for', async () => {
    await fill();
    const whole = path;
    path = join(folder, 'cut.db');
    await copyFile(whole, path);
    await truncate(path, Math.floor((await stat(path)).size / 8192) * 4096);
    const work = async (): Promise<void> => {
      const store = await openSqliteStore(path);
      try {
        const lease = await store.lease('one', NOW + TTL, TTL);
        await store.claim(lease, 'clevertap', 300, NOW + TTL, 10);
      } finally {
        await store.close();
      }
    };
    await expect(work()).rejects.toMatchObject({ code: 'STORE_DAMAGED', exit: 74 });
    await expect(work()).rejects.toThrow(path);
  });

  test('a path below a file', async () => {
    await writeFile(join(folder, 'file'), '');
    const fault = await refusal(join(folder, 'file', 'bounced.db'));
    expect(fault).toMatchObject({ exit: 74 });
    expect(fault.hint).toContain('state_dir');
  });
});

describe('a full disk', () => {
  test('is a Fault to try again later; what was recorded stays, and it goes on when there is room', () => {
    const database = new Database(path);
    database.exec('PRAGMA journal_mode = WAL; CREATE TABLE pages (filler TEXT); PRAGMA max_page_count = 10');
    const add = (letters: number): number =>
      database.transaction(() => database.run('INSERT INTO pages VALUES (?)', 'x'.repeat(letters)));
    add(10);
    expect(() => add(100_000)).toThrow(expect.objectContaining({ code: 'DISK_FULL', exit: 74, retry: 'later' }));
    expect(() => add(100_000)).toThrow(path);
    expect(database.one('SELECT count(*) AS count FROM pages')).toMatchObject({ count: 1 });
    database.exec('PRAGMA max_page_count = 1000');
    add(100_000);
    expect(database.one('SELECT count(*) AS count FROM pages')).toMatchObject({ count: 2 });
    database.close();
  });
});

describe('a holder that was killed', () => {
  test('does not keep its successor waiting for the lease to run out', async () => {
    const entry = fileURLToPath(new URL('./hold-lease.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', entry, path, String(NOW)], {
      env: { PATH: process.env['PATH'] },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(child.stdout, 'data');
      const store = await openSqliteStore(path);
      await expect(store.lease('two', NOW + 1, TTL)).rejects.toMatchObject({ code: 'LEASE_HELD' });
      child.kill('SIGKILL');
      await once(child, 'exit');
      expect(await store.lease('two', NOW + 1, TTL)).toEqual({ holder: 'two', fence: 2 });
      await store.close();
    } finally {
      // Also when something above failed: it would live on.
      child.kill('SIGKILL');
    }
  });
});
