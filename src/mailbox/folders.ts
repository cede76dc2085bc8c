/**
 * Which folders are read and searched. Takes the settings and the folders that the server lists, gives a path; a folder
 * that is named and not there is a Fault with the cure.
 */
import { EXIT, Fault } from '../shared/fault.ts';
import type { Folder } from './connection.ts';
import type { MailboxSettings } from './mailbox.ts';

/** By special use, never by name: Gmail translates all names but INBOX. */
export function folderToRead({ folder, host }: MailboxSettings, folders: readonly Folder[]): string {
  if (folder === undefined) return folders.find(one => one.specialUse === '\\All')?.path ?? 'INBOX';
  if (folders.some(one => one.path === folder)) return folder;
  throw missing(host, 'folder', folder, folders);
}

/** Undefined where the server shows none. */
export function sentFolder(
  { sentFolder: wanted, host }: MailboxSettings,
  folders: readonly Folder[],
): string | undefined {
  if (wanted === undefined) return folders.find(one => one.specialUse === '\\Sent')?.path;
  if (folders.some(one => one.path === wanted)) return wanted;
  throw missing(host, 'sent_folder', wanted, folders);
}

function missing(host: string, key: string, path: string, folders: readonly Folder[]): Fault {
  return new Fault(`${host}: there is no folder "${path}" (${key})`, {
    code: 'FOLDER_MISSING',
    retry: 'never',
    exit: EXIT.config,
    hint: `name one of ${folders.map(one => `"${one.path}"`).join(', ')}, or leave ${key} out`,
  });
}
