/**
 * Postfix without a machine-readable part: "This is the mail system at host ...", then paragraphs
 * `<address>: host ... said: ... (in reply to RCPT TO command)`. Source: Postfix's bounce(5), bounce templates.
 */
import { isReporter } from '../signs.ts';
import { acrossLines, addressBlocks, ownWords } from './blocks.ts';
import type { Reader } from './reader.ts';
import { textReport } from './text-report.ts';

const SIGN =
  /(?:this is the (?:mail system|postfix (?:program|mail system)) at host|i'm sorry to have to inform you that (?:your|the) message)/i;
const WRAPPED_SIGN = acrossLines(SIGN);

export const postfix: Reader = {
  name: 'postfix',
  read(message) {
    const text = ownWords(message);
    if (!WRAPPED_SIGN.test(text.slice(0, 2000)) || !isReporter(message, SIGN)) return undefined;
    const blocks = addressBlocks(text).filter(block => /^<[^<>]*>(?: \([^()]*\))?:/.test(block.line));
    return textReport(message, 'postfix', blocks, text);
  },
};
