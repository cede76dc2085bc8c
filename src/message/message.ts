/**
 * Station 2: the message. Takes a RawMessage (fetched parts or a whole .eml), gives a Message: the same one for both.
 * Never throws on bad mail: what cannot be read is named in `problem`.
 */
import type { HeaderFields } from '../shared/header-fields.ts';
import type { MessageIdentity } from '../shared/identity.ts';

/** A part of the mail itself (never of a returned message inside it), as its MIME header declares it. */
export interface PartOutline {
  /** Part number as IMAP counts. */
  readonly path: string;
  /** Lower-case type/subtype. */
  readonly contentType: string;
}

/** A machine-readable part, decoded to text with LF line ends. */
export interface MachinePart {
  readonly path: string;
  /** message/delivery-status, message/global-delivery-status, message/feedback-report, message/disposition-notification ... */
  readonly contentType: string;
  readonly text: string;
}

/** The message that was returned, as far as it was fetched: its header only. Written by whoever sent it, or forged. */
export interface ReturnedMessage {
  readonly path: string;
  /** message/rfc822, message/global, text/rfc822-headers or message/global-headers. */
  readonly contentType: string;
  readonly headers: HeaderFields;
}

export interface Message {
  readonly identity: MessageIdentity;
  /** Topmost first, not decoded; `decodeHeaderWords` of message/headers.ts is applied to `subject` only. */
  readonly headers: HeaderFields;
  /** Subject with RFC 2047 words decoded; "" when there is none. */
  readonly subject: string;
  /** Lower-case type/subtype of the whole message; text/plain when it declares none (RFC 2045 5.2). */
  readonly contentType: string;
  /** Lower-case report-type parameter of a multipart/report (RFC 6522 3). */
  readonly reportType?: string;
  /** All parts seen, outermost first. Empty when only the header was fetched. */
  readonly outline: readonly PartOutline[];
  /** The text for people, decoded, LF line ends: text/plain parts in order; where there is none, the HTML as text. */
  readonly text: string;
  /** True when `text` is not all there was. */
  readonly textTruncated: boolean;
  readonly machineParts: readonly MachinePart[];
  readonly returned?: ReturnedMessage;
  /** INTERNALDATE where known, else the topmost Received date, else Date; epoch seconds. */
  readonly receivedAtSeconds?: number;
  /** Why the content could not be read, in words for the operator. The header fields above hold all the same. */
  readonly problem?: string;
}
