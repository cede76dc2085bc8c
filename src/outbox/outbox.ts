/**
 * Station 6: the outbox. The Store contract: what was seen, decided and still has to be told survives here.
 * Each method is one transaction. Nobody up- or downstream learns which engine keeps it.
 */
import type { Event, Held } from '../provenance/provenance.ts';
import type { Cursor } from '../shared/cursor.ts';
import type { MessageIdentity } from '../shared/identity.ts';
import type { Ruling, Verdict } from '../verdict/verdict.ts';
import type { Canary, CanaryLog } from './canaries.ts';
import type {
  Act,
  Acted,
  Asked,
  Breaker,
  EventDetails,
  EventFilter,
  KeptEvent,
  Operator,
  PastAct,
  Subject,
  Trace,
} from './operator.ts';
import type { AheadBatch, Backlog, Batch, Due, Settlement } from './batch.ts';
import type { Puzzle } from './rereading.ts';
import type { DaemonStanding, MailboxStanding, Overview } from './standings.ts';

export type { AheadBatch, Backlog, Batch, ClaimedEvent, Due, Settlement } from './batch.ts';
export { EVENT_STATES } from './operator.ts';
export type { Canary, CanaryLog } from './canaries.ts';
export type { Decided, History } from './history.ts';
export type { Puzzle } from './rereading.ts';
export type { CatchUpStanding, DaemonStanding, MailboxStanding, MailboxView } from './standings.ts';
export type { Overview, ReceivedStanding, VerdictCount } from './standings.ts';
export type {
  Act,
  Acted,
  Asked,
  Breaker,
  EventDetails,
  EventFilter,
  EventRoad,
  EventState,
  KeptEvent,
  KeptMail,
  Operator,
  PastAct,
  PastPost,
  Subject,
  Trace,
} from './operator.ts';

/** What a store is told when it is opened. */
export interface StoreSettings {
  /**
   * Hard events of one mailbox whose mails arrived within an hour; those beyond it wait until the breaker is reset.
   * None without it.
   */
  readonly hardPerHour?: number;
}

/** What became of one message that was looked at. */
export interface MessageOutcome {
  readonly uid: number;
  readonly identity: MessageIdentity;
  /** failure, delay, success, autoReply, readReceipt, complaint, ordinary or unreadable. */
  readonly kind: string;
  /** Why, in one clause. */
  readonly because: string;
  readonly reader?: string;
  /** Its own Message-ID, and those of the mails that bounced, as far as it names any; without brackets. */
  readonly messageId?: string;
  readonly originalMessageIds?: readonly string[];
  readonly verdicts: readonly Ruling[];
  /** When the mail arrived, by the mailbox's own clock: the breaker counts it there. Now where it is left out. */
  readonly receivedAtSeconds?: number;
  /**
   * Ids of the chunk's events and held events that this message led to. With them, a message that is known by one of
   * its identities gives none again even where the id, which rests on the other identity, has become another.
   */
  readonly eventIds?: readonly string[];
  /** Its header speaks of a report and no reader understood it, or it could not be had: to be read again one day. */
  readonly puzzling?: boolean;
  /** The bounce of a self-test, by the mark of the mail in Sent. */
  readonly selfTest?: true;
}

/** All that one chunk of mail led to, with the cursor after it: stored together or not at all. */
export interface ChunkRecord {
  readonly cursor: Cursor;
  readonly outcomes: readonly MessageOutcome[];
  readonly events: readonly Event[];
  readonly held: readonly Held[];
  readonly skipped: number;
  /** The version of the program that read them. */
  readonly readBy?: string;
}

/** Mails that are read once more, with all that they lead to. */
export interface Rereading {
  /** Where they lie; its lastUid says nothing, and no cursor moves. */
  readonly place: Cursor;
  readonly outcomes: readonly MessageOutcome[];
  readonly events: readonly Event[];
  readonly held: readonly Held[];
  readonly readBy: string;
  /** Puzzles that were sought, found or not. */
  readonly looked?: readonly number[];
}

