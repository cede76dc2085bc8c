/**
 * Station 5: provenance. Takes verdicts, the message and what was found in Sent; gives events to post, or held ones
 * with the proof that is missing, and the address to report. Pure, never throws.
 */

/** Something to tell the callback, proven. */
export interface Event {
  /** SHA-256 (hex) of mailbox account, message identity and lower-cased recipient: the same however often it is read. */
  readonly id: string;
  /** Names from the configuration; never an URL. */
  readonly mailbox: string;
  readonly callback: string;
  /** The address the mail had been sent to. */
  readonly address: string;
  readonly verdict: 'hard' | 'soft';
  /** When it bounced, epoch seconds. */
  readonly tsSeconds: number;
  /** How it was proven: "sent" (found in Sent with this recipient), "off" (nobody asked). */
  readonly proof: string;
}

/** An event that waits for its proof. */
export interface Held extends Omit<Event, 'proof'> {
  /** What is missing, in words for the operator. */
  readonly missing: string;
  /** Message-IDs to look up again. */
  readonly originalMessageIds: readonly string[];
  /** Every name the report gave the recipient; one of them must be among the sent mail's recipients. */
  readonly names: readonly string[];
}
