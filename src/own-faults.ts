/**
 * Refusals for a fault of our own side (spam, SPF, a sending limit ...), told apart: at once, then once an hour and
 * reason with how often. Takes them one by one, gives lines of the log. A mail each would drown what has to be done.
 */
import type { Metrics } from './runtime/metrics.ts';
import type { Clock } from './shared/clock.ts';
import type { Log } from './shared/log.ts';
import { REASONS } from './verdict/words.ts';
import type { Reason, Ruling } from './verdict/verdict.ts';

export interface OwnFaults {
  /** One refusal. */
  saw(mailbox: string, verdict: Ruling): void;
  /** Tells what has gathered for an hour; all of it at the end. */
  tell(all?: boolean): void;
  /** The series of a mailbox begin at 0, so that its first refusal is seen as a rise. */
  expect(mailbox: string): void;
}

interface Gathered {
  readonly mailbox: string;
  readonly reason: Reason;
  /** Not told yet. */
  count: number;
  toldAtMs: number;
}

const EVERY_MS = 3_600_000;
const CURE = 'it is no fault of the recipients: docs/OPERATIONS.md, "Faults of our own side", says what to look at';

/** The reasons that speak of the sender. */
export const OWN_REASONS: readonly Reason[] = (Object.keys(REASONS) as Reason[]).filter(
  reason => REASONS[reason].about === 'sender',
);

export function openOwnFaults(log: () => Log, metrics: Metrics, clock: Pick<Clock, 'nowMs'>): OwnFaults {
  const gathered = new Map<string, Gathered>();
  const say = (one: Gathered, more: { status?: string; replyCode?: string } = {}): void => {
    const { mailbox, reason, count } = one;
    const fields = { mailbox, reason, count, meaning: REASONS[reason].meaning, ...more, cure: CURE };
    log().warn('refused for a fault of our own side', fields);
    one.count = 0;
    one.toldAtMs = clock.nowMs();
  };
  return {
    saw(mailbox, { reason, status, replyCode }) {
      metrics.ownFault(mailbox, reason, 1);
      const key = `${mailbox} ${reason}`;
      const one = gathered.get(key) ?? { mailbox, reason, count: 0, toldAtMs: Number.NEGATIVE_INFINITY };
      gathered.set(key, one);
      one.count += 1;
      const codes = { ...(status === undefined ? {} : { status }), ...(replyCode === undefined ? {} : { replyCode }) };
      if (clock.nowMs() - one.toldAtMs >= EVERY_MS) say(one, codes as { status?: string });
    },
    tell(all = false) {
      for (const one of gathered.values()) {
        if (one.count > 0 && (all || clock.nowMs() - one.toldAtMs >= EVERY_MS)) say(one);
      }
    },
    expect(mailbox) {
      for (const reason of OWN_REASONS) metrics.ownFault(mailbox, reason, 0);
    },
  };
}
