/**
 * Why a file could not be read, in words. Takes the error of node:fs, gives what follows the file's name, and the cure
 * where the error alone tells it. Never reads anything.
 */

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'is not there',
  ENOTDIR: 'is not there',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
  EISDIR: 'is a folder',
};

/** Such as "is not there", "cannot be read (EIO)". */
export function whyUnread(error: unknown): string {
  const { code = 'error' } = error as NodeJS.ErrnoException;
  return WORDS[code] ?? `cannot be read (${code})`;
}

/** What to do where it is a matter of rights; else what the caller knows. */
export function cureOfUnread(error: unknown, otherwise: string): string {
  const { code = '' } = error as NodeJS.ErrnoException;
  return code === 'EACCES' || code === 'EPERM' ? 'run it as root, with sudo, or as the user it belongs to' : otherwise;
}
