/**
 * A lock that ends with the process that holds it, however it ends. Takes a path beside the outbox, gives whether the
 * lock is ours. Tells a daemon that was killed from one that still runs, before its lease has run out. Never waits.
 */
import { Fault } from '../shared/fault.ts';
import { Database, makePrivateFile } from './database.ts';

/**
 * SQLite's own file lock on an empty database, held by an open transaction: the kernel drops it when the process dies
 * (https://sqlite.org/lockingv3.html). It works between containers that share the file, where process ids do not.
 */
export class LifeLock {
  readonly #path: string;
  #held: Database | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** `taken`: it is ours from now on, so nobody who is alive had it. `kept`: it was ours. `refused`: someone has it. */
  take(): 'taken' | 'kept' | 'refused' {
    if (this.#held) return 'kept';
    const database = new Database(this.#path, 0);
    try {
      database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
      this.#held = database;
      return 'taken';
    } catch (error) {
      database.close();
      if (error instanceof Fault && error.code === 'STORE_BUSY') return 'refused';
      throw error;
    }
  }

  /** Whether somebody holds it this moment; only looks, so that a daemon that starts meanwhile is not refused. */
  isTaken(): boolean {
    const database = new Database(this.#path, 0, true);
    try {
      database.one('SELECT 1 FROM sqlite_schema LIMIT 1');
      return false;
    } catch (error) {
      if (error instanceof Fault && error.code === 'STORE_BUSY') return true;
      throw error;
    } finally {
      database.close();
    }
  }

  release(): void {
    this.#held?.close();
    this.#held = undefined;
  }
}

/** Makes the file; the lock is not taken yet. */
export async function openLifeLock(path: string): Promise<LifeLock> {
  await makePrivateFile(path);
  return new LifeLock(path);
}
