/**
 * A damaged outbox: what can still be read is saved into a new one, and the damaged file set aside under a dated name.
 * Takes a path, gives what was saved. Never overwrites the damaged file; until the last step it stays where it is, so
 * that no daemon can begin anew in between.
 */
import { copyFile, constants, link, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { asFault, EXIT, Fault } from '../shared/fault.ts';
import { isThere, listCopies, syncToDisk } from './backup.ts';
import { Database, makePrivateFile, NEW_FILE } from './database.ts';
import { checkHealth } from './health.ts';
import { openLifeLock } from './life-lock.ts';
import { salvage } from './salvage.ts';
import type { SavedTable } from './salvage.ts';
import { admit, isBlank, migrate } from './schema/steps.ts';

/** What a recovery came to. */
export type Recovery =
  | { readonly kind: 'healthy' }
  | {
      readonly kind: 'recovered';
      /** Where the damaged file lies now; undefined when there was none. */
      readonly setAside?: string;
      /** Empty: nothing could be read. */
      readonly tables: readonly SavedTable[];
    };

/**
 * @param stamp for the damaged file's new name, such as 20261123T205500Z
 * @param acceptDoubles go on also where places in the mailboxes or identities of mails are lost, so that mail is read
 * and posted again
 * Rejects with a Fault: exit 75 while a daemon runs on it; 74 where too little can be saved and that was not accepted.
 */
export async function recoverSqlite(path: string, stamp: string, acceptDoubles: boolean): Promise<Recovery> {
  const lock = await openLifeLock(`${path}.lock`);
  if (lock.take() === 'refused') throw runs(path);
  try {
    const present = await isThere(path);
    if (present && isHealthy(path)) return { kind: 'healthy' };
    const fresh = `${path}.recovering`;
    try {
      return await replace(path, fresh, present, stamp, acceptDoubles);
    } catch (error) {
      await rm(fresh, { force: true });
      throw error;
    }
  } finally {
    lock.release();
  }
}

async function replace(
  path: string,
  fresh: string,
  present: boolean,
  stamp: string,
  acceptDoubles: boolean,
): Promise<Recovery> {
  const tables = await build(path, fresh, present);
  const losses = whatRepeats(tables);
  if (losses.length > 0 && !acceptDoubles) throw await tooLittle(path, losses);
  const setAside = present ? await putAside(path, stamp) : undefined;
  await rename(fresh, path);
  await syncToDisk(dirname(path));
  return { kind: 'recovered', tables, ...(setAside === undefined ? {} : { setAside }) };
}

/** Throws a Fault for a file that is not ours to mend: another program's, or a newer version's. */
function isHealthy(path: string): boolean {
  try {
    const database = new Database(path, undefined, true);
    try {
      admit(database);
      checkHealth(database);
      return !isBlank(database);
    } finally {
      database.close();
    }
  } catch (error) {
    const fault = asFault(error);
    if (fault.code === 'STORE_DAMAGED') return false;
    throw fault;
  }
}

/** A new outbox under another name, with all that could be saved; whole on disk when it is done. */
async function build(path: string, fresh: string, present: boolean): Promise<readonly SavedTable[]> {
  for (const suffix of ['', '-journal', '-wal', '-shm']) await rm(`${fresh}${suffix}`, { force: true });
  await makePrivateFile(fresh);
  const database = new Database(fresh);
  try {
    database.exec(`${NEW_FILE}; PRAGMA journal_mode = MEMORY; PRAGMA foreign_keys = OFF`);
    const tables = present ? salvage(path, database) : [];
    migrate(database);
    return tables;
  } finally {
    database.close();
    await syncToDisk(fresh);
  }
}

/** Gives the damaged file a second name, and its log the same; the first name goes with the rename that follows. */
async function putAside(path: string, stamp: string): Promise<string> {
  let aside = `${path}.damaged-${stamp}`;
  for (let count = 2; await isThere(aside); count += 1) aside = `${path}.damaged-${stamp}-${count}`;
  // Not every file system knows a second name.
  await link(path, aside).catch(() => copyFile(path, aside, constants.COPYFILE_EXCL));
  if (await isThere(`${path}-wal`)) await rename(`${path}-wal`, `${aside}-wal`);
  await rm(`${path}-shm`, { force: true });
  await syncToDisk(dirname(path));
  return aside;
}

/** What cannot be read and what comes twice for it. */
interface Loss {
  readonly what: string;
  readonly price: string;
}

/** Empty where what was saved keeps every mail from being posted again. */
function whatRepeats(tables: readonly SavedTable[]): Loss[] {
  const isTorn = (name: string): boolean => tables.some(({ table, whole }) => table === name && !whole);
  const places = tables.find(({ table }) => table === 'cursors');
  if (places?.whole !== true || places.rows === 0) {
    return [
      {
        what:
          `${tables.length === 0 ? 'nothing of it can be read' : 'the places in the mailboxes cannot be read'}, so the ` +
          'mailboxes would be read again from the last "backfill" days on',
        price: 'what had been posted from those days is posted again, and older mail that was not read yet is not read',
      },
    ];
  }
  return [
    ...(isTorn('message_names') ? [LOST_NAMES] : []),
    // An outbox of an older version has no such table.
    ...(isTorn('noted') ? [LOST_ANSWER] : []),
  ];
}

/** The look below the cursor, for mails that become visible late, would take these for new. */
const LOST_NAMES: Loss = {
  what: 'the identities of some mails cannot be read, so those of the last hour would be taken for new',
  price:
    'what had been posted from the last hour before the damage may be posted again, and from the last "backfill" days ' +
    'should the mail server ever number its mails anew',
};
const LOST_ANSWER: Loss = {
  what: 'the answer to the last request cannot be read, so its events would be taken for not posted',
  price: 'the events of the last request to each callback may be posted again',
};

async function tooLittle(path: string, losses: readonly Loss[]): Promise<Fault> {
  const [what, price] = [losses.map(one => one.what).join('; '), losses.map(one => one.price).join('; ')];
  const [copy] = await listCopies(path);
  const backup = copy === undefined ? 'a backup' : `a backup (the newest copy of our own is ${copy})`;
  return new Fault(`${path}: ${what}`, {
    code: 'STORE_UNRECOVERABLE',
    retry: 'never',
    exit: EXIT.disk,
    hint: `restore ${backup}; or go on with --accept-doubles: ${price}. Nothing was changed`,
  });
}

function runs(path: string): Fault {
  return new Fault(`${path}: a daemon runs on this outbox`, {
    code: 'LEASE_HELD',
    retry: 'later',
    exit: EXIT.leaseHeld,
    hint: 'stop it first (systemctl stop bounced)',
  });
}
