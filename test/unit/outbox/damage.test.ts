/**
 * Outboxes that are damaged, gone, locked or out of room: what a start refuses, and what a recovery saves. On real
 * files, really damaged.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdtemp, open, readdir, readFile, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../../../src/outbox/database.ts';
import { openPresentStore, openSqliteStore, recoverOutboxFile } from '../../../src/outbox/sqlite.ts';
import { chunkOf, eventOf, heldOf, NOW, outcomeOf, TTL } from '../../contract/store-values.ts';

const PAGE = 8192;
const STAMP = '20270115T080000Z';
const UIDS = Array.from({ length: 400 }, (_, n) => n + 1);
const WHOLE = chunkOf(400, { outcomes: UIDS.map(uid => outcomeOf(uid)), events: UIDS.map(uid => eventOf(uid)) });

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bounced-damage-'));
  path = join(folder, 'bounced.db');
});

afterEach(() => rm(folder, { recursive: true }));

/** 400 events, one of them delivered, everything in the one file. */
async function fill(): Promise<void> {
  const store = await openSqliteStore(path);
  const lease = await store.lease('one', NOW, TTL);
  await store.record(lease, WHOLE, NOW);
  await store.claim(lease, 'clevertap', 1, NOW, 10);
  await store.settle(lease, [{ id: 'event-1', as: 'delivered' }], NOW);
  await store.release(lease);
  await store.close();
}

async function overwrite(bytes: Uint8Array, at: number): Promise<void> {
  const file = await open(path, 'r+');
  await file.write(bytes, 0, bytes.length, at);
  await file.close();
}

/** Random bytes in the middle of the table of this name. */
async function ruin(table: string): Promise<void> {
  const database = new Database(path);
  const sql = 'SELECT rootpage FROM sqlite_schema WHERE name = ?';
  const { rootpage } = database.one(sql, table) as { rootpage: number };
  database.close();
  await overwrite(randomBytes(PAGE), (rootpage - 1) * PAGE);
}

/** Where the page begins that holds both words; 13 marks the leaf of a table (sqlite.org/fileformat.html). */
async function pageOfRow(id: string, other: string): Promise<number> {
  const bytes = await readFile(path);
  for (let at = bytes.indexOf(id); at >= 0; at = bytes.indexOf(id, at + 1)) {
    const page = Math.floor(at / PAGE) * PAGE;
    if (bytes[page] === 13 && bytes.subarray(page, page + PAGE).includes(other)) return page;
  }
  throw new Error(`no page holds ${id}`);
}

const DAMAGES: readonly (readonly [string, () => Promise<void>])[] = [
  ['a garbage header', () => overwrite(randomBytes(100), 0)],
  ['random bytes in the middle', () => ruin('events')],
  ['a random index', () => ruin('queue')],
  ['half of it gone', async () => truncate(path, Math.floor((await stat(path)).size / 2))],
  ['all of it gone but the name', () => truncate(path, 0)],
];

describe('a damaged outbox', () => {
  test.each(DAMAGES)('%s: refused with the cure, exit 74, and left as it is', async (_how, damage) => {
    await fill();
    await damage();
    const before = await readFile(path);
    for (let count = 0; count < 2; count += 1) {
      const fault = { exit: 74, retry: 'never', hint: expect.stringContaining('bounced outbox recover') as unknown };
      await expect(openSqliteStore(path)).rejects.toMatchObject(fault);
    }
    expect(before.equals(await readFile(path))).toBe(true);
  });

  test('one that is gone is not begun anew: what was posted would be posted again', async () => {
    await fill();
    await rm(path);
    await expect(openSqliteStore(path)).rejects.toMatchObject({ code: 'STORE_LOST', exit: 74 });
    expect(await readdir(folder)).not.toContain('bounced.db');
  });
});

