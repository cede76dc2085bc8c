/**
 * How many bytes of mail a chunk may still hold. Takes what is fetched, mail by mail, and remembers where it became too
 * much: the mails from there on are another chunk's.
 */
import type { Connection, Query } from './connection.ts';
import type { Fetched } from './fetch-row.ts';

export interface Budget {
  /** From this UID on nothing fits; undefined while all does. */
  readonly before: number | undefined;
  /** Takes so many bytes for this mail; false where they do not fit. The first mail fits whatever it takes. */
  take(uid: number, bytes: number): boolean;
  /** Takes what the server hands out of these, ascending, as far as it fits. */
  fetch(
    connection: Connection,
    uids: readonly number[],
    query: Query,
    signal: AbortSignal,
    keep: (one: Fetched) => void,
  ): Promise<void>;
}

export function openBudget(bytes: number): Budget {
  let left = bytes;
  let first: number | undefined;
  let before: number | undefined;
  const take = (uid: number, size: number): boolean => {
    first ??= uid;
    left -= size;
    if (left >= 0 || uid === first) return true;
    before = Math.min(before ?? Infinity, uid);
    return false;
  };
  return {
    get before() {
      return before;
    },
    take,
    async fetch(connection, uids, query, signal, keep) {
      const end = before;
      const asked = uids.filter(uid => uid < (end ?? Infinity));
      const held = new Set<number>();
      await connection.fetchEach(asked, query, signal, one => {
        if (!take(one.uid, bytesOf(one))) return false;
        held.add(one.uid);
        keep(one);
        return true;
      });
      // The order is the server's: what it kept for later may lie before the mail that was too much.
      if (before !== end) before = asked.find(uid => !held.has(uid)) ?? before;
    },
  };
}

function bytesOf({ sections }: Fetched): number {
  let sum = 0;
  for (const bytes of sections.values()) sum += bytes.length;
  return sum;
}
