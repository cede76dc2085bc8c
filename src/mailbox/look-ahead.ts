/**
 * The first look at a chunk, taken while the one before it is still being read: the server has something to do at any
 * time. Takes a connection with the folder open and portions in their order, gives what they are at the first look.
 */
import type { Connection } from './connection.ts';
import type { Interest } from './mailbox.ts';
import type { Portion } from './portion.ts';
import { firstLook } from './read-chunk.ts';
import type { FirstLook } from './read-chunk.ts';

export interface LookAhead {
  /**
   * What these mails are at the first look, which may have been taken before; then begins with those behind them.
   * @param behind those, where it is clear which they are; none: there is nothing to begin with
   */
  at(portion: Portion, behind: readonly number[]): Promise<FirstLook>;
}

/** For one scan: what failed in it is not looked at again. */
export function openLookAhead(connection: Connection, interest: Interest, signal: AbortSignal): LookAhead {
  let ahead: { readonly uids: readonly number[]; readonly look: Promise<FirstLook> } | undefined;
  return {
    async at(portion, behind) {
      const taken = isSame(ahead?.uids, portion.uids) ? ahead?.look : undefined;
      ahead = undefined;
      const look = await (taken ?? firstLook(connection, portion, interest, signal));
      if (behind.length > 0) {
        const next = firstLook(connection, { ...portion, uids: behind }, interest, signal);
        // It may fail before somebody asks for it, and even if nobody does.
        next.catch(() => undefined);
        ahead = { uids: behind, look: next };
      }
      return look;
    },
  };
}

/** Both are parts of one ascending list. */
function isSame(some: readonly number[] | undefined, others: readonly number[]): boolean {
  return some?.length === others.length && some[0] === others[0];
}
