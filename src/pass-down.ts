/**
 * Mails down the river, from reading to what the outbox is to record: the one way, for new mail and for mail that is
 * read once more. Takes raw messages, gives a Conclusion; looks up in Sent, records nothing.
 */
import type { Mailbox, RawMessage, SentLookup } from './mailbox/mailbox.ts';
import type { Account, ProvenanceSettings } from './provenance/provenance.ts';
import type { ReadAhead } from './read-ahead.ts';
import { conclude, originalIds, readByHeader } from './river.ts';
import type { Conclusion, ReadMail } from './river.ts';

/** What the way down needs. */
export interface Passage {
  readonly mailbox: Pick<Mailbox, 'findSent'>;
  readonly readAhead: Pick<ReadAhead, 'read'>;
  readonly account: Account;
  readonly settings: ProvenanceSettings;
}

const NOTHING_FOUND: SentLookup = { searched: true, mails: new Map() };

/** Reads, decides, looks up and proves. Rejects with a Fault: then the mails are to be fetched and read again. */
export async function passDown(
  passage: Passage,
  messages: readonly RawMessage[],
  nowSeconds: number,
  signal: AbortSignal,
): Promise<Conclusion> {
  const { readAhead, account, settings } = passage;
  const reading: Promise<ReadMail>[] = [];
  for (const raw of messages) if (raw.candidate) reading.push(readAhead.read(raw));
  const read = new Map<RawMessage, ReadMail>();
  for (const mail of await Promise.all(reading)) read.set(mail.raw, mail);
  const mails: ReadMail[] = [];
  // Of most mails their header has told all.
  for (const raw of messages) mails.push(read.get(raw) ?? readByHeader(raw));
  const found = await lookUp(passage, originalIds(mails), signal);
  return conclude(mails, found, account, settings, nowSeconds);
}

/** A look-up that fails rejects: not having looked is no reason to hold. */
export async function lookUp(
  { mailbox, settings }: Pick<Passage, 'mailbox' | 'settings'>,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<SentLookup> {
  if (settings.mode === 'off' || ids.length === 0) return NOTHING_FOUND;
  return mailbox.findSent(ids, signal);
}
