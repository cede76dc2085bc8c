/**
 * A copy of the database beside it before its schema changes: bounced.db.before-N, N being the schema it gets. Takes
 * an open database, writes the copy whole or not at all, keeps the last two. Never touches the database.
 */
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { makePrivateFile } from './database.ts';
import type { Database } from './database.ts';

const KEPT_COPIES = 2;

/** Copies the database to `PATH.before-N`; what lies under that name from an attempt before gives way. */
export async function backUp(database: Database, schema: number): Promise<string> {
  const { path } = database;
  const copy = `${path}.before-${schema}`;
  const part = `${copy}.part`;
  await rm(part, { force: true });
  // VACUUM INTO takes an empty file, and this one is readable for its owner alone (sqlite.org/lang_vacuum.html).
  await makePrivateFile(part);
  database.run('VACUUM INTO ?', part);
  await syncToDisk(part);
  await rename(part, copy);
  await syncToDisk(dirname(path));
  await removeOlder(path);
  return copy;
}

/** fsync(2) of a file, or of a directory for the names in it. */
export async function syncToDisk(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** True when there is something under this name. */
export async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Copies made before changes of the schema, the newest first. */
export async function listCopies(path: string): Promise<string[]> {
  const pattern = new RegExp(`^${basename(path).replaceAll('.', '\\.')}\\.before-(\\d+)$`);
  const names = await readdir(dirname(path));
  const numbered = names.flatMap(name => {
    const number = pattern.exec(name)?.[1];
    return number === undefined ? [] : [{ name, number: Number(number) }];
  });
  return numbered.sort((one, other) => other.number - one.number).map(({ name }) => join(dirname(path), name));
}

async function removeOlder(path: string): Promise<void> {
  for (const copy of (await listCopies(path)).slice(KEPT_COPIES)) await rm(copy, { force: true });
}
