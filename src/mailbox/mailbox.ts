/**
 * Station 1: the mailbox. Takes a Cursor, gives chunks of raw messages in UID order, and finds sent mails.
 * Never changes anything on the server: EXAMINE and BODY.PEEK only.
 */
import type { Cursor } from '../shared/cursor.ts';
import type { HeaderFields } from '../shared/header-fields.ts';
import type { MessageIdentity } from '../shared/identity.ts';
import type { Secret } from '../shared/secret.ts';

export { openMailbox } from './watch.ts';

/** How to reach one mailbox. */
export interface MailboxSettings {
  /** Name in the configuration: cursors, events and log lines carry it. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** `implicit`: TLS from the first byte (port 993). `starttls`: must be upgraded. `none`: loopback tests only. */
  readonly tls: 'implicit' | 'starttls' | 'none';
  /** PEM of the authorities to trust instead of the system's. */
  readonly ca?: string;
  readonly user: string;
  /** One of the two: a password (for Gmail an app password) ... */
  readonly password?: Secret;
  /** ... or access tokens. */
  readonly tokens?: AccessTokens;
  /** Folder to read; without it the one with special use \All, else INBOX. */
  readonly folder?: string;
  /** Folder to look for sent mail in; without it the one with special use \Sent. */
  readonly sentFolder?: string;
  /** Days to look back on the first run and after UIDVALIDITY has changed. */
  readonly backfillDays: number;
  /** Safety poll beside IDLE, in milliseconds. */
  readonly pollMs: number;
}

/** Where the access tokens of one account come from (XOAUTH2, OAUTHBEARER). */
export interface AccessTokens {
  /** What they are asked for with: two with the same settings are alike. */
  readonly settings: object;
  /**
   * A token that is good for five minutes at least.
   * @param refused the one that the mail server has just refused: another one is wanted
   * Rejects with a Fault that names the cure when none is to be had.
   */
  current(signal: AbortSignal, refused?: Secret): Promise<Secret>;
  /** All that must never be printed: what they are asked for with, and the latest tokens. */
  secrets(): readonly Secret[];
}

/** The MIME shape of a message as BODYSTRUCTURE gives it (RFC 3501 7.4.2). */
export interface PartStructure {
  /** Part number as IMAP counts: "1", "2.1"; "" for the root of a multipart. */
  readonly path: string;
  /** Lower-case type/subtype. */
  readonly contentType: string;
  /** Lower-case names; of what a server tells, those that decoding a text asks for: charset, format, delsp. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Lower-case Content-Transfer-Encoding. */
  readonly encoding?: string | undefined;
  /** Lower-case Content-Disposition. */
  readonly disposition?: string;
  readonly sizeBytes?: number | undefined;
  /** Empty for a leaf; the parts *inside* a message/rfc822 are left out. */
  readonly children: readonly PartStructure[];
}

/** One part worth fetching: what `wantedParts` answers. */
export interface WantedPart {
  readonly path: string;
  /** `body`: BODY.PEEK[path]; `header`: BODY.PEEK[path.HEADER] of a message/rfc822 part. */
  readonly section: 'body' | 'header';
  readonly maxBytes: number;
}

/** A fetched part: bytes as on the wire, still in their Content-Transfer-Encoding. */
export interface FetchedPart {
  readonly path: string;
  readonly section: 'body' | 'header';
  readonly bytes: Buffer;
  /** True when the part is longer than what was fetched. */
  readonly truncated: boolean;
}

/** A message as it came from a mailbox or a file: bytes, not yet understood. */
export interface RawMessage {
  /** 0 for a message that did not come from a mailbox. */
  readonly uid: number;
  readonly identity: MessageIdentity;
  /** INTERNALDATE, epoch seconds. */
  readonly internalDateSeconds?: number | undefined;
  readonly sizeBytes: number;
  /** As `cleanMessageId` gives it. */
  readonly messageId?: string | undefined;
  /** Of a candidate (and a file) the whole header as it came, up to LIMITS.headerBytes and a byte; else empty. */
  readonly header: Buffer;
  /** True when `isCandidate` said yes and the content below was fetched; false: the header told enough. */
  readonly candidate: boolean;
  /** Either structure and parts ... */
  readonly structure?: PartStructure | undefined;
  readonly parts?: readonly FetchedPart[] | undefined;
  /** ... or the whole source, cut at LIMITS.sourceBytes. */
  readonly source?: Buffer | undefined;
  /** True when source was cut. */
  readonly truncated: boolean;
  /** Why the server did not hand it out, in a clause; then there is nothing else of it. */
  readonly problem?: string | undefined;
}

