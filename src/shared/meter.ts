/**
 * What comes over the wire, counted, and how fast catching up may go. Type only: who counts lives at the top
 * (src/byte-budget.ts).
 */

export interface Meter {
  /** So many bytes have come from the mailbox, as IMAP says them: before compression, without TLS. */
  received(bytes: number): void;
  /** How long catching up has to wait before it reads on, milliseconds; 0: not at all. */
  waitMs(): number;
}
