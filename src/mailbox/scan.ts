/**
 * Which mails are to be looked at: what is new above a cursor, or since a day where there is none. Takes a connection
 * with the folder open, gives UIDs; fetches nothing of the mails but their size.
 */
import type { Cursor } from '../shared/cursor.ts';
import { Fault } from '../shared/fault.ts';
import { LIMITS } from '../shared/limits.ts';
import type { Connection, Opened } from './connection.ts';

/** UIDs can become visible late, below ones already seen: so many below the cursor are looked at again. */
export const OVERLAP = 50;
const DAY_MS = 86_400_000;
/** After UIDVALIDITY has changed: what came since the last look is sought at least so far back. */
const RESCAN_DAYS = 3;

/** UIDs to look at, ascending: above the cursor less an overlap, or by date where the folder has no cursor. */
export async function newUids(
  connection: Connection,
  opened: Opened,
  cursor: Cursor | undefined,
  backfillDays: number,
  nowMs: number,
  signal: AbortSignal,
): Promise<number[]> {
  if (cursor?.uidValidity === opened.uidValidity) {
    const from = Math.max(1, cursor.lastUid - OVERLAP + 1);
    if (opened.exists === 0) return [];
    // RFC 3501 6.4.8: "n:*" always holds the last message, even below n.
    const found = (await connection.search({ uid: `${from}:*` }, signal)).filter(uid => uid >= from);
    return unsearched(connection, opened, cursor.lastUid, found, signal);
  }
  const days = cursor === undefined ? backfillDays : Math.max(backfillDays, RESCAN_DAYS);
  if (days === 0 || opened.exists === 0) return [];
  return connection.search({ since: new Date(nowMs - days * DAY_MS) }, signal);
}

/** UIDs just below UIDNEXT that can be seen now: those that cannot may become visible later. */
export async function lastUids(
  connection: Connection,
  { exists, uidNext }: Opened,
  signal: AbortSignal,
): Promise<number[]> {
  if (exists === 0) return [];
  const from = Math.max(1, uidNext - 2 * OVERLAP);
  return (await connection.search({ uid: `${from}:*` }, signal)).filter(uid => uid >= from && uid < uidNext);
}

/**
 * UIDNEXT has moved and SEARCH shows nothing new: the new mails are gone again, or it does not know of them yet.
 * FETCH asks for the mails themselves.
 */
async function unsearched(
  connection: Connection,
  { uidNext }: Opened,
  lastUid: number,
  found: readonly number[],
  signal: AbortSignal,
): Promise<number[]> {
  if (uidNext - 1 <= lastUid || found.some(uid => uid > lastUid)) return [...found];
  return [...found, ...(await connection.uidsFrom(lastUid + 1, signal))];
}

/** Those of these UIDs, ascending, whose mail is so large that even a few fields of its header might be too much. */
export async function largeUids(
  connection: Connection,
  uids: readonly number[],
  signal: AbortSignal,
): Promise<ReadonlySet<number>> {
  const [first, last] = [uids[0], uids.at(-1)];
  if (first === undefined || last === undefined) return new Set();
  try {
    return new Set(await connection.search({ uid: `${first}:${last}`, larger: LIMITS.sourceBytes }, signal));
  } catch (error) {
    // A server that will not search by size still tells each mail's.
    if (!(error instanceof Fault) || error.code !== 'IMAP' || !connection.alive) throw error;
    const sizes = await connection.fetch(uids, { uid: true, size: true }, signal);
    return new Set(sizes.filter(({ size = Infinity }) => size > LIMITS.sourceBytes).map(({ uid }) => uid));
  }
}
