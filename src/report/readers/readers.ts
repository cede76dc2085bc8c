/**
 * All readers in the order they are asked. A new dialect is one new file and one line here.
 */
import type { Reader } from './reader.ts';
import { dragonfly } from './dragonfly.ts';
import { exim } from './exim.ts';
import { gmailText } from './gmail-text.ts';
import { imail } from './imail.ts';
import { qmail } from './qmail.ts';
import { rfc3464 } from './rfc3464.ts';
import { plainText } from './plain-text.ts';

export const READERS: readonly Reader[] = [rfc3464, gmailText, exim, qmail, dragonfly, imail, plainText];