/** What became of mails that were read once more, in the order of their outcomes. */
export interface Reread {
  readonly mails: readonly RereadMail[];
}

export interface RereadMail {
  readonly uid: number;
  /** `forgotten`: it gave an event once, and no more is known of it, so it gives none. */
  readonly result: 'new' | 'known' | 'forgotten';
  /** What was recorded of a known one. */
  readonly before?: {
    readonly kind: string;
    readonly verdicts: readonly Verdict[];
    readonly recordedAtSeconds: number;
  };
  readonly newEventIds: readonly string[];
  readonly newHeldIds: readonly string[];
}

/** What was new in a chunk: a message read twice counts once. */
export interface Recorded {
  /** UIDs of the messages that were not known before, in the chunk's order. */
  readonly newUids: readonly number[];
  /** Ids of the events, and of the held ones, that were not known before. */
  readonly newEventIds: readonly string[];
  readonly newHeldIds: readonly string[];
}

/** The right to write; the fence grows with each new holder, so a holder that was thought dead cannot write. */
export interface Lease {
  readonly holder: string;
  readonly fence: number;
}

/** An event that was held and may be proven now. */
export interface HeldEvent extends Held {
  readonly heldAtSeconds: number;
}

/** All methods reject with a Fault (exit 74 for disk, 75 for a lost or held lease). */
export interface Store {
  /**
   * Takes or renews the right to write. Rejects with LEASE_HELD (exit 75) while another holder's has not run out, and
   * that holder may be alive. The same name in another open store is another holder. A new holder gets a new fence,
   * and the claims of those before it run out at once: theirs may have been posted, which counts as ambiguous.
   */
  lease(holder: string, nowSeconds: number, ttlSeconds: number): Promise<Lease>;
  /** Gives it back, so that the next start need not wait. */
  release(lease: Lease): Promise<void>;
  cursor(mailbox: string, folder: string): Promise<Cursor | undefined>;
  /**
   * Stores outcomes, events, held events and the cursor. A message already known by either of its identities is not
   * stored again, and gives no second event for the same recipient.
   */
  record(lease: Lease, chunk: ChunkRecord, nowSeconds: number): Promise<Recorded>;
  /**
   * Stores what mails that are read once more give now. An address that has an event of the same mail gets no other,
   * however it fared, and what was told of it stays as it is recorded. Needs no lease: safe beside a daemon.
   * @param dryRun tells what would be stored, and stores nothing
   */
  recordAgain(rereading: Rereading, nowSeconds: number, dryRun?: boolean): Promise<Reread>;
  /**
   * Mails of this folder that no reader of an earlier version understood, and, once a day for two weeks, those that
   * could not be had; oldest first, none recorded before `sinceSeconds`.
   */
  puzzles(
    place: Cursor,
    version: string,
    sinceSeconds: number,
    nowSeconds: number,
    limit: number,
  ): Promise<readonly Puzzle[]>;
  /** Up to `limit` due events of this callback, oldest first, reserved until `nowSeconds + claimSeconds`. */
  claim(lease: Lease, callback: string, limit: number, nowSeconds: number, claimSeconds: number): Promise<Batch>;
  /** How many events of this callback can be claimed now, and when the next ones can. Cheap: asked before claims. */
  /** @param enough when so many can be claimed now, that count alone is told, without looking through the rest */
  due(callback: string, nowSeconds: number, enough?: number): Promise<Due>;
  /**
   * As `claim`, for the request after the one under way: `limit` events, or undefined where fewer are due. Until it is
   * begun with the settlement of the one before, it counts as not posted, also after a crash.
   */
  claimAhead(
    lease: Lease,
    callback: string,
    limit: number,
    nowSeconds: number,
    claimSeconds: number,
  ): Promise<AheadBatch | undefined>;
  /** It is not posted after all: its events wait as before. */
  unclaim(lease: Lease, ahead: number, nowSeconds: number): Promise<void>;
  /**
   * Settles events of a batch, all in one transaction. Events that are not claimed any more are left as they are.
   * @param begun the batch claimed ahead that is posted next; false: it has run out, and may not be posted
   */
  settle(lease: Lease, settlements: readonly Settlement[], nowSeconds: number, begun?: number): Promise<boolean>;
  /** Held events of this mailbox whose next look-up is due, oldest first. */
  heldDue(mailbox: string, nowSeconds: number, limit: number): Promise<readonly HeldEvent[]>;
  /**
   * Proven: becomes a waiting event with this address and proof. Still missing: looked up again at `nextAtSeconds`,
   * or never by itself when that is undefined.
   */
  settleHeld(
    lease: Lease,
    proven: readonly Event[],
    still: readonly { readonly id: string; readonly missing: string; readonly nextAtSeconds: number | undefined }[],
    nowSeconds: number,
  ): Promise<void>;
  /** Counts; of one callback, or of all. */
  backlog(callback?: string): Promise<Backlog>;
  /** How many events wait for another callback than these; quick however many wait for these. */
  strangers(callbacks: readonly string[]): Promise<number>;

