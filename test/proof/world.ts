/**
 * A shop's account for the proof suites: what lies in Sent, a look-up that answers as the real one does, and the road
 * of one mail from bytes to what is posted, held or left out.
 */
import { readMails } from '../../src/read-mail.ts';
import { conclude, originalIds } from '../../src/river.ts';
import type { SentLookup, SentMail } from '../../src/mailbox/mailbox.ts';
import { isAskable } from '../../src/mailbox/sent.ts';
import { rawFromSource } from '../../src/message/message.ts';
import type { Event, Held, ProvenanceSettings } from '../../src/provenance/provenance.ts';
import { DEFAULT_POLICY } from '../../src/verdict/verdict.ts';

export const ACCOUNT = { mailbox: 'campaigns', callback: 'clevertap', user: 'news@shop.example' };
/** Later than every date in the mails. */
export const NOW_SECONDS = 1_800_000_000;

/** The customer whom the forgeries are after. */
export const VICTIM = 'victim@customer.example';
/** The mail that the victim really got; its Message-ID is known to nobody else. */
export const SECRET_ID = '7c1e4f0a-campaign-victim@shop.example';
/** A customer who turns on us: he has our mail to him, with its header. */
export const ATTACKER = 'mallory@attacker.example';
export const ATTACKER_ID = '55aa01de-campaign-mallory@shop.example';
export const ATTACKER_META = `${ATTACKER}|1700000000|1763000000|20251113|0|wzrk_default|-3|`;
/** A letter of a colleague's to two people. */
export const LETTER_ID = 'letter-of-a-colleague@shop.example';

export const SENT: readonly SentMail[] = [
  {
    messageId: SECRET_ID,
    recipients: [VICTIM],
    campaignMeta: `${VICTIM}|1700000000|1763000000|20251113|0|wzrk_default|-2|`,
  },
  { messageId: ATTACKER_ID, recipients: [ATTACKER], campaignMeta: ATTACKER_META },
  { messageId: LETTER_ID, recipients: [ATTACKER, 'partner@example.org'] },
];

export const REQUIRED: ProvenanceSettings = {
  mode: 'required',
  gmailWithoutOriginal: 'hold',
  onlyCampaignMail: false,
  authservId: 'mx.google.com',
  maxAgeSeconds: 36_500 * 86_400,
};
export const ACCEPT: ProvenanceSettings = { ...REQUIRED, gmailWithoutOriginal: 'accept' };

export interface Fate {
  readonly events: readonly Event[];
  readonly held: readonly Held[];
  /** What is recorded of the mail. */
  readonly kind: string;
  readonly because: string;
}

/** What becomes of a mail in this account. */
export async function fateOf(
  source: Buffer,
  settings: ProvenanceSettings = REQUIRED,
  sent: readonly SentMail[] = SENT,
): Promise<Fate> {
  const receiver = { user: ACCOUNT.user, authservId: settings.authservId };
  const mails = await readMails([rawFromSource(source)], DEFAULT_POLICY, NOW_SECONDS, receiver);
  const found = lookUp(originalIds(mails), sent);
  const { events, held, outcomes } = conclude(mails, found, ACCOUNT, settings, NOW_SECONDS);
  const [outcome] = outcomes;
  if (outcome === undefined) throw new Error('a mail without an outcome');
  return { events, held, kind: outcome.kind, because: outcome.because };
}

function lookUp(ids: readonly string[], sent: readonly SentMail[]): SentLookup {
  const askable = ids.filter(isAskable);
  const mails = sent.filter(({ messageId }) => askable.includes(messageId));
  return { searched: true, mails: new Map(mails.map(mail => [mail.messageId, mail])) };
}
