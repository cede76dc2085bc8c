/**
 * Station 2: the message. Takes a RawMessage (fetched parts or a whole .eml), gives a Message: the same one for both.
 * Never throws on bad mail: what cannot be read is named in `problem`.
 */
import { receivedDateSeconds, parseDateSeconds } from '../shared/dates.ts';
import { headerValue, parseHeaderFields, parseHeaderText } from '../shared/header-fields.ts';
import type { HeaderFields } from '../shared/header-fields.ts';
import { identify, messageIdOf } from '../shared/identity.ts';
import type { MessageIdentity } from '../shared/identity.ts';
import { LIMITS } from '../shared/limits.ts';
import type { Unfinished } from '../shared/unfinished.ts';
import type { RawMessage } from '../mailbox/mailbox.ts';
import { NO_CONTENT, partsOfSplit, readContent } from './content.ts';
import type { Content } from './content.ts';
import { decodeHeaderWords, mimeHeader } from './headers.ts';
import { asLatin1Lines } from './lines.ts';
import { splitMail } from './split.ts';

export { charsetOf, decodeBytes, decodeTransfer, isEncoded } from './decode.ts';
export { encodeText, encodeTransfer } from './encode.ts';
export { mimeHeader } from './headers.ts';
export type { MimeHeader } from './headers.ts';

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
  /** message/delivery-status, message/feedback-report, message/disposition-notification and their kin. */
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

/** Bytes in which the header of nearly every mail ends. */
const BEGINNING_BYTES = 16 * 1024;
const CR = 0x0d;
/** Of files: their identity has asked for the fields before their content does. */
const parsed = new WeakMap<Buffer, HeaderFields>();

/** What a caller may know about an .eml beside its bytes. */
export interface SourceFacts {
  readonly uid?: number;
  readonly gmailId?: string;
  /** INTERNALDATE, epoch seconds. */
  readonly internalDateSeconds?: number;
}

/**
 * A whole .eml as a RawMessage. Bytes past LIMITS.sourceBytes are left out; the mail is then marked as truncated.
 * @param source header, empty line, body; any line ends
 */
export function rawFromSource(source: Buffer, facts: SourceFacts = {}): RawMessage {
  const cut = source.subarray(0, LIMITS.sourceBytes);
  const header = ownHeader(cut);
  const fields = parseHeaderText(header);
  const bytes = Buffer.from(header, 'latin1');
  parsed.set(bytes, fields);
  const { uid = 0, gmailId, internalDateSeconds } = facts;
  return {
    uid,
    identity: identify(fields, gmailId),
    messageId: messageIdOf(fields),
    internalDateSeconds,
    sizeBytes: source.length,
    header: bytes,
    candidate: true,
    source: cut,
    truncated: source.length > cut.length,
  };
}

/**
 * Reads what was fetched of a mail. The same mail gives the same content from its source and from its parts.
 * @returns never rejects: what cannot be read is named in `problem`, and the header fields hold all the same
 */
export async function readMessage(raw: RawMessage): Promise<Message> {
  const headers = parsed.get(raw.header) ?? parseHeaderFields(raw.header);
  try {
    const problem = problemOf(raw, headers);
    return messageOf(raw, headers, await contentOf(raw, headers), problem);
  } catch (error) {
    const because = error instanceof Error ? error.message : String(error);
    return messageOf(raw, headers, NO_CONTENT, `its content cannot be read: ${because}`);
  }
}

async function contentOf(raw: RawMessage, headers: HeaderFields): Promise<Content> {
  if (!raw.candidate) return NO_CONTENT;
  if (raw.source) return readContent(partsOfSplit(splitMail(mailText(raw.source)), raw.truncated), headers);
  if (raw.structure) return readContent({ structure: raw.structure, fetched: raw.parts ?? [] }, headers);
  return NO_CONTENT;
}

function problemOf(raw: RawMessage, headers: HeaderFields): string | undefined {
  if (!raw.candidate) return undefined;
  if (raw.source?.length === 0) return 'the mail is empty';
  if (headers.length === 0) return 'it has no header';
  return raw.source || raw.structure ? undefined : 'its content was not fetched';
}

function messageOf(raw: RawMessage, headers: HeaderFields, content: Content, problem: string | undefined): Message {
  const { contentType, parameters } = mimeHeader(headers);
  const reportType = parameters['report-type']?.trim().toLowerCase();
  const receivedAtSeconds = receivedAt(raw, headers);
  const message: Unfinished<Message> = {
    identity: raw.identity,
    headers,
    subject: decodeHeaderWords(headerValue(headers, 'subject') ?? ''),
    contentType,
    outline: content.outline,
    text: content.text,
    textTruncated: content.textTruncated,
    machineParts: content.machineParts,
  };
  if (content.returned !== undefined) message.returned = content.returned;
  if (reportType !== undefined) message.reportType = reportType;
  if (receivedAtSeconds !== undefined) message.receivedAtSeconds = receivedAtSeconds;
  if (problem !== undefined) message.problem = problem;
  return message;
}

function receivedAt({ internalDateSeconds }: RawMessage, headers: HeaderFields): number | undefined {
  return (
    internalDateSeconds ??
    receivedDateSeconds(headerValue(headers, 'received') ?? '') ??
    parseDateSeconds(headerValue(headers, 'date') ?? '')
  );
}

/** The mail with LF line ends; empty lines before its header do not count. */
function mailText(source: Buffer): string {
  const text = asLatin1Lines(source);
  const start = text.search(/[^\n]/);
  return start > 0 ? text.slice(start) : text;
}

/** Latin-1 text with LF line ends. */
function ownHeader(source: Buffer): string {
  const mail = mailBeginning(source) ?? mailText(source);
  const end = mail.indexOf('\n\n');
  return end < 0 ? mail : mail.slice(0, end);
}

/** The beginning of the mail, where its whole header stands in it: the rest may be megabytes. */
function mailBeginning(source: Buffer): string | undefined {
  let end = Math.min(source.length, BEGINNING_BYTES);
  // What a CR at the end stands for, the next byte would tell.
  while (end > 0 && source[end - 1] === CR) end -= 1;
  const mail = mailText(source.subarray(0, end));
  return mail.startsWith('\n') || !mail.includes('\n\n') ? undefined : mail;
}
