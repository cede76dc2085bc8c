/**
 * How many mails are looked at together. Takes UIDs and asks the server for their sizes, gives as many of the first
 * ones as fit into a chunk's bytes, and tells which of them are large. Fetches nothing else.
 */
import { LIMITS } from '../shared/limits.ts';
import type { Connection } from './connection.ts';

export interface Portion {
  readonly uids: readonly number[];
  /** Mails of which even a few header fields might be too much: to be fetched up to a limit only. */
  readonly large: ReadonlySet<number>;
}

/** What is fetched of a mail at most, whatever it claims: its header twice, and its parts or its source. */
const MOST_BYTES = 2 * LIMITS.headerBytes + LIMITS.sourceBytes;

/** The first of these UIDs, at least one, at most a chunk. */
export async function nextPortion(
  connection: Pick<Connection, 'fetch'>,
  uids: readonly number[],
  signal: AbortSignal,
): Promise<Portion> {
  const asked = uids.slice(0, LIMITS.chunkMails);
  const sizes = new Map<number, number>();
  // A mail that gives no size is gone, or may have any.
  for (const { uid, size } of await connection.fetch(asked, { uid: true, size: true }, signal)) {
    sizes.set(uid, size ?? Infinity);
  }
  let left: number = LIMITS.chunkBytes;
  const fits = asked.findIndex((uid, index) => {
    left -= Math.min(sizes.get(uid) ?? 0, MOST_BYTES);
    return left < 0 && index > 0;
  });
  const taken = fits < 0 ? asked : asked.slice(0, fits);
  return { uids: taken, large: new Set(taken.filter(uid => (sizes.get(uid) ?? 0) > LIMITS.sourceBytes)) };
}
