/**
 * Station 5: provenance. Takes verdicts, the message and what was found in Sent; gives events to post, or held ones
 * with the proof that is missing, and the address to report. Pure, never throws.
 */
import { hash } from 'node:crypto';
import type { SentLookup } from '../mailbox/mailbox.ts';
import type { BounceReport } from '../report/report.ts';
import { addressKey, sameAddress } from '../shared/address.ts';
import { headerValue } from '../shared/header-fields.ts';
import type { HeaderFields } from '../shared/header-fields.ts';
import type { MessageIdentity } from '../shared/identity.ts';
import { looksLikeSelfTest } from '../shared/self-test-mark.ts';
import type { Ruling } from '../verdict/verdict.ts';
import { campaignCustomer, findAddressee } from './addressee.ts';
import type { Author } from './gmail-report.ts';
import { NO_SENT, rungOf } from './ladder.ts';
import type { Rung } from './ladder.ts';

export { authorOf, forgedInGmailsName } from './gmail-report.ts';
export type { Author, Receiver } from './gmail-report.ts';

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
 * - `sent-gmail`: the same, and the report is Gmail's own.
 * - `sent-forwarded`: the original is in Sent, a campaign mail to this one address; the address that failed is
 *   another, so the mail was passed on. Never hard: the refusal speaks of the other address.
 * - `gmail`: the report is Gmail's own, the original is gone from Sent, and the operator accepts that. Never hard.
 * - `off`: nobody asked for proof.
 * - `released`: no proof was found, and the operator released it.
 */
export type Proof = 'sent' | 'sent-gmail' | 'sent-forwarded' | 'gmail' | 'off' | 'released';

/** An event that waits for its proof. */
export interface Held extends Omit<Event, 'proof'> {
  /** What is missing, in words for the operator. */
  readonly missing: string;
  /** Message-IDs to look up again; none where no look-up can bring the proof. */
  readonly originalMessageIds: readonly string[];
  /** Every name the report gave the recipient; one of them must be among the sent mail's recipients. */
  readonly names: readonly string[];
}

/** A verdict that becomes no event, and why: too old, our own address, people's mail, a self-test, no failure. */
export interface Unposted {
  readonly recipient: string;
  readonly because: string;
  /** The bounce of a self-test: the mail in Sent bears its mark. */
  readonly selfTest?: true;
}

export interface Proven {
  readonly events: readonly Event[];
  readonly held: readonly Held[];
  readonly unposted: readonly Unposted[];
}

