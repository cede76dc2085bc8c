/**
 * Which mails are looked at together: all that were asked for, and one at a time after a failure, until it is clear
 * which mail is at fault. Takes UIDs and the work to do on them; asks the server for a size where a mail is suspected.
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
  /**
   * Works on the first of these UIDs, at least one; what the work fails with is passed on.
   * @param large those that are known to be large
   */
  first<T>(
    connection: Pick<Connection, 'fetch'>,
    uids: readonly number[],
    work: (portion: Portion) => Promise<T>,
    signal: AbortSignal,
    large?: ReadonlySet<number>,
  ): Promise<T>;
}

/** How often a mail may fail by itself before it is left out. */
const TRIES = 3;
/** How often in a row a connection may end over the same mails before it counts as theirs. */
const DROPS = 3;
const NONE: ReadonlySet<number> = new Set();

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
    async first(connection, uids, work, signal, large = NONE) {
      const [first = 0] = uids;
      const careful = first <= carefulUntil;
      const asked = uids.slice(0, careful ? 1 : LIMITS.chunkMails);
      let answers = !careful;
      try {
        // A server that is down will not tell the size: then the mail is not at fault.
        const suspected = careful ? await isLarge(connection, first, signal) : false;
        answers = true;
        const known = suspected ? new Set([...large, first]) : large;
        return await work({ uids: asked, large: known, shapeless: failedOften(1), leftOut: failedOften(TRIES) });
      } catch (error) {
        const isTheirs = answers && isDrop(error);
        if (isTheirs) drops = { uid: first, times: drops.uid === first ? drops.times + 1 : 1 };
        // Neither are the others that were suspected because connections ended.
        else if (isDrop(error)) carefulUntil = 0;
        if (!isOfTheNetwork(error) || (isTheirs && drops.times % DROPS === 0)) {
          if (careful) failed.set(first, (failed.get(first) ?? 0) + 1);
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

/** A mail that gives no size is gone, or may have any. */
async function isLarge(connection: Pick<Connection, 'fetch'>, uid: number, signal: AbortSignal): Promise<boolean> {
  const [one] = await connection.fetch([uid], { uid: true, size: true }, signal);
  return one !== undefined && (one.size ?? Infinity) > LIMITS.sourceBytes;
}
