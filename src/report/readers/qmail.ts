/**
 * qmail's bounce message format (QSBMF): "Hi. This is the qmail-send program at ...", then paragraphs `<address>:`.
 * Source: D. J. Bernstein, "The qmail-send Bounce Message Format", https://cr.yp.to/proto/qsbmf.txt
 */
import { isReporter } from '../signs.ts';
import { addressBlocks, ownWords } from './blocks.ts';
import type { Reader } from './reader.ts';
import { textReport } from './text-report.ts';

const SIGN = /^(?:hi\. this is the|this is the (?:qmail|[\w.-]+ mail) |.{0,80}qmail-send program)/im;

export const qmail: Reader = {
  name: 'qmail',
  read(message) {
    const text = ownWords(message);
    if (!SIGN.test(text.slice(0, 2000)) || !isReporter(message, SIGN)) return undefined;
    const blocks = addressBlocks(text).filter(block => /^<.*>:?/.test(block.line));
    return textReport(message, 'qmail', blocks, text);
  },
};
