/**
 * What an operator is shown of a daemon that runs: counts for Prometheus, each mailbox's standing kept in the outbox
 * for `bounced status`, and the one line of `systemctl status`. Takes what the loops tell. Decides nothing.
 */
import { asOfNow, noteChunk, openBook } from './book.ts';
import type { Book, Seen } from './book.ts';
import { openBudget } from './byte-budget.ts';
import type { Budget } from './byte-budget.ts';
import type { PostReport } from './callback/callback.ts';
import type { CatchUp } from './catch-up.ts';
import type { Chunk, Mailbox } from './mailbox/mailbox.ts';
import type { DaemonStanding, Lease, MailboxStanding, Recorded, Store } from './outbox/outbox.ts';
import { openOwnFaults } from './own-faults.ts';
import type { OwnFaults } from './own-faults.ts';
import type { Conclusion } from './river.ts';
import type { Metrics } from './runtime/metrics.ts';
import { NO_METRICS } from './runtime/no-metrics.ts';
import type { Clock } from './shared/clock.ts';
import { asFault } from './shared/fault.ts';
import type { Fault } from './shared/fault.ts';
import type { Log } from './shared/log.ts';
import { silentLog } from './shared/silent-log.ts';
import { statusLine } from './status-line.ts';
import type { Glance } from './status-line.ts';

export interface SightsNeeds {
  readonly store: Store;
  readonly lease: Lease;
  readonly clock: Clock;
  readonly version: string;
  readonly notify: (state: string) => void;
  /** Whether anybody can ask for metrics: else none are counted, and their library is not loaded. */
  readonly counted: boolean;
}

export interface Sights {
  readonly metrics: Metrics;
  /** From now on these mailboxes are followed, and this log is written to. */
  begin(mailboxes: readonly string[], log: Log): void;
  /** This mailbox is followed now; what it knows of itself is asked when it is needed. */
  follow(name: string, mailbox: Pick<Mailbox, 'state'>, catchUp: Pick<CatchUp, 'standing'>): void;
  /** Counts its bytes, beginning with what is known of earlier ones. */
  budgetOf(name: string, dailyBytes: number | undefined): Budget;
  /** A chunk has been recorded. */
  passed(name: string, chunk: Chunk, conclusion: Conclusion, recorded: Recorded): void;
  /** A mailbox could not be followed. */
  failed(name: string, fault: Fault): void;
  posted(report: PostReport): void;
  /** The lease was renewed, or could not be (`outage`); these loops do not turn (`late`). */
  turned(outage: readonly string[], late: readonly string[]): void;
  /** Which loops do not turn, each in a clause. */
  late(): string[];
  /** Why the outbox cannot be written. */
  outage(): string[];
  /** Keeps and shows what has changed, until the signal aborts. Rejects when the outbox is lost for good. */
  keep(signal: AbortSignal): Promise<void>;
  /** Keeps the last of it, as at the end. */
  close(): Promise<void>;
  /** Why a mailbox is not followed now, each in a sentence. */
  notFollowed(): string[];
}

/**
 * How often changes are sought while there are some, and how seldom when nothing happens; how long an unchanged
 * standing may stay; how often the line may change, and how seldom it is made anew when nothing happens: it counts
 * all there is.
 */
const ROUND_MS = 2_000;
const QUIET_ROUND_MS = 10_000;
const KEPT_MS = 30_000;
const LINE_MS = 10_000;
const QUIET_LINE_MS = 60_000;
/** The lease is renewed every 20 s. */
const TURN_LATE_MS = 60_000;

/** Reads what the daemon before this one knew, so that a restart forgets no last mail. */
export async function openSights(needs: SightsNeeds): Promise<Sights> {
  const { store, clock } = needs;
  const before = await store.overview(clock.nowSeconds(), clock.nowSeconds());
  const book = openBook(new Map(before.mailboxes.map(({ mailbox, standing }) => [mailbox, standing])));
  let log: Log = silentLog;
  let wrong: Wrong = { outage: [], late: [], atMs: clock.nowMs() };
  const look = async (): Promise<Glance> => ({
    wrong: [...wrong.outage, ...wrong.late],
    backlog: await store.backlog(),
    breakers: await store.breakers(),
    canaries: await store.canaries(),
    mailboxes: asOfNow(book.standings(), clock.nowSeconds()),
  });
  const metrics = needs.counted ? (await import('./runtime/metrics.ts')).openMetrics(needs.version, look) : NO_METRICS;
  const own = openOwnFaults(() => log, metrics, clock);
  const daemon = { pid: process.pid, version: needs.version, startedAtSeconds: clock.nowSeconds() };
  let configuredAtSeconds = clock.nowSeconds();
  const keeper = openKeeper(needs, look, () => [{ ...daemon, configuredAtSeconds }, book.standings()]);
  return {
    metrics,
    ...tellers(book, metrics, own, clock),
    posted(report) {
      metrics.posted(report);
      keeper.ageLine();
    },
    begin(mailboxes, newLog) {
      log = newLog;
      configuredAtSeconds = clock.nowSeconds();
      book.begin(mailboxes);
      for (const name of mailboxes) own.expect(name);
    },
    turned(outage, late) {
      if (outage.length + late.length + wrong.outage.length + wrong.late.length > 0) keeper.ageLine();
      wrong = { outage, late, atMs: clock.nowMs() };
    },
    late: () => [...wrong.late, ...overdue(clock.nowMs() - wrong.atMs)],
    outage: () => [...wrong.outage],
    async keep(signal) {
      let pauseMs = ROUND_MS;
      while (!signal.aborted) {
        own.tell();
        countTroubles(metrics, book.seen);
        const changed = await keeper.round(log);
        pauseMs = changed ? ROUND_MS : Math.min(2 * pauseMs, QUIET_ROUND_MS);
        await clock.sleep(pauseMs, signal);
      }
    },
    async close() {
      own.tell(true);
      book.end();
      await keeper.keepNow();
    },
    notFollowed: () => Object.entries(book.standings()).flatMap(([name, one]) => whyNot(name, one) ?? []),
  };
}

