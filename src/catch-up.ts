/**
 * How far a mailbox is with a backlog: looked at, of how many, bounces, bytes, time left. Takes each chunk that was
 * recorded, gives words for the log and for whoever watches. Says nothing of new mail that is read as it comes.
 */
import { asOf, secondsFor } from './byte-budget.ts';
import type { Budget } from './byte-budget.ts';
import type { CatchUpStanding, ReceivedStanding } from './outbox/outbox.ts';
import type { Clock } from './shared/clock.ts';
import type { Log } from './shared/log.ts';

export interface Step {
  /** Mails looked at, own ones that were skipped among them; and mails that are known and still to be read. */
  readonly looked: number;
  readonly left: number;
  readonly bounces: number;
}

export interface CatchUp {
  /** A chunk was recorded. */
  note(step: Step): void;
  /** Undefined while nothing is to be caught up with. */
  standing(): CatchUpStanding | undefined;
}

/** Where a person watches: what is drawn over and over; without words nothing is. */
export type Draw = (mailbox: string, words: string | undefined) => void;

const LINE_EVERY_MS = 60_000;
const DAY_SECONDS = 86_400;

export function openCatchUp(
  mailbox: string,
  clock: Pick<Clock, 'nowMs' | 'nowSeconds'>,
  log: Log,
  budget: Pick<Budget, 'standing' | 'totalBytes'>,
  draw?: Draw,
): CatchUp {
  let begun: Begun | undefined;
  // Of the first chunk, too: what came until the note before.
  let notedBytes = budget.totalBytes();
  let sum = { mails: 0, of: 0, bounces: 0 };
  let lineAtMs = 0;
  const standing = (): CatchUpStanding | undefined => {
    if (begun === undefined) return undefined;
    const received = asOf(budget.standing(), clock.nowSeconds());
    const bytes = budget.totalBytes() - begun.fromBytes;
    const tookSeconds = (clock.nowMs() - begun.sinceMs) / 1_000;
    const secondsLeft = timeLeft({ ...sum, bytes, tookSeconds, first: begun.mails }, received);
    const { waitsUntilSeconds: until } = received;
    return {
      ...sum,
      bytes,
      sinceSeconds: Math.floor(begun.sinceMs / 1_000),
      ...(secondsLeft === undefined ? {} : { secondsLeft }),
      ...(until === undefined ? {} : { waitsUntilSeconds: until }),
    };
  };
  const tell = (now: CatchUpStanding, over: boolean): void => {
    const { mails, of, bounces, bytes, secondsLeft, sinceSeconds } = now;
    const counts = { mails, ...(over ? {} : { of }), bounces, receivedBytes: bytes };
    if (over) log.info('caught up', { ...counts, tookSeconds: clock.nowSeconds() - sinceSeconds });
    else if (draw === undefined && clock.nowMs() - lineAtMs >= LINE_EVERY_MS) {
      lineAtMs = clock.nowMs();
      log.info('catching up', { ...counts, secondsLeft });
    }
    draw?.(mailbox, over ? undefined : catchUpWords(now));
  };
  return {
    note({ looked, left, bounces }) {
      const before = notedBytes;
      notedBytes = budget.totalBytes();
      if (begun === undefined && left === 0) return;
      begun ??= { sinceMs: clock.nowMs(), fromBytes: before, mails: looked };
      const mails = sum.mails + looked;
      sum = { mails, of: mails + left, bounces: sum.bounces + bounces };
      const now = standing();
      if (now !== undefined) tell(now, left === 0);
      if (left > 0) return;
      begun = undefined;
      sum = { mails: 0, of: 0, bounces: 0 };
      lineAtMs = 0;
    },
    standing,
  };
}

/** "1200 of 90000 mails, 31 bounces, 2.9 MB, about 2 h left". */
export function catchUpWords({ mails, of, bounces, bytes, secondsLeft, waitsUntilSeconds }: CatchUpStanding): string {
  return [
    `${mails} of ${of} mails`,
    `${bounces} ${bounces === 1 ? 'bounce' : 'bounces'}`,
    bytesInWords(bytes),
    ...(secondsLeft === undefined ? [] : [`about ${roughly(secondsLeft)} left`]),
    ...(waitsUntilSeconds === undefined ? [] : [`waits until ${clockTime(waitsUntilSeconds)} for daily_bytes`]),
  ].join(', ');
}

/** In the largest decimal unit that leaves a whole: "812 MB", "2.9 MB", "640 kB". */
export function bytesInWords(bytes: number): string {
  const [size, unit] = bytes >= 1e9 ? [1e9, 'GB'] : bytes >= 1e6 ? [1e6, 'MB'] : [1e3, 'kB'];
  const count = bytes / size;
  return `${count >= 100 ? Math.round(count) : count.toFixed(1)} ${unit}`;
}

interface Begun {
  readonly sinceMs: number;
  readonly fromBytes: number;
  /** What was read before that time: the first chunk. */
  readonly mails: number;
}

interface Sofar {
  readonly mails: number;
  readonly of: number;
  readonly bytes: number;
  /** Since the first chunk, of so many mails, was recorded. */
  readonly tookSeconds: number;
  readonly first: number;
}

/** By the pace so far, and by what the budget will let through; undefined where there is no pace yet. */
function timeLeft(sofar: Sofar, received: ReceivedStanding): number | undefined {
  const { mails, of, bytes, tookSeconds, first } = sofar;
  if (mails <= first || tookSeconds < 1) return undefined;
  const left = of - mails;
  const byPace = (left * tookSeconds) / (mails - first);
  const byBudget = secondsFor((left * bytes) / mails, received) ?? 0;
  return Math.round(Math.max(byPace, byBudget));
}

function roughly(seconds: number): string {
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  return seconds < 2 * DAY_SECONDS ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / DAY_SECONDS)} d`;
}

function clockTime(seconds: number): string {
  return `${new Date(seconds * 1_000).toISOString().slice(11, 16)} UTC`;
}
