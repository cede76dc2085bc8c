import { expect, test } from '@jest/globals';
import { DatabaseSync } from '@photostructure/sqlite';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../../src/outbox/sqlite.ts';
import { storeContract } from './store-contract.ts';

async function place(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'bounced-store-'));
}

storeContract('SQLite in a file', async () => {
  const folder = await place();
  const path = join(folder, 'bounced.db');
  const store = await openSqliteStore(path);
  return {
    store,
    async reopen() {
      // The lock of a process that died is gone; within one process only closing gives it back.
      await store.close();
      return openSqliteStore(path);
    },
    second: () => openSqliteStore(path),
    async dispose() {
      await store.close().catch(() => undefined);
      await rm(folder, { recursive: true });
    },
  };
});

test('the file can be read by its owner only', async () => {
  const folder = await place();
  const store = await openSqliteStore(join(folder, 'bounced.db'));
  expect((await stat(join(folder, 'bounced.db'))).mode & 0o777).toBe(0o600);
  await store.close();
  await rm(folder, { recursive: true });
});

test('a file that is no database is named and left as it is', async () => {
  const folder = await place();
  const path = join(folder, 'bounced.db');
  await writeFile(path, 'this is a text, and a long enough one to be read as the head of a database file by mistake');
  await expect(openSqliteStore(path)).rejects.toMatchObject({
    exit: 74,
    message: expect.stringContaining(path) as string,
  });
  expect((await stat(path)).size).toBe(90);
  await rm(folder, { recursive: true });
});

test('a folder that is not there is named', async () => {
  await expect(openSqliteStore('/nonexistent/state/bounced.db')).rejects.toMatchObject({ exit: 74 });
});

test('a database of a newer version is refused, with the cure', async () => {
  const folder = await place();
  const path = join(folder, 'bounced.db');
  await (await openSqliteStore(path)).close();
  const database = new DatabaseSync(path);
  database.exec('PRAGMA user_version = 99');
  database.close();
  await expect(openSqliteStore(path)).rejects.toMatchObject({ code: 'SCHEMA_NEWER', exit: 78 });
  await rm(folder, { recursive: true });
});