  // What an operator sees and does. It needs no lease: each is one transaction that changes an event only in a state
  // in which nobody else has it in hand. So it is safe beside a daemon.

  /** Events as the filter says, in the order they were recorded. */
  list(filter: EventFilter): Promise<readonly KeptEvent[]>;
  /** All that is known of one event; undefined where there is none with this id. */
  show(id: string): Promise<EventDetails | undefined>;
  /**
   * The mails that speak of this, with all that each led to, and events for the address whose mail is forgotten;
   * oldest first, the last `limit` of them.
   */
  trace(asked: Asked, limit: number): Promise<readonly Trace[]>;
  /** Does this to each event it fits, and notes who, when and why; gives what became of each, in the ids' order. */
  act(act: Act, ids: readonly string[], by: Operator, nowSeconds: number): Promise<readonly Acted[]>;
  /** A breaker for each mailbox that ever had one open, and how many events each keeps waiting. */
  breakers(): Promise<readonly Breaker[]>;
  /** Closes the breakers of this mailbox, or of all, and counts afresh; gives how many events may flow now. */
  resetBreakers(mailbox: string | undefined, by: Operator, nowSeconds: number): Promise<number>;
  /** The acts on one subject, oldest first. */
  acts(subject: Subject): Promise<readonly PastAct[]>;

  /**
   * Keeps what the running daemon alone knows, of itself and of each mailbox it follows, in place of what was kept of
   * them before; mailboxes that are not named go. For whoever asks while it runs, or after it has ended.
   */
  keepStandings(
    lease: Lease,
    daemon: DaemonStanding,
    mailboxes: Readonly<Record<string, MailboxStanding>>,
    nowSeconds: number,
  ): Promise<void>;
  /** All that `bounced status` shows besides the backlog and the breakers; verdicts recorded from `sinceSeconds` on. */
  overview(sinceSeconds: number, nowSeconds: number): Promise<Overview>;
  /** Keeps when canaries of this mailbox were tried and sent, in place of what was kept. */
  keepCanary(lease: Lease, mailbox: string, log: CanaryLog): Promise<void>;
  canaries(): Promise<readonly Canary[]>;
  /** Takes other settings from now on, as after a reload. */
  adopt(settings: StoreSettings): void;

  /**
   * Forgets up to `limit` events, and as many mails, that were settled before this time, never one that somebody may
   * still act on. What it forgets is known again by its identity, and gives no second event. Gives how many rows went.
   */
  prune(lease: Lease, beforeSeconds: number, limit: number): Promise<number>;
  close(): Promise<void>;
}
