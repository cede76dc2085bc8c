/**
 * Mails down the river, from reading to what the outbox is to record: the one way, for new mail and for mail that is
 * read once more. Takes raw messages, gives a Conclusion; looks up in Sent, records nothing.
 */
import type { Mailbox, RawMessage, SentLookup } from './mailbox/mailbox.ts';
import type { Account, ProvenanceSettings } from './provenance/provenance.ts';
import type { ReadingThread } from './reading-thread.ts';
import { conclude, originalIds } from './river.ts';
import type { Conclusion } from './river.ts';
import type { Policy } from './verdict/verdict.ts';

/** What the way down needs. */
export interface Passage {
  readonly mailbox: Pick<Mailbox, 'findSent'>;
  readonly reading: Pick<ReadingThread, 'read'>;
  readonly policy: Policy;
  readonly account: Account;
  readonly settings: ProvenanceSettings;
}

const NOTHING = Buffer.alloc(0);
const NOTHING_FOUND: SentLookup = { searched: true, mails: new Map() };

/**
 * Reads, decides, looks up and proves; the content of a mail that was read is dropped. Rejects with a Fault: then the
 * mails are to be fetched and read again.
 */
export async function passDown(
  passage: Passage,
  messages: readonly RawMessage[],
  nowSeconds: number,
  signal: AbortSignal,
): Promise<Conclusion> {
  const { reading, policy, account, settings } = passage;
  const receiver = { user: account.user, authservId: settings.authservId };
  const mails = await Promise.all(
    messages.map(async raw => {
      const mail = await reading.read(raw, policy, nowSeconds, receiver);
      dropContent(raw);
      return mail;
    }),
  );
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

/** Nobody asks for it any more, and the chunk is held until it is recorded, with the next one behind it. */
function dropContent(raw: RawMessage): void {
  const held: { -readonly [Key in keyof RawMessage]: RawMessage[Key] | undefined } = raw;
  held.header = NOTHING;
  held.structure = undefined;
  held.parts = undefined;
  held.source = undefined;
}
