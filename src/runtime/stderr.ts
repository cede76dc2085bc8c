/**
 * What stands behind standard error: the journal, a terminal, or something else. Takes $JOURNAL_STREAM, gives the
 * format that fits; writes nothing.
 */
import { fstatSync } from 'node:fs';
import type { LogFormat } from './log-lines.ts';

/** The format for this very program's standard error; `json` where it is closed. */
export function formatOfStderr(journalStream: string | undefined): LogFormat {
  try {
    const { dev, ino } = fstatSync(2);
    return chooseFormat(journalStream, { dev, ino, isTty: process.stderr.isTTY });
  } catch {
    return 'json';
  }
}

/**
 * `journal` when standard error is the journal's own socket (systemd.exec(5): JOURNAL_STREAM is "device:inode", and
 * may be inherited by what writes elsewhere), `human` on a terminal, else `json`.
 */
export function chooseFormat(
  journalStream: string | undefined,
  stderr: { readonly dev: number; readonly ino: number; readonly isTty: boolean },
): LogFormat {
  if (journalStream === `${stderr.dev}:${stderr.ino}`) return 'journal';
  return stderr.isTty ? 'human' : 'json';
}
