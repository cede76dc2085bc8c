/**
 * SQLite's and the file system's errors as Faults. Takes an error and the file it is about, gives what went wrong,
 * where, and the cure. Never hides an error it does not know.
 */
import { dirname } from 'node:path';
import { asFault, EXIT, Fault } from '../shared/fault.ts';
import type { Retry } from '../shared/fault.ts';

interface Cause {
  readonly code: string;
  readonly words: string;
  readonly retry: Retry;
  readonly hint: (path: string) => string;
}

const FULL: Cause = {
  code: 'DISK_FULL',
  words: 'the disk is full',
  retry: 'later',
  hint: path => `free some space on the file system of ${dirname(path)}; nothing is lost`,
};
const DAMAGED: Cause = {
  code: 'STORE_DAMAGED',
  words: 'this is not a database, or it is damaged',
  retry: 'never',
  hint: () =>
    'run "bounced outbox recover --config FILE": it saves what can still be read and sets the file aside (or restore ' +
    'a backup); until then nothing is read or posted, and nothing was changed',
};
const UNWRITABLE: Cause = {
  code: 'STORE_UNWRITABLE',
  words: 'cannot be written',
  retry: 'never',
  hint: path => `let the user that runs bounced own and write ${dirname(path)}, or set state_dir to a directory it may`,
};
const BUSY: Cause = {
  code: 'STORE_BUSY',
  words: 'another program keeps it locked',
  retry: 'later',
  hint: path => `find the program that has ${path} open (fuser ${path}) and end it`,
};
const BROKEN: Cause = {
  code: 'DISK_ERROR',
  words: 'the disk failed to read or write it',
  retry: 'later',
  hint: path => `look for disk errors in the kernel log, and check the file system of ${dirname(path)}`,
};

const MISSING: Cause = {
  code: 'STORE_MISSING',
  words: 'there is no outbox yet',
  retry: 'never',
  hint: () =>
    '"bounced run" makes it; if it runs already, name its state_dir (an instance of bounced@.service: ' +
    'BOUNCED_STATE_DIR=/var/lib/bounced-NAME in the environment)',
};

// sqlite.org/rescode.html: primary result codes, the low byte of the extended ones.
const BY_RESULT = new Map([
  [5, BUSY],
  [6, BUSY],
  [8, UNWRITABLE],
  [10, BROKEN],
  [11, DAMAGED],
  [13, FULL],
  [14, UNWRITABLE],
  [23, UNWRITABLE],
  [26, DAMAGED],
]);
const BY_ERRNO = new Map([
  ['ENOENT', MISSING],
  ['EACCES', UNWRITABLE],
  ['EPERM', UNWRITABLE],
  ['EROFS', UNWRITABLE],
  ['ENOTDIR', UNWRITABLE],
  ['EISDIR', UNWRITABLE],
  ['EEXIST', UNWRITABLE],
  ['ENOSPC', FULL],
  ['EDQUOT', FULL],
  ['EIO', BROKEN],
]);

const DAMAGED_WORDS = /^(?:database disk image is malformed|file is not a database)$/;

/** Where no outbox has been made yet. */
export function missing(path: string): Fault {
  return faultOf(MISSING, path, 'it holds nothing');
}

/** What a check found wrong with the file. */
export function damaged(path: string, words: string): Fault {
  return faultOf(DAMAGED, path, words);
}

/** The error as a Fault with exit code 74 where it speaks of the disk; a Fault stays as it is. */
export function diskFault(error: unknown, path: string): Fault {
  const cause = error instanceof Fault ? undefined : causeOf(error);
  if (cause === undefined) return asFault(error);
  // The file system's own words repeat the path.
  const { code, message } = error as NodeJS.ErrnoException;
  return faultOf(cause, path, BY_ERRNO.has(code ?? '') ? (code ?? '') : message, error);
}

function faultOf({ code, words, retry, hint }: Cause, path: string, detail: string, cause?: unknown): Fault {
  const oneLine = detail.replace(/\s*\n\s*/g, '; ');
  return new Fault(`${path}: ${words} (${oneLine})`, { code, retry, hint: hint(path), exit: EXIT.disk, cause });
}

function causeOf(error: unknown): Cause | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { errcode, code, message } = error as { errcode?: unknown; code?: unknown; message?: unknown };
  // What goes wrong between two rows comes without a number.
  if (errcode === undefined && DAMAGED_WORDS.test(String(message))) return DAMAGED;
  if (typeof errcode === 'number') return BY_RESULT.get(errcode & 0xff);
  return typeof code === 'string' ? BY_ERRNO.get(code) : undefined;
}
