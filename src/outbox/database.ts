/**
 * The SQLite driver, wrapped once: statements by their text, transactions that end whole or not at all, errors as
 * Faults. Takes a path, gives an open Database. Never overwrites a file it cannot read.
 */
import { DatabaseSync } from '@photostructure/sqlite';
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import { access, chmod, constants, mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { diskFault } from './disk-faults.ts';

/** What a column can hold. */
export type Value = string | number | null | Uint8Array;

export const IN_MEMORY = ':memory:';

/** How long a transaction waits for another process's, in milliseconds. It blocks the event loop meanwhile. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * What must be said before a file has its first page, and is passed over later. Most of what a chunk records lies in
 * random places of its tables' trees: half as many pages of twice the size are written by half as many calls.
 */
export const NEW_FILE = 'PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL';

/**
 * Pages that SQLite keeps in memory of its own, in KiB: half of what it does by itself, and 3 MB less at a backlog's
 * peak. The system keeps the others: with three times what it does by itself a backlog takes as long.
 */
const SMALL_CACHE = 'PRAGMA cache_size = -1000';

/**
 * Opens the file, making it (mode 0600) and its directory (0700) where they are missing.
 * Rejects with a Fault of exit code 74 when the path cannot be written or is no database.
 * @param admit throws when the file is not ours; it comes before anything is written
 */
export async function openDatabase(path: string, admit: (database: Database) => void): Promise<Database> {
  try {
    if (path !== IN_MEMORY) await makePrivateFile(path);
    return admitted(path, admit, `${NEW_FILE}; PRAGMA journal_mode = WAL`);
  } catch (error) {
    throw diskFault(error, path);
  }
}

/**
 * Opens a file that is there already, for a command beside a daemon: makes and migrates nothing.
 * Rejects with a Fault of exit code 74 when there is none, or it cannot be used.
 */
export async function openPresent(path: string, admit: (database: Database) => void): Promise<Database> {
  try {
    await access(path, constants.R_OK | constants.W_OK);
    return admitted(path, admit, '');
  } catch (error) {
    throw diskFault(error, path);
  }
}

/** Opened and set up once `admit` has let it pass; closed again where something is wrong with it. */
function admitted(path: string, admit: (database: Database) => void, first: string): Database {
  const database = new Database(path);
  try {
    admit(database);
    // https://sqlite.org/pragma.html: FULL, so that what is committed survives a loss of power in WAL mode too.
    database.exec(`${first}; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; ${SMALL_CACHE}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** An empty file that only its owner may read; SQLite gives its companions (-wal, -shm) the same mode. */
export async function makePrivateFile(path: string): Promise<void> {
  const directory = dirname(path);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await access(directory, constants.W_OK | constants.X_OK);
  try {
    // Only ever a new file: closing a second descriptor of an open database would drop its locks
    // (https://sqlite.org/howtocorrupt.html 2.2).
    const handle = await open(path, 'wx', 0o600);
    try {
      const { uid, gid } = await stat(directory);
      // What root makes by hand, the service must be able to write; SQLite does the same for its companions.
      if (process.geteuid?.() === 0) await handle.chown(uid, gid);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    await access(path, constants.R_OK | constants.W_OK);
    // Whoever may write the file but does not own it cannot change its mode: that is the owner's choice then.
    await chmod(path, 0o600).catch(() => undefined);
  }
}

/** One open connection. Every method throws Faults. */
export class Database {
  readonly path: string;
  readonly #connection: DatabaseSyncInstance;
  readonly #statements = new Map<string, StatementSyncInstance>();

  /** @param readOnly the file is not changed, also not by moving the log into it at the end */
  constructor(path: string, busyTimeoutMs = BUSY_TIMEOUT_MS, readOnly = false) {
    this.path = path;
    this.#connection = this.#guarded(() => new DatabaseSync(path, { timeout: busyTimeoutMs, readOnly }));
  }

  /** Runs statements that give nothing back. */
  exec(sql: string): void {
    this.#guarded(() => {
      this.#connection.exec(sql);
    });
  }

  /** Runs one statement; gives how many rows it changed. */
  run(sql: string, ...values: readonly Value[]): number {
    return this.#guarded(() => this.#prepared(sql).run(...values).changes);
  }

  /** Adds one row; gives its rowid (sqlite.org/c3ref/last_insert_rowid.html). */
  insert(sql: string, ...values: readonly Value[]): number {
    return this.#guarded(() => Number(this.#prepared(sql).run(...values).lastInsertRowid));
  }

  /** The first row, or undefined. */
  one(sql: string, ...values: readonly Value[]): unknown {
    return this.#guarded((): unknown => this.#prepared(sql).get(...values));
  }

  /** Every row in turn, as they are read. */
  *each(sql: string): Iterable<Record<string, Value>> {
    const rows = this.#guarded(() => this.#connection.prepare(sql).iterate()) as Iterator<Record<string, Value>>;
    for (let next = this.#guarded(() => rows.next()); next.done !== true; next = this.#guarded(() => rows.next())) {
      yield next.value;
    }
  }

  all(sql: string, ...values: readonly Value[]): unknown[] {
    return this.#guarded((): unknown[] => this.#prepared(sql).all(...values));
  }

  /** All of `work` or nothing of it. IMMEDIATE: the right to write is taken first, so it cannot fail half-way. */
  transaction<Result>(work: () => Result): Result {
    this.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.exec('COMMIT');
      return result;
    } catch (error) {
      // Some errors, such as a full disk, have rolled back already.
      if (this.#connection.isTransaction) this.exec('ROLLBACK');
      throw error;
    }
  }

  /** As `transaction`, and nothing of it stays. */
  rehearsal<Result>(work: () => Result): Result {
    this.exec('BEGIN IMMEDIATE');
    try {
      return work();
    } finally {
      if (this.#connection.isTransaction) this.exec('ROLLBACK');
    }
  }

  /** Also reads a file that was cut: without it, SQLite refuses one that is shorter than its header says. */
  readPastTheEnd(): void {
    this.#guarded(() => this.#connection.enableDefensive(false));
    this.exec('PRAGMA writable_schema = ON');
  }

  /**
   * Moves what the log holds into the file, so that the file alone is whole. SQLite does so when the last connection
   * closes; this driver closes only when all statements have been collected, which at the end of a process is never.
   */
  emptyLog(): void {
    try {
      this.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // Someone reads just now: nothing is lost, whoever opens the file next reads the log too.
    }
  }

  /** Moves what the log holds into the file, as far as nobody reads it: a later commit need not stop for that. */
  shortenLog(): void {
    this.exec('PRAGMA wal_checkpoint(PASSIVE)');
  }

  close(): void {
    this.#statements.clear();
    if (this.#connection.isOpen) this.#connection.close();
  }

  #prepared(sql: string): StatementSyncInstance {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#connection.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #guarded<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw diskFault(error, this.path);
    }
  }
}