export interface ProvenanceSettings {
  /** `required`: nothing is posted unproven. `off`: everything is, for servers that can prove nothing. */
  readonly mode: 'required' | 'off';
  /** Soft bounces in Gmail's own reports whose original is gone from Sent; hard ones are held all the same. */
  readonly gmailWithoutOriginal: 'hold' | 'accept';
  /** Bounces of mails in Sent without X-CleverTap_META are left out. */
  readonly onlyCampaignMail: boolean;
  /** The server whose Authentication-Results count. */
  readonly authservId: string;
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

/** All that is asked of the header of the message that a report returns, lower case. */
export const META_FIELD = 'x-clevertap_meta';

/** What one report led to. */
export interface ReportCase {
  readonly account: Account;
  readonly identity: MessageIdentity;
  readonly report: BounceReport;
  /** As `authorOf` tells by its header. */
  readonly author: Author;
  /** META_FIELD of the message it returns, as far as it does; anybody may have written it. */
  readonly returnedHeaders?: HeaderFields;
  readonly verdicts: readonly Ruling[];
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
  const { account, author } = reportCase;
  const events = new Map<string, Event>();
  const held: Held[] = [];
  const unposted: Unposted[] = [];
  const shown = {
    author,
    meta: headerValue(reportCase.returnedHeaders ?? [], META_FIELD),
  };
  for (const verdict of reportCase.verdicts) {
    const because = whyNotPosted(verdict, account, settings, nowSeconds);
    if (verdict.verdict === 'none' || because !== undefined) {
      unposted.push({ recipient: verdict.recipient, because: because ?? `no failure: ${verdict.reason}` });
      continue;
    }
    const result = settle(openCase(reportCase, verdict, verdict.verdict), shown, found, account.user, settings);
    if ('because' in result) unposted.push(result);
    else if ('missing' in result) held.push(result);
    else keepStronger(events, result);
  }
  return { events: [...events.values()], held, unposted };
}

/**
 * Looks at a held event again with a new look-up: an Event when the proof has turned up, else the event held as
 * before with what is missing now. Only the mail in Sent can prove it now: what the report showed of itself was
 * weighed when it came. Nothing is posted for `mode` having been switched off since.
 */
export function proveHeld(
  held: Held,
  found: SentLookup,
  user: string,
  settings: Omit<ProvenanceSettings, 'mode' | 'maxAgeSeconds'>,
): Event | Held {
  if (held.originalMessageIds.length === 0) return held;
  const shown = { author: { kind: 'unknown', because: 'read before' } as const, meta: undefined };
  const result = settle(held, shown, found, user, { ...settings, mode: 'required' });
  if ('because' in result) return { ...held, missing: result.because };
  // Where nothing new was seen, what was said of the report when it came says more.
  const nothingNew = 'missing' in result && found.searched && !held.originalMessageIds.some(id => found.mails.has(id));
  return nothingNew && held.missing !== NO_SENT ? held : result;
}

function whyNotPosted(
  verdict: Ruling,
  account: Account,
  settings: ProvenanceSettings,
  nowSeconds: number,
): string | undefined {
  if (verdict.verdict === 'none') return `no failure: ${verdict.reason}`;
  if (nowSeconds - verdict.bouncedAtSeconds > settings.maxAgeSeconds) return 'older than max_age';
  return verdict.names.some(name => sameAddress(name, account.user)) ? "the account's own address" : undefined;
}

function openCase(reportCase: ReportCase, verdict: Ruling, hardOrSoft: 'hard' | 'soft'): Held {
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

/** What a report shows of itself. */
interface Shown {
  readonly author: Author;
  /** X-CleverTap_META of the mail it returns. */
  readonly meta: string | undefined;
}

function settle(
  held: Held,
  { author, meta }: Shown,
  found: SentLookup,
  user: string,
  settings: Omit<ProvenanceSettings, 'maxAgeSeconds'>,
): Event | Held | Unposted {
  const match = findAddressee(held, found);
  const address = 'address' in match ? match.address : held.address;
  const sentMeta = 'address' in match ? match.campaignMeta : undefined;
  const { mode, gmailWithoutOriginal, onlyCampaignMail } = settings;
  const rung = rungOf({
    mode,
    gmailWithoutOriginal,
    onlyCampaignMail,
    author: author.kind,
    searched: found.searched,
    quotesMessageId: held.originalMessageIds.length > 0,
    original: match.kind,
    toOurselves: sameAddress(address, user),
    isCampaign: isCampaign(match.kind === 'gone' ? meta : sentMeta, address),
    hadTheMail: meta !== undefined && sentMeta !== undefined && plain(meta) === plain(sentMeta),
    isSelfTest: 'address' in match && match.isSelfTest === true,
    looksLikeSelfTest: held.originalMessageIds.some(looksLikeSelfTest),
    isHard: held.verdict === 'hard',
  });
  return climb(rung, held, rung.then === 'post' && rung.proof === 'off' ? held.address : address, author);
}

/** A first field that is no address cannot contradict: CleverTap's own form may change. */
function isCampaign(meta: string | undefined, address: string): boolean {
  const customer = campaignCustomer(meta);
  return meta !== undefined && (customer?.includes('@') !== true || sameAddress(customer, address));
}

/** What the rung makes of the case. */
function climb(rung: Rung, held: Held, address: string, author: Author): Event | Held | Unposted {
  if (rung.then === 'post') return toEvent(held, address, held.verdict, rung.proof);
  if (rung.then === 'soften') return toEvent(held, address, 'soft', rung.proof);
  const words = {
    ids: held.originalMessageIds.map(id => `<${id}>`).join(', '),
    names: held.names.join(' or '),
    forgery: author.kind === 'forged' ? author.because : '',
  };
  if (rung.then === 'leave out') {
    const { selfTest } = rung;
    return { recipient: held.address, because: rung.because(words), ...(selfTest === undefined ? {} : { selfTest }) };
  }
  return {
    ...held,
    missing: rung.missing(words),
    originalMessageIds: rung.final === true ? [] : held.originalMessageIds,
  };
}

/** Folding and encoding on the way may have changed the spaces. */
function plain(value: string): string {
  return value.replace(/\s+/g, '');
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
  return hash('sha256', `${addressKey(user)}\n${identity.digest}\n${addressKey(recipient)}`);
}
