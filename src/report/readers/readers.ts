/**
 * All readers in the order they are asked. A new dialect is one new file and one line here.
 */
import type { Reader } from './reader.ts';
import { amazonSns } from './amazon-sns.ts';
import { dragonfly } from './dragonfly.ts';
import { embeddedStatus } from './embedded-status.ts';
import { exchange } from './exchange.ts';
import { exim } from './exim.ts';
import { gmailText } from './gmail-text.ts';
import { imail } from './imail.ts';
import { plainText } from './plain-text.ts';
import { postfix } from './postfix.ts';
import { qmail } from './qmail.ts';
import { rejectedByFilter } from './rejected-by-filter.ts';
import { rfc3464 } from './rfc3464.ts';
import { sendmail } from './sendmail.ts';

/** Those that read fields for programs first, the cautious one for any prose last. */
export const READERS: readonly Reader[] = [
  rfc3464,
  rejectedByFilter,
  gmailText,
  amazonSns,
  embeddedStatus,
  exim,
  qmail,
  postfix,
  sendmail,
  exchange,
  dragonfly,
  imail,
  plainText,
];
