/**
 * Station 3: the report. Takes a Message, gives a BounceReport or NotABounce with the reason why not.
 * Knows what a bounce looks like; decides nothing about soft or hard. Pure, never throws.
 */

import type { Message } from '../message/message.ts';
import { declaredOtherwise, otherwise } from './not-a-bounce.ts';
import { READERS } from './readers/readers.ts';
import { isCandidate } from './signs.ts';

export { CANDIDATE_FIELDS, isCandidate, isReport, wantedParts } from './words.ts';

/**
 * What the message is: the first reader that understands it gives the report. Readers see candidates only: a mail read
 * from a file is no more than the mailbox, which looks at the header first, would have made of it.
 */
export function readReport(message: Message): Reading {
  const other = declaredOtherwise(message);
  if (other !== undefined) return other;
  if (!isCandidate(message.headers)) return otherwise(message);
  for (const reader of READERS) {
    const report = reader.read(message);
    if (report !== undefined) return report;
  }
  return otherwise(message);
}

/** RFC 3464 2.3.3. */
export type Action = 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded';

/** A line of the mail that something was concluded from. */
export interface Evidence {
  readonly part: 'delivery-status' | 'text' | 'header' | 'returned-header' | 'structure';
  /** The words as they stand in the mail, control characters removed, at most LIMITS.quoteChars long. */
  readonly quote: string;
  /** Which rule took it: a reader's or a table row's name, with its source. */
  readonly rule: string;
}

/** One recipient as the report speaks of it. Addresses are bare; nothing here is believed yet. */
export interface ReportedRecipient {
  /** The address delivery was tried to (RFC 3464 2.3.2). */
  readonly finalRecipient: string;
  /** The address the sender had given (RFC 3464 2.3.1), where the report tells. */
  readonly originalRecipient?: string;
  /** Further names of the same recipient: aliases, "expanded from", ORCPT. */
  readonly alsoKnownAs?: readonly string[];
  readonly action: Action;
  /** Enhanced status code D.D.D (RFC 3463) from the Status field; without one, from the text. */
  readonly status?: string;
  /** Enhanced status code in the reply itself (RFC 2034 4), which may tell more than the reporter's Status field. */
  readonly replyStatus?: string;
  /** SMTP reply code (RFC 5321 4.2) from the diagnostic. */
  readonly replyCode?: number;
  /** What the remote server (or the reporter) said, one line, comments and type removed. */
  readonly diagnostic?: string;
  /** The reporter's words for people about this recipient: used only where the diagnostic is silent. */
  readonly prose?: string;
  /** Name of the server that refused; absent where the reporter itself gave up (RFC 3464 2.3.5). */
  readonly remoteMta?: string;
  /** Addresses and domains of ours that the diagnostic names, lower case: what it says may be said of them. */
  readonly ours?: readonly string[];
  /** Epoch seconds (RFC 3464 2.3.7). */
  readonly lastAttemptAtSeconds?: number;
  readonly evidence: readonly Evidence[];
}

export interface BounceReport {
  /** failure: at least one recipient failed; delay: still being tried; success: delivered, relayed or expanded. */
  readonly kind: 'failure' | 'delay' | 'success';
  /** Name of the reader that understood it, such as "gmail" or "rfc3464". */
  readonly reader: string;
  readonly reportingMta?: string;
  /** Message-IDs of the mail that bounced, without brackets, safe to search for, most trustworthy first. */
  readonly originalMessageIds: readonly string[];
  /** Arrival-Date (RFC 3464 2.2.5), epoch seconds. */
  readonly arrivedAtSeconds?: number;
  /** The report's own Date, epoch seconds. */
  readonly reportedAtSeconds?: number;
  /** INTERNALDATE or Received, epoch seconds. */
  readonly receivedAtSeconds?: number;
  readonly recipients: readonly ReportedRecipient[];
}

export interface NotABounce {
  readonly kind: 'autoReply' | 'readReceipt' | 'complaint' | 'ordinary' | 'unreadable';
  /** One clause for people: "its Auto-Submitted field says auto-replied and no reader knows the text". */
  readonly because: string;
}

export type Reading = BounceReport | NotABounce;
