/**
 * What STATUS and EXAMINE tell of a folder (RFC 3501 6.3.10, 6.3.2). Takes the folder and what is asked, gives the
 * words; pure.
 */
import type { StoredFolder } from './imap-server.ts';

/** "MESSAGES 3 UNSEEN 1"; what is not known is left out. */
export function statusOf({ mails, uidNext, uidValidity }: StoredFolder, asked: readonly string[]): string {
  const unseen = mails.filter(({ flags }) => !flags.includes('\\Seen')).length;
  const counts = new Map(
    Object.entries({ MESSAGES: mails.length, RECENT: 0, UIDNEXT: uidNext, UIDVALIDITY: uidValidity, UNSEEN: unseen }),
  );
  const known = asked.map(word => word.toUpperCase()).filter(word => counts.has(word));
  return known.map(word => `${word} ${counts.get(word) ?? 0}`).join(' ');
}

/** The untagged lines of EXAMINE. */
export function examined({ mails, uidNext, uidValidity }: StoredFolder): string[] {
  return [
    '* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)',
    '* OK [PERMANENTFLAGS ()] read-only',
    `* ${mails.length} EXISTS`,
    '* 0 RECENT',
    `* OK [UIDVALIDITY ${uidValidity}] valid`,
    `* OK [UIDNEXT ${uidNext}] next`,
  ];
}
