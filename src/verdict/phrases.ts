/**
 * Wordings of refusals: the tables under phrases/ as one, and the form of their rows. Decides nothing by itself:
 * match.ts orders them.
 */
import { ACCESS } from './phrases/access.ts';
import { ANY_NETWORK } from './phrases/any-network.ts';
import { ANY_RECIPIENT } from './phrases/any-recipient.ts';
import { ANY_SENDER } from './phrases/any-sender.ts';
import { FILTERS } from './phrases/filters.ts';
import { GONE_FOR_GOOD } from './phrases/gone-for-good.ts';
import { GOOGLE } from './phrases/google.ts';
import { LANGUAGES_OF_ASIA } from './phrases/languages-of-asia.ts';
import { LANGUAGES_OF_EUROPE } from './phrases/languages-of-europe.ts';
import { MAIL_SERVERS } from './phrases/mail-servers.ts';
import { MICROSOFT } from './phrases/microsoft.ts';
import { WEBMAIL } from './phrases/webmail.ts';
import type { Reason } from './verdict.ts';

/** How far the sources of a wording agree; a hard verdict of low confidence needs a second sign. */
export type Confidence = 'high' | 'medium' | 'low';

/**
 * Who says it ("any": seen at many), a lower-case fragment ("*" stands for anything, "{domain}" for the recipient's
 * domain), what it means, how sure its sources are, and the sources.
 */
export type PhraseRow = readonly [
  receiver: string,
  fragment: string,
  reason: Reason,
  confidence: Confidence,
  source: string,
];

export const PHRASES: readonly PhraseRow[] = [
  ...GOOGLE,
  ...MICROSOFT,
  ...WEBMAIL,
  ...ACCESS,
  ...FILTERS,
  ...MAIL_SERVERS,
  ...ANY_RECIPIENT,
  ...ANY_SENDER,
  ...ANY_NETWORK,
  ...GONE_FOR_GOOD,
  ...LANGUAGES_OF_EUROPE,
  ...LANGUAGES_OF_ASIA,
];
