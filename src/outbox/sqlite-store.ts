/**
 * The Store on SQLite: every commit on disk before it is reported. Takes an open database, gives a
 * Store. Never overwrites a file that it does not understand; never writes without a valid fence.
 */
import { randomUUID } from 'node:crypto';
import type { Event } from '../provenance/provenance.ts';
import type { Cursor } from '../shared/cursor.ts';
import { actOn, note } from './acts.ts';
import type { AheadBatch, Backlog, Batch, Due, Settlement } from './batch.ts';
import { beginAhead, claimAhead, claimEvents, forgetClaims, giveBackAhead, readDue } from './claims.ts';
import { keepCanary, readCanaries } from './canaries.ts';
import type { Canary, CanaryLog } from './canaries.ts';
import type { Database } from './database.ts';
import { leaseHeld, leaseLost } from './lease-faults.ts';
import type { LifeLock } from './life-lock.ts';
import { listEvents, readActs } from './listing.ts';
import type {
  Act,
  Acted,
  Asked,
  Breaker,
  EventDetails,
  EventFilter,
  KeptEvent,
  Operator,
  PastAct,
  Subject,
  Trace,
} from './operator.ts';
import type { ChunkRecord, HeldEvent, Lease, Recorded, Reread, Rereading, Store, StoreSettings } from './outbox.ts';
import { countStrangers, keepHeld, noteTaken, readBacklog, readHeldDue } from './queue.ts';
import { releaseHeld, settleEvents, settleNoted } from './queue.ts';
import type { StillHeld } from './queue.ts';
import { recordChunk } from './recording.ts';
import { readPuzzles, recordAgain } from './rereading.ts';
import type { Puzzle } from './rereading.ts';
import { pruneSettled } from './retention.ts';
import { toCursor } from './rows.ts';
import type { LeaseRow } from './rows.ts';
import { readOverview, writeStandings } from './standings.ts';
import type { DaemonStanding, MailboxStanding, Overview } from './standings.ts';
import { closeBreaker, readBreakers, stopIfFlood } from './stopping.ts';
import { readTraces, showEvent } from './traces.ts';

const READ_LEASE = 'SELECT holder, fence, expires_at FROM lease';
const SET_LEASE = 'UPDATE lease SET holder = ?, fence = ?, expires_at = ?';
const FREE_LEASE = 'UPDATE lease SET holder = NULL, expires_at = 0 WHERE fence = ?';
const READ_CURSOR = 'SELECT uid_validity, last_uid FROM cursors WHERE mailbox = ? AND folder = ?';

/** After forgetting, so many free pages at most go back to the file system at once: some milliseconds. */
const FREED_PAGES = 2_000;
/** So many batches stay below the thousand pages of log after which SQLite moves them by itself, in the next commit. */
const AHEADS_A_CHECKPOINT = 3;

/** One open outbox; sqlite.ts opens it. */
export class SqliteStore implements Store {
  readonly #database: Database;
  #hardPerHour: number | undefined;
  readonly #lock: LifeLock | undefined;
  /** Tells this open store from another that calls its holder by the same name, such as process 1 of a container. */
  readonly #instance = randomUUID();
  #aheads = 0;

  constructor(database: Database, lock: LifeLock | undefined, { hardPerHour }: StoreSettings) {
    this.#database = database;
    this.#lock = lock;
    this.#hardPerHour = hardPerHour;
  }

