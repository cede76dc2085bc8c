/**
 * What is known of each mailbox that is followed, put together from what it tells itself, what was seen of it, and what
 * was kept before this process. Takes notes, gives standings. Decides nothing.
 */
import { asOf } from './byte-budget.ts';
import type { CatchUp } from './catch-up.ts';
import type { Chunk, Mailbox, MailboxTrouble } from './mailbox/mailbox.ts';
import type { MailboxStanding, ReceivedStanding } from './outbox/outbox.ts';

/** What is known of one mailbox besides what it knows itself. */
export interface Seen {
  mailbox?: Pick<Mailbox, 'state'>;
  lastMailSeconds?: number;
  behind: boolean;
  fault?: MailboxTrouble;
  /** The trouble of its own that has been counted. */
  countedAtSeconds?: number;
  catchUp?: Pick<CatchUp, 'standing'>;
  /** What was kept of it, until its budget is there. */
  received?: () => ReceivedStanding | undefined;
}

/** What is known of each mailbox that is followed. */
export interface Book {
  readonly seen: ReadonlyMap<string, Seen>;
  begin(mailboxes: readonly string[]): void;
  of(name: string): Seen;
  standings(): Record<string, MailboxStanding>;
  /** Nothing is connected any more; the rest stays as it was. */
  end(): void;
}

export function openBook(before: ReadonlyMap<string, MailboxStanding | undefined>): Book {
  const seen = new Map<string, Seen>();
  return {
    seen,
    begin(mailboxes) {
      for (const name of seen.keys()) if (!mailboxes.includes(name)) seen.delete(name);
      for (const name of mailboxes) {
        const { lastMailSeconds: last, received } = before.get(name) ?? {};
        const fresh = {
          behind: false,
          received: () => received,
          ...(last === undefined ? {} : { lastMailSeconds: last }),
        };
        seen.set(name, seen.get(name) ?? fresh);
      }
    },
    of: name => seen.get(name) ?? { behind: false },
    standings: () => Object.fromEntries([...seen].map(([name, one]) => [name, standingOf(one)])),
    end() {
      for (const one of seen.values()) {
        const last = one.mailbox?.state();
        if (last !== undefined) one.mailbox = { state: () => ({ ...last, connected: false }) };
      }
    },
  };
}

/** What a budget has earned since bytes came last is no news that had to be kept. */
export function asOfNow(
  standings: Record<string, MailboxStanding>,
  nowSeconds: number,
): Record<string, MailboxStanding> {
  return Object.fromEntries(
    Object.entries(standings).map(([name, { received, ...rest }]) => [
      name,
      received === undefined ? rest : { ...rest, received: asOf(received, nowSeconds) },
    ]),
  );
}

export function noteChunk(seen: Seen, { messages, caughtUp }: Chunk): void {
  seen.behind = !caughtUp;
  for (const { internalDateSeconds = 0 } of messages) {
    if (internalDateSeconds > (seen.lastMailSeconds ?? 0)) seen.lastMailSeconds = internalDateSeconds;
  }
}

function standingOf({ mailbox, lastMailSeconds, behind, fault, ...seen }: Seen): MailboxStanding {
  const { connected, folder, lastScanSeconds, fault: own } = mailbox?.state() ?? { connected: false };
  const latest = own !== undefined && (fault === undefined || own.atSeconds >= fault.atSeconds) ? own : fault;
  const catchingUp = seen.catchUp?.standing();
  const received = seen.received?.();
  return {
    connected,
    behind,
    ...(catchingUp === undefined ? {} : { catchingUp }),
    ...(received === undefined ? {} : { received }),
    ...(folder === undefined ? {} : { folder }),
    ...(lastScanSeconds === undefined ? {} : { lastScanSeconds }),
    ...(lastMailSeconds === undefined ? {} : { lastMailSeconds }),
    ...(latest === undefined ? {} : { fault: latest }),
  };
}