/** What the loops tell as they go. */
function tellers(
  book: Book,
  metrics: Metrics,
  own: OwnFaults,
  clock: Clock,
): Pick<Sights, 'follow' | 'budgetOf' | 'passed' | 'failed'> {
  return {
    follow(name, mailbox, catchUp) {
      Object.assign(book.of(name), { mailbox, catchUp });
    },
    budgetOf(name, dailyBytes) {
      const seen = book.of(name);
      const budget = openBudget(dailyBytes, seen.received?.(), clock, bytes => {
        metrics.received(name, bytes);
      });
      seen.received = budget.standing;
      return budget;
    },
    passed(name, chunk, conclusion, recorded) {
      noteChunk(book.of(name), chunk);
      count(metrics, name, chunk, conclusion, recorded);
      const isNew = new Set(recorded.newUids);
      for (const { uid, verdicts } of conclusion.outcomes) {
        if (!isNew.has(uid)) continue;
        for (const verdict of verdicts) if (verdict.about === 'sender') own.saw(name, verdict);
      }
    },
    failed(name, { code, message, hint }) {
      metrics.mailboxFault(name, code);
      const atSeconds = clock.nowSeconds();
      const seen = book.of(name);
      seen.countedAtSeconds = atSeconds;
      seen.fault = { code, message, ...(hint === undefined ? {} : { cure: hint }), atSeconds };
    },
  };
}

interface Wrong {
  readonly outage: readonly string[];
  readonly late: readonly string[];
  readonly atMs: number;
}

type Standings = readonly [DaemonStanding, Record<string, MailboxStanding>];

/** Writes to the outbox and to systemd what is new, and no more often than that. */
function openKeeper(needs: SightsNeeds, look: () => Promise<Glance>, standings: () => Standings) {
  const { store, lease, clock, notify } = needs;
  let kept = '';
  let keptAtMs = Number.NEGATIVE_INFINITY;
  let line = '';
  let lineAtMs = Number.NEGATIVE_INFINITY;
  let lineIsOld = true;
  const keepNow = async (): Promise<void> => {
    const [daemon, mailboxes] = standings();
    await store.keepStandings(lease, daemon, mailboxes, clock.nowSeconds());
    kept = JSON.stringify([daemon, mailboxes]);
    keptAtMs = clock.nowMs();
  };
  const showLine = async (): Promise<void> => {
    const now = statusLine(await look(), clock.nowSeconds());
    lineAtMs = clock.nowMs();
    lineIsOld = false;
    if (now !== line) notify(`STATUS=${now}`);
    line = now;
  };
  return {
    keepNow,
    /** What the line tells of has changed. */
    ageLine: () => void (lineIsOld = true),
    /** True when something has changed since the last round. */
    async round(log: Log): Promise<boolean> {
      const changed = JSON.stringify(standings()) !== kept;
      try {
        if (changed || clock.nowMs() - keptAtMs >= KEPT_MS) await keepNow();
        lineIsOld ||= changed;
        if (clock.nowMs() - lineAtMs >= (lineIsOld ? LINE_MS : QUIET_LINE_MS)) await showLine();
      } catch (error) {
        const fault = asFault(error);
        if (fault.code === 'LEASE_LOST') throw fault;
        log.debug(`the standing could not be kept: ${fault.message}`);
      }
      return changed;
    },
  };
}

/** A mailbox mends a lost connection by itself, and tells of it only when it is asked. */
function countTroubles(metrics: Metrics, seen: ReadonlyMap<string, Seen>): void {
  for (const [name, one] of seen) {
    const { fault } = one.mailbox?.state() ?? {};
    if (fault === undefined || fault.atSeconds === one.countedAtSeconds) continue;
    metrics.mailboxFault(name, fault.code);
    one.countedAtSeconds = fault.atSeconds;
  }
}

/** A mail that is read again, as after a restart, is not counted again. */
function count(metrics: Metrics, name: string, chunk: Chunk, conclusion: Conclusion, recorded: Recorded): void {
  const isNew = new Set(recorded.newUids);
  if (chunk.skipped > 0) metrics.mails(name, 'skipped', chunk.skipped);
  for (const { uid, kind, verdicts } of conclusion.outcomes) {
    if (!isNew.has(uid)) continue;
    metrics.mails(name, kind, 1);
    for (const { verdict, reason } of verdicts) metrics.verdict(name, verdict, reason);
  }
}

/** Whoever renews the lease and asks the loops has stopped himself. */
function overdue(lateMs: number): string[] {
  return lateMs < TURN_LATE_MS ? [] : [`the lease was last renewed ${Math.floor(lateMs / 1000)} s ago`];
}

function whyNot(name: string, { connected, lastScanSeconds, fault }: MailboxStanding): string | undefined {
  if (connected && lastScanSeconds !== undefined) return undefined;
  if (connected) return `mailbox ${name}: logged in, has not looked yet`;
  return `mailbox ${name}: ${fault === undefined ? 'not connected yet' : fault.message}`;
}
