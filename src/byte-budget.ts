/**
 * The bytes that one mailbox may give a day. Takes what came over the wire, gives how long catching up has to wait, and
 * what to keep across a restart. Never holds up new mail: only who catches up asks.
 */
import type { ReceivedStanding } from './outbox/outbox.ts';
import type { Clock } from './shared/clock.ts';
import type { Meter } from './shared/meter.ts';

export interface Budget extends Meter {
  readonly standing: () => ReceivedStanding;
  /** Since it was opened. */
  totalBytes(): number;
}

const DAY_SECONDS = 86_400;
/**
 * Half of a day's bytes may come at once, the other half is spread evenly: so no 24 hours see more than the whole, and
 * nobody stands still for the rest of a day that has begun fast.
 */
const AT_ONCE = 0.5;
/** A wait ends when so much of a day's bytes may come again: half an hour at the even pace, not a mail a second. */
const PORTION = 1 / 96;

/**
 * @param dailyBytes undefined: counts, and never asks for a wait
 * @param before what was kept of the days before, in this process or an earlier one
 */
export function openBudget(
  dailyBytes: number | undefined,
  before: ReceivedStanding | undefined,
  clock: Pick<Clock, 'nowSeconds'>,
  onReceived?: (bytes: number) => void,
): Budget {
  let standing = adopted(dailyBytes, before, clock.nowSeconds());
  let totalBytes = 0;
  return {
    received(bytes) {
      if (bytes === 0) return;
      const { todayBytes, leftBytes, ...rest } = asOf(standing, clock.nowSeconds());
      standing = {
        ...rest,
        todayBytes: todayBytes + bytes,
        ...(leftBytes === undefined ? {} : { leftBytes: leftBytes - bytes }),
      };
      totalBytes += bytes;
      onReceived?.(bytes);
    },
    waitMs() {
      const nowSeconds = clock.nowSeconds();
      const { leftBytes = Infinity } = asOf(standing, nowSeconds);
      const { waitsUntilSeconds, ...rest } = standing;
      const portion = (dailyBytes ?? 0) * PORTION;
      if (dailyBytes === undefined || leftBytes >= (waitsUntilSeconds === undefined ? 1 : portion)) {
        standing = rest;
        return 0;
      }
      const seconds = Math.ceil((portion - leftBytes) / bytesPerSecond(dailyBytes));
      standing = { ...rest, waitsUntilSeconds: nowSeconds + seconds };
      return seconds * 1_000;
    },
    standing: () => standing,
    totalBytes: () => totalBytes,
  };
}

/**
 * The same at this time: with the bytes of the day that is now (UTC), and with what may come at once by now; that is
 * below 0 where new mail took more.
 */
export function asOf(standing: ReceivedStanding, nowSeconds: number): ReceivedStanding {
  const { todayBytes, atSeconds, dailyBytes, leftBytes, waitsUntilSeconds: until } = standing;
  const counted = {
    atSeconds: nowSeconds,
    todayBytes: dayOf(atSeconds) === dayOf(nowSeconds) ? todayBytes : 0,
    // A wait that a lost connection has ended is not told any more.
    ...(until === undefined || until < nowSeconds ? {} : { waitsUntilSeconds: until }),
  };
  if (dailyBytes === undefined || leftBytes === undefined) return counted;
  // A clock that went back earns nothing.
  const seconds = Math.max(0, nowSeconds - atSeconds);
  const earned = leftBytes + seconds * bytesPerSecond(dailyBytes);
  return { ...counted, dailyBytes, leftBytes: Math.round(Math.min(dailyBytes * AT_ONCE, earned)) };
}

/** Seconds until so many bytes may have come, from a standing of now; undefined without a budget. */
export function secondsFor(bytes: number, { dailyBytes, leftBytes }: ReceivedStanding): number | undefined {
  if (dailyBytes === undefined || leftBytes === undefined) return undefined;
  return Math.max(0, bytes - leftBytes) / bytesPerSecond(dailyBytes);
}

function dayOf(seconds: number): number {
  return Math.floor(seconds / DAY_SECONDS);
}

/** How fast the half that is spread comes back. */
function bytesPerSecond(dailyBytes: number): number {
  return (dailyBytes * (1 - AT_ONCE)) / DAY_SECONDS;
}

/** What was kept, under the budget of now: another one begins with as much of it used as was used of the last. */
function adopted(
  dailyBytes: number | undefined,
  before: ReceivedStanding | undefined,
  nowSeconds: number,
): ReceivedStanding {
  const {
    todayBytes,
    leftBytes,
    dailyBytes: was,
  } = asOf(before ?? { todayBytes: 0, atSeconds: nowSeconds }, nowSeconds);
  const counted = { todayBytes, atSeconds: nowSeconds };
  if (dailyBytes === undefined) return counted;
  // Without a budget before, today's bytes are all that is known to have come.
  const used = was === undefined || leftBytes === undefined ? todayBytes : was * AT_ONCE - leftBytes;
  return { ...counted, dailyBytes, leftBytes: dailyBytes * AT_ONCE - used };
}
