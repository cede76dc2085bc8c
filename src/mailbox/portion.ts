/**
 * How many mails are looked at together: as many as fit into a chunk's bytes, and one at a time after a failure, until
 * it is clear which mail is at fault. Takes UIDs and asks the server for sizes; fetches nothing else.
 */
import { Fault } from '../shared/fault.ts';
import { LIMITS } from '../shared/limits.ts';
import type { Connection } from './connection.ts';

export interface Portion {
  readonly uids: readonly number[];
  /** Mails of which even a few header fields might be too much: to be fetched up to a limit only. */
  readonly large: ReadonlySet<number>;
  /** Mails whose structure could not be read: to be fetched without it, as a whole up to a limit. */
  readonly shapeless: ReadonlySet<number>;
  /** Mails that could not be fetched in any way: not asked for. */
  readonly leftOut: ReadonlySet<number>;
}

export interface Portions {
  /** Works on the first of these UIDs, at least one; what the work fails with is passed on. */
  first<T>(
    connection: Pick<Connection, 'fetch'>,
    uids: readonly number[],
    work: (portion: Portion) => Promise<T>,
    signal: AbortSignal,
  ): Promise<{ readonly portion: Portion; readonly done: T }>;
}

/** What is fetched of a mail at most, whatever it claims: its header twice, and its parts or its source. */
const MOST_BYTES = 2 * LIMITS.headerBytes + LIMITS.sourceBytes;

/** How often a mail may fail by itself before it is left out. */
const TRIES = 3;
/** How often in a row a connection may end over the same mails before it counts as theirs. */
const DROPS = 3;

/**
 * For one mailbox; remembers what failed. A failure that is none of the network's is some mail's: the mails of that
 * portion are then taken one by one, and the one that fails again is fetched in another way, and at last left out. So
 * it is for mails over which the server ends one connection after the other.
 */
export function openPortions(): Portions {
  let carefulUntil = 0;
  const failed = new Map<number, number>();
  let drops = { uid: 0, times: 0 };
  const failedOften = (times: number): Set<number> =>
    new Set([...failed].filter(([, count]) => count >= times).map(([uid]) => uid));
  return {
    async first(connection, uids, work, signal) {
      const most = (uids[0] ?? 0) <= carefulUntil ? 1 : LIMITS.chunkMails;
      const asked = uids.slice(0, most);
      const [first = 0] = asked;
      let sized = false;
      try {
        const some = await whatFits(connection, asked, signal);
        sized = true;
        const portion = { ...some, shapeless: failedOften(1), leftOut: failedOften(TRIES) };
        return { portion, done: await work(portion) };
      } catch (error) {
        // A server that is down would not have told the sizes.
        const isTheirs = sized && isDrop(error);
        if (isTheirs) drops = { uid: first, times: drops.uid === first ? drops.times + 1 : 1 };
        if (!isOfTheNetwork(error) || (isTheirs && drops.times % DROPS === 0)) {
          if (asked.length === 1) failed.set(first, (failed.get(first) ?? 0) + 1);
          carefulUntil = Math.max(carefulUntil, asked.at(-1) ?? 0);
        }
        throw error;
      }
    },
  };
}

/** What connectionFault knows by name is about line, server or account. */
function isOfTheNetwork(error: unknown): boolean {
  return error instanceof Fault && error.code !== 'IMAP';
}

function isDrop(error: unknown): boolean {
  return error instanceof Fault && error.code === 'CONNECTION_LOST';
}

async function whatFits(
  connection: Pick<Connection, 'fetch'>,
  asked: readonly number[],
  signal: AbortSignal,
): Promise<Pick<Portion, 'uids' | 'large'>> {
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
  const uids = fits < 0 ? asked : asked.slice(0, fits);
  return { uids, large: new Set(uids.filter(uid => (sizes.get(uid) ?? 0) > LIMITS.sourceBytes)) };
}
