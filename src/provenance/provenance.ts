/**
 * Station 5: provenance. Takes verdicts, the message and what was found in Sent; gives events to post, or held ones
 * with the proof that is missing, and the address to report. Pure, never throws.
 */
import { createHash } from 'node:crypto';
import type { SentLookup } from '../mailbox/mailbox.ts';
import type { BounceReport } from '../report/report.ts';
import { addressKey, sameAddress } from '../shared/address.ts';
import type { MessageIdentity } from '../shared/identity.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { findAddressee } from './addressee.ts';

/** Something to tell the callback, proven. */
export interface Event {
  /** SHA-256 (hex) of account, message identity and lower-cased recipient: the same however often it is read. */
  readonly id: string;
  /** Names from the configuration; never an URL. */
  readonly mailbox: string;
  readonly callback: string;
  /** The address the mail had been sent to. */
  readonly address: string;
  readonly verdict: 'hard' | 'soft';
  /** When it bounced, epoch seconds. */
  readonly tsSeconds: number;
  /** How it was proven. */
  readonly proof: Proof;
}

/**
 * - `sent`: the original is in Sent and was sent to this very address.
 * - `sent-forwarded`: the original is in Sent, a campaign mail to this one address; the address that failed is
 *   another, so the mail was passed on. Never hard: the refusal speaks of the other address.
 * - `off`: nobody asked for proof.
 * - `released`: no proof was found, and the operator released it.
 */
export type Proof = 'sent' | 'sent-forwarded' | 'off' | 'released';

/** An event that waits for its proof. */
export interface Held extends Omit<Event, 'proof'> {
  /** What is missing, in words for the operator. */
  readonly missing: string;
  /** Message-IDs to look up again. */
  readonly originalMessageIds: readonly string[];
  /** Every name the report gave the recipient; one of them must be among the sent mail's recipients. */
  readonly names: readonly string[];
}

/** A verdict that becomes no event, and why: too old, our own address, no failure. */
export interface Unposted {
  readonly recipient: string;
  readonly because: string;
}

export interface Proven {
  readonly events: readonly Event[];
  readonly held: readonly Held[];
  readonly unposted: readonly Unposted[];
}

export interface ProvenanceSettings {
  /** `required`: nothing is posted unproven. `off`: everything is, for servers that can prove nothing. */
  readonly mode: 'required' | 'off';
  /** Bounces older than this are recorded, not posted. */
  readonly maxAgeSeconds: number;
}

/** Whose mail it is: the configuration's names and the account's own address. */
export interface Account {
  readonly mailbox: string;
  readonly callback: string;
  /** The address the mailbox belongs to. */
  readonly user: string;
}

/** What one report led to. */
export interface ReportCase {
  readonly account: Account;
  readonly identity: MessageIdentity;
  readonly report: BounceReport;
  readonly verdicts: readonly Verdict[];
}

/**
 * Turns the verdicts of one report into events (proven, or `mode` is off), held events and unposted ones. Two
 * recipients of the report that turn out to be one address give one event: the hard one.
 * @param found what the look-up of the report's original Message-IDs gave
 */
export function prove(
  reportCase: ReportCase,
  found: SentLookup,
  settings: ProvenanceSettings,
  nowSeconds: number,
): Proven {
  const events = new Map<string, Event>();
  const held: Held[] = [];
  const unposted: Unposted[] = [];
  for (const verdict of reportCase.verdicts) {
    const because = whyNotPosted(verdict, reportCase.account, settings, nowSeconds);
    if (verdict.verdict === 'none' || because !== undefined) {
      unposted.push({ recipient: verdict.recipient, because: because ?? `no failure: ${verdict.reason}` });
      continue;
    }
    const open = openCase(reportCase, verdict, verdict.verdict);
    const result = settings.mode === 'off' ? takenOnTrust(open) : settle(open, found, reportCase.account.user);
    if ('missing' in result) held.push(result);
    else keepStronger(events, result);
  }
  return { events: [...events.values()], held, unposted };
}

/**
 * Looks at a held event again with a new look-up: an Event when the proof has turned up, else the event held as
 * before with what is missing now.
 */
export function proveHeld(held: Held, found: SentLookup, user: string): Event | Held {
  return settle(held, found, user);
}

function whyNotPosted(
  verdict: Verdict,
  account: Account,
  settings: ProvenanceSettings,
  nowSeconds: number,
): string | undefined {
  if (verdict.verdict === 'none') return `no failure: ${verdict.reason}`;
  if (nowSeconds - verdict.bouncedAtSeconds > settings.maxAgeSeconds) return 'older than max_age';
  return verdict.names.some(name => sameAddress(name, account.user)) ? "the account's own address" : undefined;
}

function openCase(reportCase: ReportCase, verdict: Verdict, hardOrSoft: 'hard' | 'soft'): Held {
  const { account, identity, report } = reportCase;
  return {
    id: eventId(account.user, identity, verdict.recipient),
    mailbox: account.mailbox,
    callback: account.callback,
    address: verdict.recipient,
    verdict: hardOrSoft,
    tsSeconds: verdict.bouncedAtSeconds,
    missing: 'not looked up',
    originalMessageIds: report.originalMessageIds,
    names: verdict.names,
  };
}

function settle(held: Held, found: SentLookup, user: string): Event | Held {
  const addressee = findAddressee(held, found);
  if ('missing' in addressee) return { ...held, missing: addressee.missing };
  if (sameAddress(addressee.address, user)) return { ...held, missing: 'the mail was sent to our own address' };
  // A refusal of the address it was passed on to says nothing final about the one we wrote to.
  const verdict = addressee.forwarded ? 'soft' : held.verdict;
  return toEvent(held, addressee.address, verdict, addressee.forwarded ? 'sent-forwarded' : 'sent');
}

function takenOnTrust(open: Held): Event {
  return toEvent(open, open.address, open.verdict, 'off');
}

function toEvent(held: Held, address: string, verdict: 'hard' | 'soft', proof: Proof): Event {
  const { id, mailbox, callback, tsSeconds } = held;
  return { id, mailbox, callback, address, verdict, tsSeconds, proof };
}

function keepStronger(events: Map<string, Event>, event: Event): void {
  const key = addressKey(event.address);
  const present = events.get(key);
  if (present === undefined || (present.verdict === 'soft' && event.verdict === 'hard')) events.set(key, event);
}

/** The account's address, not its name in the configuration: renaming a mailbox must not repeat its events. */
function eventId(user: string, identity: MessageIdentity, recipient: string): string {
  return createHash('sha256')
    .update(`${addressKey(user)}\n${identity.digest}\n${addressKey(recipient)}`)
    .digest('hex');
}
