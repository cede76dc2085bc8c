/**
 * Ipswitch IMail: one line a recipient, the address behind the words: "Unknown user: a@b", "undeliverable to a@b",
 * "User mailbox exceeds allowed size: a@b". Source: IMail Server's reports of several versions.
 */
import { cleanAddress } from '../../shared/address.ts';
import { matchesOf } from '../../shared/matches.ts';
import { fromMailer } from '../signs.ts';
import { linesUpTo, ownWords } from './blocks.ts';
import type { Block } from './blocks.ts';
import type { Reader } from './reader.ts';
import { textReport } from './text-report.ts';

/** What the server said in the lines below. */
const WORDS_CHARS = 1000;

const LINE =
  /^((?:unknown user|invalid user|user mailbox exceeds allowed size|user's mailbox is full|(?:invalid final )?delivery userid|undeliverable to|unknown host|delivery failed)[^@\n:]{0,60}):?\s+<?([^<>\s@]{1,64}@[^<>\s]{1,255})(?![^<>\s])>?/gim;

export const imail: Reader = {
  name: 'imail',
  read(message) {
    const text = linesUpTo(ownWords(message), 8000);
    if (!fromMailer(message.headers)) return undefined;
    const matches = matchesOf(text, LINE);
    const blocks = matches.flatMap(({ index, 0: line, 1: words = '', 2: raw = '' }, at): Block[] => {
      const address = cleanAddress(raw);
      const said = text.slice(index + line.length, matches[at + 1]?.index).slice(0, WORDS_CHARS);
      return address === undefined ? [] : [{ address, line, words: `${words} ${said}`.trim() }];
    });
    return blocks.length === 0 ? undefined : textReport(message, 'imail', blocks, text);
  },
};
