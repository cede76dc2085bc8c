/**
 * One chunk of mail through the last pure station: provenance. Takes mails that were read (read-mail.ts) and what was
 * found in Sent; gives what the outbox records. Never touches the world.
 */
import type { RawMessage, SentLookup } from './mailbox/mailbox.ts';
import type { MessageOutcome } from './outbox/outbox.ts';
import { prove } from './provenance/provenance.ts';
import type { Account, Author, Event, Held, ProvenanceSettings, Unposted } from './provenance/provenance.ts';
import { isReport } from './report/words.ts';
import type { NotABounce, Reading } from './report/report.ts';
import type { Ruling } from './verdict/verdict.ts';
import type { HeaderFields } from './shared/header-fields.ts';

/** One mail, understood and decided, not yet proven. */
export interface ReadMail {
  readonly raw: RawMessage;
  readonly reading: Reading;
  readonly verdicts: readonly Ruling[];
  /** Of a report: who wrote it. */
  readonly author?: Author;
  /** Of the header of the message that a report returns: what provenance asks for, where it is there. */
  readonly returnedHeaders?: HeaderFields;
}

/** What a chunk led to, mail by mail and in sum. */
export interface Conclusion {
  readonly outcomes: readonly MessageOutcome[];
  readonly events: readonly Event[];
  readonly held: readonly Held[];
}

/** What a mail with the sign of a report is known to be instead. */
const KNOWN_OTHERWISE: readonly Reading['kind'][] = ['complaint', 'readReceipt'];
const NOBODY: Author = { kind: 'unknown', because: 'nobody has looked' };
const NO_SIGN: NotABounce = { kind: 'ordinary', because: 'nothing in its header speaks of a report' };

/** A mail that was no candidate is ordinary by its header alone; of one that was not handed out nothing is known. */
export function readByHeader(raw: RawMessage): ReadMail {
  const { problem } = raw;
  const reading: NotABounce = problem === undefined ? NO_SIGN : { kind: 'unreadable', because: problem };
  return { raw, reading, verdicts: [] };
}

/** The Message-IDs to look up in Sent for these mails: of failures only, each once. */
export function originalIds(mails: readonly ReadMail[]): string[] {
  const ids = new Set<string>();
  for (const { reading, verdicts } of mails) {
    if (!isReport(reading) || !verdicts.some(isFailure)) continue;
    for (const id of reading.originalMessageIds) ids.add(id);
  }
  return [...ids];
}

function isFailure({ verdict }: Ruling): boolean {
  return verdict !== 'none';
}

/** Proves the verdicts of all mails and sums up what became of each. */
export function conclude(
  mails: readonly ReadMail[],
  found: SentLookup,
  account: Account,
  settings: ProvenanceSettings,
  nowSeconds: number,
): Conclusion {
  const outcomes: MessageOutcome[] = [];
  const events: Event[] = [];
  const held: Held[] = [];
  for (const mail of mails) {
    const { raw, reading, verdicts, author = NOBODY, returnedHeaders = [] } = mail;
    const { uid, identity, messageId, internalDateSeconds: received } = raw;
    const named = messageId === undefined ? {} : { messageId };
    if (!isReport(reading)) {
      const { kind, because } = reading;
      outcomes.push({ uid, identity, kind, because, verdicts: [], ...named, ...puzzleOf(mail) });
      continue;
    }
    const proven = prove(
      { account, identity, author, report: reading, returnedHeaders, verdicts },
      found,
      settings,
      nowSeconds,
    );
    events.push(...proven.events);
    held.push(...proven.held);
    const because = sumUp(proven.events, proven.held, proven.unposted);
    const eventIds = [...proven.events, ...proven.held].map(idOf);
    const selfTest = proven.unposted.some(isSelfTest) ? { selfTest: true as const } : {};
    const receivedAt = received === undefined ? {} : { receivedAtSeconds: received };
    const { kind, reader, originalMessageIds } = reading;
    const about = { kind, because, reader, originalMessageIds, ...named };
    outcomes.push({ uid, identity, verdicts, eventIds, ...about, ...receivedAt, ...selfTest, ...puzzleOf(mail) });
  }
  return { outcomes, events, held };
}

function idOf({ id }: Event | Held): string {
  return id;
}

function isSelfTest({ selfTest }: Unposted): boolean {
  return selfTest === true;
}

/** What a later version may understand: a sign of a report that came to nothing, a mail that could not be had. */
function puzzleOf({ raw, reading, verdicts }: ReadMail): { puzzling?: true } {
  const came = isReport(reading) ? verdicts.length > 0 : KNOWN_OTHERWISE.includes(reading.kind);
  return raw.problem !== undefined || (raw.candidate && !came) ? { puzzling: true } : {};
}

function sumUp(events: readonly Event[], held: readonly Held[], unposted: readonly Unposted[]): string {
  const words: string[] = [];
  for (const { verdict, address, proof } of events) words.push(`${verdict} ${address} (${proof})`);
  for (const { verdict, address, missing } of held) words.push(`held ${verdict} ${address}: ${missing}`);
  for (const { recipient, because } of unposted) words.push(`not posted ${recipient}: ${because}`);
  return words.length === 0 ? 'a report that names no recipient' : words.join('; ');
}