describe('recovery', () => {
  async function savedIds(): Promise<string[]> {
    const store = await openSqliteStore(path);
    const events = await store.list({ limit: 1_000 });
    await store.close();
    return events.map(({ id }) => id);
  }

  test('of a sound outbox does nothing', async () => {
    await fill();
    const before = await readFile(path);
    expect(await recoverOutboxFile(path, STAMP, true)).toEqual({ kind: 'healthy' });
    expect(before.equals(await readFile(path))).toBe(true);
  });

  test('of a ruined index saves all, and nothing comes twice', async () => {
    await fill();
    await ruin('queue');
    const damaged = await readFile(path);
    const recovery = await recoverOutboxFile(path, STAMP, false);
    expect(recovery).toMatchObject({ kind: 'recovered', setAside: `${path}.damaged-${STAMP}` });
    expect(damaged.equals(await readFile(`${path}.damaged-${STAMP}`))).toBe(true);
    expect(await savedIds()).toHaveLength(400);
    const store = await openSqliteStore(path);
    const lease = await store.lease('one', NOW, TTL);
    expect(await store.backlog()).toMatchObject({ waiting: 399, delivered: 1 });
    expect((await store.record(lease, WHOLE, NOW)).newEventIds).toEqual([]);
    await store.close();
  });

  test('of a table with a hole saves what is before and behind it, and says that it is not whole', async () => {
    await fill();
    await overwrite(randomBytes(PAGE), await pageOfRow('event-200', 'clevertap'));
    const recovery = await recoverOutboxFile(path, STAMP, false);
    expect(recovery.kind).toBe('recovered');
    const ids = await savedIds();
    expect(ids.length).toBeGreaterThan(300);
    expect(ids.length).toBeLessThan(400);
    expect(ids).toEqual(expect.arrayContaining(['event-1', 'event-400']));
    expect(recovery).toMatchObject({
      tables: expect.arrayContaining([
        { table: 'cursors', rows: 1, whole: true },
        { table: 'events', rows: ids.length, whole: false },
      ]) as unknown,
    });
  });

  test('of verdicts with a hole saves those before and behind it', async () => {
    await fill();
    await overwrite(randomBytes(PAGE), await pageOfRow('"customer200@example.com"', 'evidence'));
    const recovery = await recoverOutboxFile(path, STAMP, false);
    const saved = recovery.kind === 'recovered' ? recovery.tables.find(({ table }) => table === 'verdicts') : undefined;
    expect(saved).toMatchObject({ whole: false });
    expect(saved?.rows).toBeGreaterThan(300);
    expect(saved?.rows).toBeLessThan(400);
  });

  test('where nothing can be read, or the places are lost, only when doubles are accepted; never over the file', async () => {
    await fill();
    await overwrite(randomBytes(PAGE), 0);
    const damaged = await readFile(path);
    const refusal = { code: 'STORE_UNRECOVERABLE', exit: 74 };
    await expect(recoverOutboxFile(path, STAMP, false)).rejects.toMatchObject(refusal);
    expect(damaged.equals(await readFile(path))).toBe(true);
    expect((await readdir(folder)).filter(name => /recovering|damaged/.test(name))).toEqual([]);
    await recoverOutboxFile(path, STAMP, true);
    expect(await savedIds()).toEqual([]);
    // The second time within a second: the first one's file stays.
    await overwrite(randomBytes(PAGE), 0);
    const second = await recoverOutboxFile(path, STAMP, true);
    expect(second).toMatchObject({ setAside: `${path}.damaged-${STAMP}-2` });
    expect(damaged.equals(await readFile(`${path}.damaged-${STAMP}`))).toBe(true);
  });

  test.each([
    ['message_names', 'identities', 'what had been posted from the last hour'],
    ['noted', 'the answer to the last request', 'the events of the last request'],
  ])('where %s are lost, though the places are known, only when doubles are accepted', async (table, what, price) => {
    await fill();
    await ruin(table);
    await expect(recoverOutboxFile(path, STAMP, false)).rejects.toMatchObject({
      code: 'STORE_UNRECOVERABLE',
      exit: 74,
      message: expect.stringContaining(what) as unknown,
      hint: expect.stringContaining(`--accept-doubles: ${price}`) as unknown,
    });
    expect(await recoverOutboxFile(path, STAMP, true)).toMatchObject({ kind: 'recovered' });
  });

  test('is refused while a daemon runs on it', async () => {
    await fill();
    const store = await openSqliteStore(path);
    await store.lease('one', NOW, TTL);
    await expect(recoverOutboxFile(path, STAMP, true)).rejects.toMatchObject({ code: 'LEASE_HELD', exit: 75 });
    await store.close();
  });
});

describe('a command beside a daemon', () => {
  test('finds no outbox before the first start, and makes none', async () => {
    const missing = { code: 'STORE_MISSING', exit: 74, hint: expect.stringContaining('bounced run') as unknown };
    await expect(openPresentStore(path)).rejects.toMatchObject(missing);
    expect(await readdir(folder)).toEqual([]);
  });

  test('acts without the lease, and the daemon goes on with its own', async () => {
    await fill();
    const daemon = await openSqliteStore(path);
    const lease = await daemon.lease('one', NOW, TTL);
    const { events } = await daemon.claim(lease, 'clevertap', 1, NOW, 600);
    const command = await openPresentStore(path);
    const by = { who: 'jane', because: 'test' };
    const acted = await command.act('drop', [events[0]!.id, 'event-9'], by, NOW);
    expect(acted.map(({ result }) => result)).toEqual(['claimed', 'done']);
    await daemon.settle(lease, [{ id: events[0]!.id, as: 'delivered' }], NOW);
    expect(await daemon.backlog()).toMatchObject({ delivered: 2, waiting: 397 });
    await expect(command.lease('operator', NOW, 1)).rejects.toMatchObject({ code: 'LEASE_HELD' });
    await command.close();
    await daemon.record(lease, chunkOf(401, { held: [heldOf(401)] }), NOW);
    await daemon.close();
  });

  test('that finds the outbox locked says so', async () => {
    await fill();
    const other = new Database(path);
    other.exec('BEGIN IMMEDIATE');
    const impatient = new Database(path, 0);
    const busy = { code: 'STORE_BUSY', exit: 74, retry: 'later' };
    expect(() => impatient.transaction(() => 1)).toThrow(expect.objectContaining(busy));
    impatient.close();
    other.close();
  });
});

test('what was forgotten gives its room back to the file system', async () => {
  await fill();
  const store = await openSqliteStore(path);
  const lease = await store.lease('one', NOW, TTL);
  for (;;) {
    const { events } = await store.claim(lease, 'clevertap', 100, NOW, 10);
    if (events.length === 0) break;
    await store.settle(
      lease,
      events.map(({ id }) => ({ id, as: 'delivered' as const })),
      NOW,
    );
  }
  await store.record(lease, chunkOf(9_000), NOW);
  const before = (await stat(path)).size;
  while ((await store.prune(lease, NOW + 1, 500)) > 0);
  await store.release(lease);
  await store.close();
  expect((await stat(path)).size).toBeLessThan(before / 2);
});
