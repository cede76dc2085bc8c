/**
 * Mails that a server lists and does not hand out. Takes their UIDs, asks whether they are still there, and fails so
 * that they are tried again; a few times, then the mails after them are read all the same.
 */
import { Fault } from '../shared/fault.ts';
import type { Log } from '../shared/log.ts';
import type { Connection } from './connection.ts';

export interface Withheld {
  /**
   * Returns when all of these above the last UID are gone, or were tried often enough. Rejects with a Fault when they
   * are to be tried again.
   */
  seek(connection: Connection, missing: readonly number[], lastUid: number, signal: AbortSignal): Promise<void>;
}

/** How often the server may list a mail and not hand it out before the mails after it are read all the same. */
const TRIES = 3;

/** For one mailbox; remembers how often each was missing. */
export function openWithheld(host: string, log: Log): Withheld {
  const times = new Map<number, number>();
  return {
    async seek(connection, missing, lastUid, signal) {
      const above = missing.filter(uid => uid > lastUid);
      if (above.length === 0) return;
      const listed = await connection.search({ uid: above.join(',') }, signal);
      if (listed.length === 0) return;
      const tries = Math.max(...listed.map(uid => times.get(uid) ?? 0)) + 1;
      for (const uid of listed) times.set(uid, tries);
      const fault = notHandedOut(host, listed);
      if (tries < TRIES) throw fault;
      log.error(`${fault.message}: reading on without them`, { cure: fault.hint });
      times.clear();
    },
  };
}

function notHandedOut(host: string, uids: readonly number[]): Fault {
  return new Fault(`${host}: the server lists mails and does not hand them out (UIDs ${uids.slice(0, 5).join(', ')})`, {
    code: 'MAIL_MISSING',
    retry: 'later',
    hint: 'look at these mails in another mail program; they are tried again while they are among the last in the folder',
  });
}
