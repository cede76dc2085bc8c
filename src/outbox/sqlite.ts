/**
 * The Store on SQLite: one file, write-ahead log, every commit on disk before it counts. Takes and gives what the
 * contract in outbox.ts says. The right to write is a lock that the system takes back when the holder dies.
 */
import { DatabaseSync } from '@photostructure/sqlite';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { chmodSync } from 'node:fs';
import type { Event } from '../provenance/provenance.ts';
import type { Cursor } from '../shared/cursor.ts';
import { EXIT, Fault } from '../shared/fault.ts';
import { diskFault } from './disk-fault.ts';
import type { Backlog, Batch, ChunkRecord, HeldEvent, Lease, Recorded, Settlement, Store } from './outbox.ts';
import { toClaimed, toCursor, toHeld } from './rows.ts';
import type { Row } from './rows.ts';
import { migrate } from './schema.ts';
import { SQL } from './statements.ts';

/** Held events are first looked up again after this many seconds. */
const FIRST_LOOK_SECONDS = 3600;
const IN_MEMORY = ':memory:';

/**
 * Opens or creates the store.
 * @param path file in a folder that exists and is writable, or ":memory:"
 * @throws Fault exit 74 when it cannot be opened, written or read; exit 78 when a newer version wrote it
 */
export function openSqliteStore(path: string): Promise<Store> {
  return asPromise(path, () => {
    const database = new DatabaseSync(path, { timeout: 5000 });
    try {
      if (path !== IN_MEMORY) chmodSync(path, 0o600);
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;');
      migrate(database, path);
    } catch (error) {
      database.close();
      throw error;
    }
    return new SqliteStore(database, path);
  });
}

class SqliteStore implements Store {
  readonly #database: DatabaseSyncInstance;
  readonly #path: string;
  /** A second database that is locked for as long as we live: SQLite's file locks end with their process. */
  #lock: DatabaseSyncInstance | undefined;

  constructor(database: DatabaseSyncInstance, path: string) {
    this.#database = database;
    this.#path = path;
  }

