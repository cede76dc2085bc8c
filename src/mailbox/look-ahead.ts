/**
 * The looks at mails taken while those before them are still being fetched: the server has something to do at any time,
 * and a chunk waits for one round trip only. Takes a connection with the folder open and portions in their order, gives
 * what they are at the closer look.
 */
import type { Connection } from './connection.ts';
import type { Interest } from './mailbox.ts';
import type { Portion } from './portion.ts';
import { firstLook, lookCloser } from './read-chunk.ts';
import type { CloserLook, FirstLook } from './read-chunk.ts';

/** So many portions behind the one that is read: of the first the closer look is taken, of the other the first. */
export const LOOKS_AHEAD = 2;

export interface LookAhead {
  /** What these mails are at the closer look, which may have been taken before. */
  at(portion: Portion): Promise<CloserLook>;
  /**
   * Begins with those behind it.
   * @param behind the UIDs of each portion, where it is clear which they are; at most LOOKS_AHEAD
   */
  begin(portion: Portion, behind: readonly (readonly number[])[]): void;
}

interface Ahead {
  readonly portion: Portion;
  readonly first: Promise<FirstLook>;
  closer?: Promise<CloserLook>;
}

/**
 * For one scan: what failed in it is not looked at again.
 * @param looked told of each first look that was taken
 */
export function openLookAhead(
  connection: Connection,
  interest: Interest,
  signal: AbortSignal,
  looked: (first: FirstLook) => void,
): LookAhead {
  let ahead: Ahead[] = [];
  const look = (portion: Portion): Ahead => {
    const first = firstLook(connection, portion, interest, signal);
    // It may fail before somebody asks for it, and even if nobody does.
    first.then(looked, () => undefined);
    return { portion, first };
  };
  const closerOf = (one: Ahead): Promise<CloserLook> => {
    one.closer ??= one.first.then(first => lookCloser(connection, one.portion, interest, first, signal));
    one.closer.catch(() => undefined);
    return one.closer;
  };
  return {
    async at(portion) {
      const [next] = ahead;
      if (next !== undefined && isSame(next.portion.uids, portion.uids)) {
        ahead.shift();
        return closerOf(next);
      }
      // Two commands must not ask for one mail at a time.
      await Promise.allSettled(ahead.map(({ first, closer }) => closer ?? first));
      ahead = [];
      return closerOf(look(portion));
    },
    begin(portion, behind) {
      for (const uids of behind.slice(ahead.length)) ahead.push(look({ ...portion, uids }));
      const [next] = ahead;
      if (next !== undefined) void closerOf(next);
    },
  };
}

/** Both are parts of one ascending list. */
function isSame(some: readonly number[], others: readonly number[]): boolean {
  return some.length === others.length && some[0] === others[0];
}
