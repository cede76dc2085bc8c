/**
 * How far a folder has been read. Takes nothing, gives a type; the outbox stores it, the mailbox starts from it.
 */

/** A place in one folder of one mailbox (RFC 3501 2.3.1.1: a UID means something only with its UIDVALIDITY). */
export interface Cursor {
  /** Name of the mailbox in the configuration. */
  readonly mailbox: string;
  /** Folder path as the server spells it. */
  readonly folder: string;
  readonly uidValidity: number;
  /** Highest UID whose outcome is recorded; 0 when none is. */
  readonly lastUid: number;
}