  lease(holder: string, nowSeconds: number): Promise<Lease> {
    return this.#write(undefined, () => {
      const present = this.#one(SQL.fence) as { value: number; holder: string | null };
      if (this.#lock !== undefined && present.holder === holder) return { holder, fence: present.value };
      this.#takeLock();
      const fence = present.value + 1;
      this.#run(SQL.setFence, fence, holder);
      // Whoever claimed these is gone; whether their request was read, nobody knows.
      this.#run(SQL.unclaim, nowSeconds);
      return { holder, fence };
    });
  }

  release(lease: Lease): Promise<void> {
    return asPromise(this.#path, () => {
      const present = this.#one(SQL.fence) as { value: number };
      if (present.value !== lease.fence) return;
      this.#lock?.close();
      this.#lock = undefined;
    });
  }

  cursor(mailbox: string, folder: string): Promise<Cursor | undefined> {
    return asPromise(this.#path, () => {
      const row = this.#one(SQL.cursor, mailbox, folder);
      return row && toCursor(row);
    });
  }

  record(lease: Lease, chunk: ChunkRecord, nowSeconds: number): Promise<Recorded> {
    return this.#write(lease, () => {
      const { cursor } = chunk;
      const newUids = chunk.outcomes
        .filter(outcome => this.#addOutcome(chunk, outcome, nowSeconds))
        .map(({ uid }) => uid);
      const newEventIds = chunk.events.filter(event => this.#addEvent(event, nowSeconds)).map(({ id }) => id);
      const newHeldIds = chunk.held
        .filter(held => {
          const { id, mailbox, callback, address, verdict, tsSeconds, missing } = held;
          const lists = [JSON.stringify(held.originalMessageIds), JSON.stringify(held.names)];
          const due = nowSeconds + FIRST_LOOK_SECONDS;
          return this.#run(
            SQL.addHeld,
            id,
            mailbox,
            callback,
            address,
            verdict,
            tsSeconds,
            missing,
            ...lists,
            due,
            nowSeconds,
          );
        })
        .map(({ id }) => id);
      if (chunk.skipped > 0) this.#run(SQL.addSkipped, cursor.mailbox, chunk.skipped);
      this.#run(SQL.setCursor, cursor.mailbox, cursor.folder, cursor.uidValidity, cursor.lastUid);
      return { newUids, newEventIds, newHeldIds };
    });
  }

  claim(lease: Lease, callback: string, limit: number, nowSeconds: number, claimSeconds: number): Promise<Batch> {
    return this.#write(lease, () => {
      const rows = this.#all(SQL.due, callback, nowSeconds, nowSeconds, limit);
      for (const row of rows) this.#run(SQL.claim, nowSeconds + claimSeconds, row['id'] as string);
      return { callback, events: rows.map(toClaimed) };
    });
  }

  settle(lease: Lease, settlements: readonly Settlement[], nowSeconds: number): Promise<void> {
    return this.#write(lease, () => {
      for (const one of settlements) {
        if (one.as === 'delivered') this.#run(SQL.delivered, nowSeconds, one.id);
        else if (one.as === 'buried') this.#run(SQL.buried, one.because, nowSeconds, one.id);
        else {
          const attempt = one.countsAsAttempt ? 1 : 0;
          this.#run(SQL.retry, one.nextAtSeconds, attempt, one.ambiguous ? 1 : 0, one.because, one.id);
        }
      }
    });
  }

  heldDue(mailbox: string, nowSeconds: number, limit: number): Promise<readonly HeldEvent[]> {
    return asPromise(this.#path, () => this.#all(SQL.heldDue, mailbox, nowSeconds, limit).map(toHeld));
  }

  settleHeld(
    lease: Lease,
    proven: readonly Event[],
    still: readonly { readonly id: string; readonly missing: string; readonly nextAtSeconds: number | undefined }[],
    nowSeconds: number,
  ): Promise<void> {
    return this.#write(lease, () => {
      for (const { id, address, verdict, proof } of proven)
        this.#run(SQL.proven, address, verdict, proof, nowSeconds, id);
      for (const { id, missing, nextAtSeconds } of still) this.#run(SQL.stillHeld, missing, nextAtSeconds ?? null, id);
    });
  }

  backlog(callback?: string): Promise<Backlog> {
    return asPromise(this.#path, () => {
      const row = this.#one(SQL.backlog, callback ?? null, callback ?? null) ?? {};
      const count = (name: string): number => Number(row[name] ?? 0);
      const counts = {
        waiting: count('waiting'),
        claimed: count('claimed'),
        held: count('held'),
        delivered: count('delivered'),
        dead: count('dead'),
      };
      const oldest = typeof row['oldest'] === 'number' ? { oldestWaitingSeconds: count('oldest') } : {};
      return { ...counts, ...oldest, ...(typeof row['due'] === 'number' ? { nextDueSeconds: count('due') } : {}) };
    });
  }

  close(): Promise<void> {
    return asPromise(this.#path, () => {
      this.#database.close();
      this.#lock?.close();
      this.#lock = undefined;
    });
  }

  #addOutcome(chunk: ChunkRecord, outcome: ChunkRecord['outcomes'][number], nowSeconds: number): boolean {
    const { mailbox, folder, uidValidity } = chunk.cursor;
    const { uid, identity, kind, because, reader, verdicts } = outcome;
    const words = verdicts.length === 0 ? null : JSON.stringify(verdicts);
    const place = [mailbox, folder, uidValidity, uid, identity.gmailId ?? null, identity.digest];
    return this.#run(SQL.addMessage, ...place, kind, because, reader ?? null, words, nowSeconds);
  }

  #addEvent(event: Event, nowSeconds: number): boolean {
    const { id, mailbox, callback, address, verdict, tsSeconds, proof } = event;
    return this.#run(SQL.addEvent, id, mailbox, callback, address, verdict, tsSeconds, proof, nowSeconds, nowSeconds);
  }

  #takeLock(): void {
    if (this.#path === IN_MEMORY) return;
    const lock = new DatabaseSync(`${this.#path}.lock`, { timeout: 0 });
    try {
      lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    } catch (error) {
      lock.close();
      throw new Fault(`another bounced is at work on ${this.#path}`, {
        code: 'LEASE_HELD',
        retry: 'never',
        exit: EXIT.leaseHeld,
        hint: 'stop it first, or give this one another state_dir',
        cause: error,
      });
    }
    this.#lock = lock;
  }

  /** One transaction; with a lease only while nobody has taken it over. */
  #write<T>(lease: Lease | undefined, work: () => T): Promise<T> {
    return asPromise(this.#path, () => {
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        if (lease !== undefined) this.#checkFence(lease);
        const result = work();
        this.#database.exec('COMMIT');
        return result;
      } catch (error) {
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  #checkFence(lease: Lease): void {
    const present = this.#one(SQL.fence) as { value: number };
    if (present.value === lease.fence) return;
    throw new Fault(`another bounced has taken over ${this.#path}`, {
      code: 'LEASE_LOST',
      retry: 'never',
      exit: EXIT.leaseHeld,
      hint: 'run one daemon for each state_dir',
    });
  }

  #one(sql: string, ...values: (string | number | null)[]): Row | undefined {
    return this.#database.prepare(sql).get(...values) as Row | undefined;
  }

  #all(sql: string, ...values: (string | number | null)[]): Row[] {
    return this.#database.prepare(sql).all(...values) as Row[];
  }

  /** True when a row was changed. */
  #run(sql: string, ...values: (string | number | null)[]): boolean {
    return this.#database.prepare(sql).run(...values).changes > 0;
  }
}

function asPromise<T>(path: string, work: () => T): Promise<T> {
  try {
    return Promise.resolve(work());
  } catch (error) {
    return Promise.reject(diskFault(error, path));
  }
}
