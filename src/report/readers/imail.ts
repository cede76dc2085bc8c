/**
 * Ipswitch IMail: one line a recipient, the address behind the words: "Unknown user: a@b", "undeliverable to a@b",
 * "User mailbox exceeds allowed size: a@b". Source: IMail Server's reports of several versions.
 */
import { cleanAddress } from '../../shared/address.ts';
import { fromMailer } from '../signs.ts';
import { ownWords } from './blocks.ts';
import type { Block } from './blocks.ts';
import type { Reader } from './reader.ts';
import { textReport } from './text-report.ts';

const LINE =
  /^((?:unknown user|invalid user|user mailbox exceeds allowed size|delivery userid|undeliverable to|unknown host|delivery failed)[^@\n:]{0,60}):?\s+<?([^<>\s@]{1,64}@[^<>\s]{1,255})>?/gim;

export const imail: Reader = {
  name: 'imail',
  read(message) {
    const text = ownWords(message.text).slice(0, 8000);
    if (!fromMailer(message.headers)) return undefined;
    const blocks = Array.from(text.matchAll(LINE)).flatMap(([line, words = '', raw = '']): Block[] => {
      const address = cleanAddress(raw);
      return address === undefined ? [] : [{ address, line, words: `${words}${restOf(text, line)}` }];
    });
    return blocks.length === 0 ? undefined : textReport(message, 'imail', blocks, text);
  },
};

/** What the server said, where the line names a failed session: the lines below it. */
function restOf(text: string, line: string): string {
  const after = text.slice(text.indexOf(line) + line.length).split(/\n\s*\n/)[0] ?? '';
  return after.trim() === '' ? '' : ` ${after.trim()}`;
}
