/**
 * What is posted, softened, held or left out: the whole ladder in one table. Takes what is known of one failed
 * recipient, gives the first rung that fits. Knows no mail and no address; the words come from the caller.
 */
import type { Proof } from './provenance.ts';

/** What is known of one failed recipient of one report. */
export interface Standing {
  /** The configuration's `[provenance]`. */
  readonly mode: 'required' | 'off';
  readonly gmailWithoutOriginal: 'hold' | 'accept';
  readonly onlyCampaignMail: boolean;
  /** Who wrote the report, as far as the receiving server vouches for it. */
  readonly author: 'gmail' | 'forged' | 'unknown';
  /** False when the server shows no Sent folder. */
  readonly searched: boolean;
  readonly quotesMessageId: boolean;
  /** How the mails found in Sent fit the names in the report: see `Match`. */
  readonly original: 'named' | 'single' | 'others' | 'gone';
  /** True when that mail was sent to the account itself. */
  readonly toOurselves: boolean;
  /** True when that mail (or, where it is gone, the one returned) bears X-CleverTap_META for that recipient. */
  readonly isCampaign: boolean;
  /** True when the report returns the X-CleverTap_META of the mail in Sent, which only who had that mail knows. */
  readonly hadTheMail: boolean;
  /** True when that mail bears the mark of a self-test. */
  readonly isSelfTest: boolean;
  /** True when a Message-ID that the report quotes has the form of a self-test's: a claim of the report, no more. */
  readonly looksLikeSelfTest: boolean;
  readonly isHard: boolean;
}

/** What a rung's words are made of. */
export interface Words {
  /** The Message-IDs that the report quotes: "<a@b>, <c@d>". */
  readonly ids: string;
  /** The names it gives the recipient: "a@b or c@d". */
  readonly names: string;
  /** Why the report is not what it says it is. */
  readonly forgery: string;
}

export type Rung = { readonly name: string; when(standing: Standing): boolean } & Outcome;

export type Outcome =
  | { readonly then: 'post'; readonly proof: Proof }
  /** Posted, but never as hard. */
  | { readonly then: 'soften'; readonly proof: Proof }
  /** `final`: no later look-up can change it. */
  | { readonly then: 'hold'; readonly final?: true; missing(words: Words): string }
  /** `selfTest`: it shows that bounces come back and are understood. */
  | { readonly then: 'leave out'; readonly selfTest?: true; because(words: Words): string };

const inSent = ({ original }: Standing): boolean => original === 'named' || original === 'single';
const gmailAlone = ({ author, original }: Standing): boolean => author === 'gmail' && original === 'gone';
/** Until the operator makes Sent visible; then each held event is looked up again. */
export const NO_SENT = 'the server shows no Sent folder to look the original up in';
const GONE = "Gmail's own report, but the original";

/** The first rung whose condition holds. The last one holds always. */
export const LADDER: readonly Rung[] = [
  { name: 'proof is off', when: s => s.mode === 'off', then: 'post', proof: 'off' },
  {
    name: "forged in Gmail's name",
    when: s => s.author === 'forged',
    then: 'hold',
    final: true,
    missing: ({ forgery }) => `the report is forged: ${forgery}`,
  },
  {
    name: 'Sent not visible',
    when: s => !s.searched,
    then: 'hold',
    missing: () => NO_SENT,
  },
  {
    name: 'no Message-ID',
    when: s => !s.quotesMessageId,
    then: 'hold',
    final: true,
    missing: () => 'the report names no Message-ID of the mail that bounced',
  },
  // Only the mail in Sent says so, and only for the one address that it went to: a report cannot hide another's bounce.
  {
    name: 'a self-test',
    when: s => s.original === 'named' && s.isSelfTest,
    then: 'leave out',
    selfTest: true,
    because: ({ ids }) => `a self-test: ${ids} in Sent is a mail that bounced sent itself, to see this come back`,
  },
  {
    name: 'a mail to ourselves',
    when: s => inSent(s) && s.toOurselves,
    then: 'hold',
    missing: () => 'the mail was sent to our own address',
  },
  {
    name: "people's mail",
    when: s => s.onlyCampaignMail && inSent(s) && !s.isCampaign,
    then: 'leave out',
    because: ({ ids }) => `people's mail: ${ids} in Sent bears no X-CleverTap_META for it (only_campaign_mail)`,
  },
  // Proven. Gmail vouches for the report as well, or (second rung) nobody does: then whoever got the mail may have
  // written it, and speaks of an address that got the mail.
  {
    name: 'in Sent, by Gmail',
    when: s => s.original === 'named' && s.author === 'gmail',
    then: 'post',
    proof: 'sent-gmail',
  },
  { name: 'in Sent', when: s => s.original === 'named', then: 'post', proof: 'sent' },
  // Gmail speaks of the address that it was given, never of where somebody else passed the mail on to. Its MIME
  // structure is not signed: a report that was sent on with another boundary names whom it likes.
  {
    name: 'Gmail names another',
    when: s => s.author === 'gmail' && s.original !== 'gone',
    then: 'hold',
    final: true,
    missing: ({ ids, names }) => `Gmail's own report, but the mail ${ids} in Sent was not sent to ${names}`,
  },
  {
    name: 'passed on',
    when: s => s.original === 'single' && s.hadTheMail,
    then: 'soften',
    proof: 'sent-forwarded',
  },
  {
    name: 'passed on, or forged',
    when: s => s.original === 'single',
    then: 'hold',
    missing: ({ ids, names }) =>
      `the mail ${ids} in Sent was not sent to ${names}, and the report does not return the X-CleverTap_META of that ` +
      'mail, which one that was passed on would show',
  },
  {
    name: 'sent to others',
    when: s => s.original === 'others',
    then: 'hold',
    missing: ({ ids, names }) => `the mail ${ids} in Sent was not sent to ${names}`,
  },
  {
    name: 'Gmail, original gone, accepted',
    when: s =>
      gmailAlone(s) &&
      s.gmailWithoutOriginal === 'accept' &&
      !s.isHard &&
      !s.looksLikeSelfTest &&
      (s.isCampaign || !s.onlyCampaignMail),
    then: 'post',
    proof: 'gmail',
  },
  {
    name: 'Gmail, original gone, hard',
    when: s => gmailAlone(s) && s.gmailWithoutOriginal === 'accept' && s.isHard,
    then: 'hold',
    missing: ({ ids }) => `${GONE} ${ids} is gone from Sent, and a hard bounce is never accepted without it`,
  },
  {
    name: 'Gmail, original gone',
    when: gmailAlone,
    then: 'hold',
    missing: ({ ids }) => `${GONE} ${ids} is gone from Sent`,
  },
  {
    name: 'nothing',
    when: () => true,
    then: 'hold',
    missing: ({ ids }) => `no mail with Message-ID ${ids} is in Sent`,
  },
];

/** The rung that a recipient stands on. */
export function rungOf(standing: Standing): Rung {
  const rung = LADDER.find(rung => rung.when(standing));
  return rung ?? { name: 'nothing', when: () => true, then: 'hold', missing: () => 'no proof' };
}