/** A run of messages that are recorded together, and the cursor after them. */
export interface Chunk {
  readonly messages: readonly RawMessage[];
  /** Own sent mails and drafts seen in All Mail: counted, not handed on. */
  readonly skipped: number;
  /** Where the next look begins once this chunk is recorded. */
  readonly cursor: Cursor;
  /** True when nothing newer was known when this chunk was read: the mailbox is caught up. */
  readonly caughtUp: boolean;
  /** Mails that were known then and are still to be read. */
  readonly left: number;
}

/** What the mailbox must be told about bounces, as plain functions: it fetches little without knowing why. */
export interface Interest {
  /** Lower-case names of the header fields that `isCandidate` reads. */
  readonly fields: readonly string[];
  isCandidate(headers: HeaderFields): boolean;
  /** The parts to fetch, or "source" when the structure is not understood. */
  wantedParts(structure: PartStructure): readonly WantedPart[] | 'source';
  /**
   * Called with candidates as soon as their content is there, while the rest of their chunk is still to come. A chunk
   * may come to nothing, or be handed on without some of them; then they come again with another.
   */
  arrived?(candidates: readonly RawMessage[]): void;
}

/** A sent mail that a report's Message-ID led to. */
export interface SentMail {
  /** Without angle brackets. */
  readonly messageId: string;
  /** Bare addresses of To, Cc and Bcc. */
  readonly recipients: readonly string[];
  /** Value of X-CleverTap_META, present on campaign mails only (facts: CleverTap puts it in every SMTP mail). */
  readonly campaignMeta?: string;
  /** True for a mail that bounced sent itself to see its bounce come back: to one address, with the mark. */
  readonly isSelfTest?: true;
}

/** What a look-up in Sent found. */
export interface SentLookup {
  /** False when the server shows no Sent folder: nothing can be proven, nothing is disproven. */
  readonly searched: boolean;
  /** By Message-ID without angle brackets; ids that were not found are missing. */
  readonly mails: ReadonlyMap<string, SentMail>;
}

/** A failure to follow, with the Fault's code and cure. */
export interface MailboxTrouble {
  readonly code: string;
  readonly message: string;
  readonly cure?: string;
  readonly atSeconds: number;
}

/** What `watch` tells while it works; for status, metrics and the log. */
export interface MailboxState {
  readonly connected: boolean;
  readonly folder?: string;
  readonly lastScanSeconds?: number;
  /** The last failure that a new connection is to mend, with its cure. */
  readonly fault?: MailboxTrouble;
}

/** Mails to be read once more: by UID, where the folder is still the one that they had, or all that came since. */
export type Again =
  { readonly uids: readonly number[]; readonly uidValidity?: number } | { readonly sinceSeconds: number };

export interface Mailbox {
  /**
   * Chunks above the cursor as they arrive, until the signal aborts (then it ends without error). Reconnects by
   * itself; throws a Fault only when no retry can help before a person acts (login refused, folder missing).
   * `cursorOf` is asked for the stored cursor of the folder each time a scan begins, so what was not recorded is
   * read again. With `once` it ends when the mailbox is caught up; with `looksUp` it gets ready for `findSent` where a
   * backlog holds many candidates.
   */
  watch(
    cursorOf: (folder: string) => Promise<Cursor | undefined>,
    signal: AbortSignal,
    options?: { readonly once?: boolean; readonly looksUp?: boolean },
  ): AsyncIterable<Chunk>;
  /**
   * Reads these once more, on a connection of its own: chunks whose cursor says where they lie and nothing else. What
   * is gone is left out. Throws a Fault when reading failed in the end.
   */
  again(which: Again, signal: AbortSignal): AsyncIterable<Chunk>;
  /** Looks the ids (without angle brackets) up in Sent. Throws a Fault when the look-up itself failed. */
  findSent(messageIds: readonly string[], signal: AbortSignal): Promise<SentLookup>;
  /** Logs in, lists folders, logs out. For `check --online`. */
  inspect(signal: AbortSignal): Promise<MailboxInspection>;
  state(): MailboxState;
  close(): Promise<void>;
}

/** What `inspect` saw. */
export interface MailboxInspection {
  readonly capabilities: readonly string[];
  readonly folders: readonly { readonly path: string; readonly specialUse?: string; readonly messages?: number }[];
  /** The folder that `watch` would read, and the one `findSent` would search. */
  readonly folder?: string;
  readonly sentFolder?: string;
}
