/**
 * Outboxes of an older schema: what a start brings up to date and copies first, and what it leaves alone.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../../../src/outbox/database.ts';
import { admit, migrate, NEWEST_SCHEMA } from '../../../src/outbox/schema/steps.ts';
import { openPresentStore, openSqliteStore } from '../../../src/outbox/sqlite.ts';
import { chunkOf, eventOf, NOW, outcomeOf, TTL, verdictOf } from '../../contract/store-values.ts';

const PAGE = 4096;

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bounced-schema-'));
  path = join(folder, 'bounced.db');
});

afterEach(() => rm(folder, { recursive: true }));

function usedPages(database: Database): number {
  const [all, free] = ['page_count', 'freelist_count'].map(name => database.one(`PRAGMA ${name}`) as object);
  return Number(Object.values(all ?? {})[0]) - Number(Object.values(free ?? {})[0]);
}

describe('an older schema', () => {
  function fillFirst(): void {
    const database = new Database(path);
    admit(database);
    migrate(database, 1);
    database.exec(`
      INSERT INTO cursors VALUES ('campaigns', 'All Mail', 7, 2, 0);
      INSERT INTO messages VALUES (1, 'campaigns', 'All Mail', 7, 1, 'failure', 'hard', 'rfc3464', ${NOW});
      INSERT INTO message_names VALUES ('campaigns', 'digest:digest-1', 1);
      INSERT INTO events (id, message, mailbox, callback, address, address_key, verdict, ts, proof, state, recorded_at,
        queued_at, next_at, attempts) VALUES ('event-1', 1, 'campaigns', 'clevertap', 'a@example.com', 'a@example.com',
        'hard', 5, 'sent', 'waiting', ${NOW}, ${NOW}, ${NOW}, 3)`);
    database.close();
  }

  test('is copied before it is brought up to date, with nothing lost', async () => {
    fillFirst();
    const store = await openSqliteStore(path);
    const [event] = await store.list({ limit: 9 });
    expect(event).toMatchObject({ id: 'event-1', state: 'waiting', attempts: 3, tsSeconds: 5, proof: 'sent' });
    const lease = await store.lease('one', NOW, TTL);
    const again = chunkOf(2, { outcomes: [outcomeOf(1, { identity: { digest: 'digest-1' } })], events: [eventOf(1)] });
    expect(await store.record(lease, again, NOW)).toMatchObject({ newUids: [], newEventIds: [] });
    await store.close();
    const upgraded = new Database(path);
    // It was made without, and shrinks from now on.
    expect(upgraded.one('PRAGMA auto_vacuum')).toMatchObject({ auto_vacuum: 2 });
    upgraded.close();
    const copy = `${path}.before-${NEWEST_SCHEMA}`;
    expect((await stat(copy)).mode & 0o077).toBe(0);
    const before = new Database(copy, 0, true);
    expect(before.one('PRAGMA user_version')).toMatchObject({ user_version: 1 });
    expect(before.one('SELECT id, attempts FROM events')).toMatchObject({ id: 'event-1', attempts: 3 });
    before.close();
  });

  test('has its verdicts afterwards, mail by mail, in the order of the report, in less room', async () => {
    const old = new Database(path);
    migrate(old, 7);
    const addressesOf = (uid: number): string[] => [1, 0].map(n => `${n}.customer${uid}@example.com`);
    const uids = Array.from({ length: 100 }, (_, n) => n + 1);
    for (const uid of uids) {
      old.run(
        "INSERT INTO messages VALUES (?, 'campaigns', 'All Mail', 7, ?, 'failure', '', 'x', 1, '', 1, 0)",
        uid,
        uid,
      );
      old.run("INSERT INTO mentions VALUES ('own', ?, ?)", `mail-${uid}@shop.example`, uid);
      addressesOf(uid).forEach((address, ordinal) => {
        const whole = JSON.stringify({ ...verdictOf(address), because: 'x'.repeat(1_200) });
        old.run("INSERT INTO verdicts VALUES (?, ?, ?, 'hard', 'userUnknown', ?)", uid, ordinal, address, whole);
      });
    }
    const pagesBefore = usedPages(old);
    old.close();
    const store = await openSqliteStore(path);
    for (const uid of uids) {
      const [trace] = await store.trace({ messageId: `mail-${uid}@shop.example` }, 1);
      expect(trace?.mail?.verdicts.map(({ recipient }) => recipient)).toEqual(addressesOf(uid));
    }
    await store.close();
    const upgraded = new Database(path);
    expect(usedPages(upgraded)).toBeLessThan(0.7 * pagesBefore);
    upgraded.close();
  });

  test('of the copies the last two stay, and one from an attempt that failed gives way', async () => {
    fillFirst();
    await writeFile(`${path}.before-1`, 'older');
    await writeFile(`${path}.before-0`, 'oldest');
    await writeFile(`${path}.before-${NEWEST_SCHEMA}`, 'half');
    await writeFile(`${path}.before-${NEWEST_SCHEMA}.part`, 'half');
    await (await openSqliteStore(path)).close();
    const copies = (await readdir(folder)).filter(name => name.includes('.before-')).sort();
    expect(copies).toEqual(['bounced.db.before-1', `bounced.db.before-${NEWEST_SCHEMA}`]);
    expect((await stat(`${path}.before-${NEWEST_SCHEMA}`)).size).toBeGreaterThan(PAGE);
  });

  test('is not changed by a command, nor under the feet of a daemon that runs', async () => {
    fillFirst();
    const older = { code: 'STORE_OLDER', exit: 78, hint: expect.stringContaining('restart') as unknown };
    await expect(openPresentStore(path)).rejects.toMatchObject(older);
    const lock = new Database(`${path}.lock`);
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    await expect(openSqliteStore(path)).rejects.toMatchObject({ code: 'LEASE_HELD', exit: 75 });
    lock.close();
    const database = new Database(path);
    expect(database.one('PRAGMA user_version')).toMatchObject({ user_version: 1 });
    database.close();
    expect((await readdir(folder)).filter(name => name.includes('.before-'))).toEqual([]);
  });

  test('without room for the copy, nothing is changed', async () => {
    fillFirst();
    // A folder in the copy's place: as with a full disk, it cannot be written.
    await mkdir(join(`${path}.before-${NEWEST_SCHEMA}`, 'x'), { recursive: true });
    await expect(openSqliteStore(path)).rejects.toThrow();
    const database = new Database(path);
    expect(database.one('PRAGMA user_version')).toMatchObject({ user_version: 1 });
    database.close();
  });
});
