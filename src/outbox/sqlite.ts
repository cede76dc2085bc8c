/**
 * How an SQLite outbox is opened: by the daemon, which makes, checks, copies and migrates it, and by commands, which
 * do none of that. Takes a path, gives a Store. Never starts anew by itself where an outbox was kept before.
 */
import { EXIT, Fault } from '../shared/fault.ts';
import { backUp, isThere } from './backup.ts';
import { IN_MEMORY, openDatabase, openPresent } from './database.ts';
import type { Database } from './database.ts';
import { diskFault, missing } from './disk-faults.ts';
import { checkHealth } from './health.ts';
import { readDecided } from './history.ts';
import type { History } from './history.ts';
import { openLifeLock } from './life-lock.ts';
import type { LifeLock } from './life-lock.ts';
import type { Store, StoreSettings } from './outbox.ts';
export { recoverSqlite as recoverOutboxFile } from './recover.ts';
export type { Recovery } from './recover.ts';
import { admit, admitNewest, isBlank, migrate, NEWEST_SCHEMA, schemaOf } from './schema/steps.ts';
import { SqliteStore } from './sqlite-store.ts';

/** Beside the outbox for as long as there is one; also tells that there was one. */
export function lockPath(path: string): string {
  return `${path}.lock`;
}

/**
 * Opens the outbox, making file and directory (for their owner only), checking it, and bringing its schema up to date,
 * with a copy of what it was before.
 * @param path a file, or ':memory:' for one that ends with the process
 * Rejects with a Fault: exit 74 where the path cannot be written, or holds something else, or is damaged, or is gone
 * though there was an outbox; 75 where a daemon that runs on it has to migrate it; 78 where a newer version wrote it.
 */
export async function openSqliteStore(path: string, settings: StoreSettings = {}): Promise<Store> {
  if (path === IN_MEMORY) {
    const database = await openDatabase(path, admit);
    migrate(database);
    return new SqliteStore(database, undefined, settings);
  }
  const wasKept = await isThere(lockPath(path));
  if (wasKept && !(await isThere(path))) throw lost(path, 'is gone');
  const database = await openDatabase(path, fresh => {
    admit(fresh);
    if (wasKept && isBlank(fresh)) throw lost(path, 'is empty');
    if (!isBlank(fresh)) checkHealth(fresh);
  });
  try {
    if (isBlank(database)) migrate(database);
    const lock = await openLifeLock(lockPath(path));
    if (schemaOf(database) < NEWEST_SCHEMA) await upgrade(database, lock);
    return new SqliteStore(database, lock, settings);
  } catch (error) {
    database.close();
    throw diskFault(error, path);
  }
}

/**
 * Opens an outbox that is there already, beside a daemon or not.
 * Rejects with a Fault: exit 74 where there is none or it cannot be used, 78 where its schema is not today's.
 */
export async function openPresentStore(path: string, access: 'read' | 'write' = 'write'): Promise<Store> {
  const { database, wasKept } = await openKept(path, admitNewest);
  if (access === 'read') forbidWriting(database);
  const lock = wasKept ? await openLifeLock(lockPath(path)) : undefined;
  return new SqliteStore(database, lock, {});
}

/**
 * Opens what is recorded there, also by an older version that may run on it. Nothing of it can be changed.
 * Rejects with a Fault: exit 74 where there is none or it cannot be used, 78 where a newer version wrote it.
 */
export async function openHistory(path: string): Promise<History> {
  const { database } = await openKept(path, admit);
  forbidWriting(database);
  return {
    decided: (after, limit) => new Promise(resolve => resolve(readDecided(database, after, limit))),
    close: () =>
      new Promise(resolve => {
        database.close();
        resolve();
      }),
  };
}

async function openKept(
  path: string,
  allow: (present: Database) => void,
): Promise<{ readonly database: Database; readonly wasKept: boolean }> {
  const wasKept = await isThere(lockPath(path));
  const database = await openPresent(path, present => {
    // A daemon that starts for the first time makes the file first, then what is in it, then the lock.
    if (isBlank(present)) throw wasKept ? lost(path, 'is empty') : missing(path);
    allow(present);
  });
  return { database, wasKept };
}

/** sqlite.org/pragma.html#pragma_query_only: a read-only connection could not read what a killed daemon left. */
function forbidWriting(database: Database): void {
  database.exec('PRAGMA query_only = ON');
}

/** Not under the feet of a daemon of the version before, which goes on writing in the old way. */
async function upgrade(database: Database, lock: LifeLock): Promise<void> {
  if (lock.take() === 'refused') throw runs(database.path);
  try {
    await backUp(database, NEWEST_SCHEMA);
    migrate(database);
    giveSpaceBack(database);
  } finally {
    lock.release();
  }
}

/** Lets a file that was made without it shrink from now on. A disk without room for that can do without. */
function giveSpaceBack(database: Database): void {
  const { auto_vacuum: mode } = database.one('PRAGMA auto_vacuum') as { auto_vacuum: number };
  if (mode === 2) return;
  try {
    database.exec('PRAGMA auto_vacuum = INCREMENTAL; VACUUM');
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'DISK_FULL') throw error;
  }
}

function lost(path: string, what: string): Fault {
  return new Fault(`${path}: the outbox ${what}, though one was kept here`, {
    code: 'STORE_LOST',
    retry: 'never',
    exit: EXIT.disk,
    hint:
      'restore it from a backup; or begin anew with "bounced outbox recover --config FILE --accept-doubles": the last ' +
      '"backfill" days are then read again, and what had been posted from them is posted again',
  });
}

function runs(path: string): Fault {
  return new Fault(`${path}: an older bounced runs on this outbox, whose schema has to change`, {
    code: 'LEASE_HELD',
    retry: 'later',
    exit: EXIT.leaseHeld,
    hint: 'stop the other one first (systemctl stop bounced)',
  });
}