  async lease(holder: string, nowSeconds: number, ttlSeconds: number): Promise<Lease> {
    return this.#write(database => {
      const row = database.one(READ_LEASE) as LeaseRow;
      const me = `${holder} ${this.#instance}`;
      const renewed = row.holder === me;
      const free = row.holder === null || row.expires_at <= nowSeconds;
      // On every renewal too: whoever took over because the lease had run out must not look dead later.
      const died = this.#lock?.take() === 'taken';
      if (!renewed && !free && !died) {
        this.#lock?.release();
        throw leaseHeld(database.path, row, nowSeconds);
      }
      const fence = renewed ? row.fence : row.fence + 1;
      if (!renewed) {
        settleNoted(database);
        forgetClaims(database, nowSeconds);
      }
      database.run(SET_LEASE, me, fence, nowSeconds + ttlSeconds);
      return { holder, fence };
    });
  }

  async release(lease: Lease): Promise<void> {
    await this.#write(database => database.run(FREE_LEASE, lease.fence));
    this.#lock?.release();
  }

  async cursor(mailbox: string, folder: string): Promise<Cursor | undefined> {
    return this.#read(database => {
      const row = database.one(READ_CURSOR, mailbox, folder);
      return row === undefined ? undefined : toCursor(mailbox, folder, row);
    });
  }

  async record(lease: Lease, chunk: ChunkRecord, nowSeconds: number): Promise<Recorded> {
    return this.#writeAs(lease, database => recordChunk(database, chunk, this.#hardPerHour, nowSeconds));
  }

  async recordAgain(rereading: Rereading, nowSeconds: number, dryRun = false): Promise<Reread> {
    const work = (database: Database): Reread => recordAgain(database, rereading, this.#hardPerHour, nowSeconds);
    return dryRun ? this.#read(database => database.rehearsal(() => work(database))) : this.#write(work);
  }

  async puzzles(
    place: Cursor,
    version: string,
    sinceSeconds: number,
    nowSeconds: number,
    limit: number,
  ): Promise<readonly Puzzle[]> {
    return this.#read(database => readPuzzles(database, place, version, sinceSeconds, nowSeconds, limit));
  }

  async claim(lease: Lease, callback: string, limit: number, nowSeconds: number, claimSeconds: number): Promise<Batch> {
    const untilSeconds = nowSeconds + claimSeconds;
    const events = await this.#writeAs(lease, database =>
      claimEvents(database, callback, limit, nowSeconds, untilSeconds),
    );
    return { callback, events };
  }

  async due(callback: string, nowSeconds: number, enough?: number): Promise<Due> {
    return this.#read(database => readDue(database, callback, nowSeconds, enough));
  }

  async claimAhead(
    lease: Lease,
    callback: string,
    limit: number,
    nowSeconds: number,
    claimSeconds: number,
  ): Promise<AheadBatch | undefined> {
    const untilSeconds = nowSeconds + claimSeconds;
    const batch = await this.#writeAs(lease, database =>
      claimAhead(database, callback, limit, nowSeconds, untilSeconds),
    );
    if (batch === undefined) return undefined;
    // While an answer is awaited there is time for it; else a settlement would take it, and the next request wait.
    this.#aheads += 1;
    if (this.#aheads % AHEADS_A_CHECKPOINT === 0) this.#database.shortenLog();
    return { callback, ...batch };
  }

  async unclaim(lease: Lease, ahead: number, nowSeconds: number): Promise<void> {
    await this.#writeAs(lease, database => {
      giveBackAhead(database, ahead, nowSeconds);
    });
  }

  async settle(lease: Lease, settlements: readonly Settlement[], nowSeconds: number, begun?: number): Promise<boolean> {
    const isTaken = settlements.every(({ as }) => as === 'delivered');
    if (begun === undefined || !isTaken) {
      return this.#writeAs(lease, database => {
        settleEvents(database, settlements, nowSeconds);
        return begun === undefined || beginAhead(database, begun);
      });
    }
    // The next request waits for this.
    return this.#write(database => {
      this.#checkFence(database, lease);
      noteTaken(database, settlements, nowSeconds);
      return beginAhead(database, begun);
    });
  }

  async heldDue(mailbox: string, nowSeconds: number, limit: number): Promise<readonly HeldEvent[]> {
    return this.#read(database => readHeldDue(database, mailbox, nowSeconds, limit));
  }

  async settleHeld(
    lease: Lease,
    proven: readonly Event[],
    still: readonly StillHeld[],
    nowSeconds: number,
  ): Promise<void> {
    await this.#writeAs(lease, database => {
      for (const event of proven) {
        releaseHeld(database, event, nowSeconds);
        if (this.#hardPerHour !== undefined) stopIfFlood(database, event.id, this.#hardPerHour, nowSeconds);
      }
      for (const held of still) keepHeld(database, held);
    });
  }

  async backlog(callback?: string): Promise<Backlog> {
    return this.#read(database => readBacklog(database, callback));
  }

  async strangers(callbacks: readonly string[]): Promise<number> {
    return this.#read(database => countStrangers(database, callbacks));
  }

  async list(filter: EventFilter): Promise<readonly KeptEvent[]> {
    return this.#read(database => listEvents(database, filter));
  }

  async show(id: string): Promise<EventDetails | undefined> {
    return this.#read(database => showEvent(database, id));
  }

  async trace(asked: Asked, limit: number): Promise<readonly Trace[]> {
    return this.#read(database => readTraces(database, asked, limit));
  }

  async act(act: Act, ids: readonly string[], by: Operator, nowSeconds: number): Promise<readonly Acted[]> {
    return this.#write(database => ids.map(id => actOn(database, act, id, by, nowSeconds)));
  }

  async acts(subject: Subject): Promise<readonly PastAct[]> {
    return this.#read(database => readActs(database, subject));
  }

  async breakers(): Promise<readonly Breaker[]> {
    return this.#read(readBreakers);
  }

  async resetBreakers(mailbox: string | undefined, by: Operator, nowSeconds: number): Promise<number> {
    return this.#write(database => {
      let flowing = 0;
      for (const breaker of readBreakers(database)) {
        const open = breaker.openSinceSeconds !== undefined || breaker.stopped > 0;
        if (!open || (mailbox !== undefined && breaker.mailbox !== mailbox)) continue;
        flowing += closeBreaker(database, breaker.mailbox, nowSeconds);
        note(database, { breaker: breaker.mailbox }, 'reset', by, nowSeconds);
      }
      return flowing;
    });
  }

  async keepStandings(
    lease: Lease,
    daemon: DaemonStanding,
    mailboxes: Readonly<Record<string, MailboxStanding>>,
    nowSeconds: number,
  ): Promise<void> {
    return this.#writeAs(lease, database => writeStandings(database, daemon, mailboxes, nowSeconds));
  }

  async overview(sinceSeconds: number, nowSeconds: number): Promise<Overview> {
    return this.#read(database => readOverview(database, this.#lock, sinceSeconds, nowSeconds));
  }

  async keepCanary(lease: Lease, mailbox: string, log: CanaryLog): Promise<void> {
    return this.#writeAs(lease, database => keepCanary(database, mailbox, log));
  }

  async canaries(): Promise<readonly Canary[]> {
    return this.#read(readCanaries);
  }

  adopt({ hardPerHour }: StoreSettings): void {
    this.#hardPerHour = hardPerHour;
  }

  async prune(lease: Lease, beforeSeconds: number, limit: number): Promise<number> {
    const gone = await this.#writeAs(lease, database => pruneSettled(database, beforeSeconds, limit));
    if (gone > 0) this.#database.exec(`PRAGMA incremental_vacuum(${FREED_PAGES})`);
    return gone;
  }

  async close(): Promise<void> {
    await this.#read(database => {
      database.emptyLog();
      database.close();
      this.#lock?.release();
    });
  }

  #writeAs<Result>(lease: Lease, work: (database: Database) => Result): Promise<Result> {
    return this.#write(database => {
      this.#checkFence(database, lease);
      settleNoted(database);
      return work(database);
    });
  }

  #checkFence(database: Database, lease: Lease): void {
    const row = database.one(READ_LEASE) as LeaseRow;
    // The fence decides, not the clock: a lease that has run out and that nobody took is still the only one.
    if (row.fence !== lease.fence || row.holder === null) throw leaseLost(database.path);
  }

  #write<Result>(work: (database: Database) => Result): Promise<Result> {
    return this.#read(database => database.transaction(() => work(database)));
  }

  /** The driver is synchronous; what it throws rejects. */
  #read<Result>(work: (database: Database) => Result): Promise<Result> {
    return new Promise(resolve => resolve(work(this.#database)));
  }
}
