/**
 * What went wrong with the database, as a Fault. Takes what SQLite threw, names the file and the cure.
 */
import { EXIT, Fault } from '../shared/fault.ts';

/** SQLite's primary result codes (https://sqlite.org/rescode.html) that an operator can do something about. */
const KNOWN: Readonly<Record<number, { code: string; what: string; hint: string; retry: 'later' | 'never' }>> = {
  5: {
    code: 'DATABASE_BUSY',
    what: 'is locked by another program',
    hint: 'end the program that holds it (a backup? an sqlite3 shell?)',
    retry: 'later',
  },
  8: { code: 'DATABASE_READONLY', what: 'cannot be written', hint: 'let the service user write it', retry: 'never' },
  10: { code: 'DISK_ERROR', what: 'gave an input/output error', hint: 'look at the disk (dmesg)', retry: 'later' },
  11: {
    code: 'DATABASE_DAMAGED',
    what: 'is damaged',
    hint: 'stop bounced, move the file aside, restore a backup if there is one; without one the last days are read again and may be posted twice',
    retry: 'never',
  },
  13: { code: 'DISK_FULL', what: 'cannot grow: the disk is full', hint: 'free some space', retry: 'later' },
  14: {
    code: 'DATABASE_UNOPENABLE',
    what: 'cannot be opened',
    hint: 'make its folder exist and writable for the service user, or name another state_dir',
    retry: 'never',
  },
  26: {
    code: 'DATABASE_DAMAGED',
    what: 'is no SQLite database',
    hint: 'move it aside, or name another state_dir',
    retry: 'never',
  },
};

/** A Fault with exit code 74 that names the file; a Fault passes through. */
export function diskFault(error: unknown, path: string): Fault {
  if (error instanceof Fault) return error;
  const known = KNOWN[resultCode(error) & 0xff];
  const words = error instanceof Error ? error.message : String(error);
  if (known === undefined) {
    return new Fault(`${path}: ${words}`, { code: 'DATABASE', retry: 'later', exit: EXIT.disk, cause: error });
  }
  const { code, what, hint, retry } = known;
  return new Fault(`${path} ${what} (${words})`, { code, retry, hint, exit: EXIT.disk, cause: error });
}

function resultCode(error: unknown): number {
  if (typeof error !== 'object' || error === null) return 0;
  const { errcode } = error as { errcode?: unknown };
  return typeof errcode === 'number' ? errcode : 0;
}
