/**
 * Exim without a machine-readable part: "This message was created automatically by mail delivery software".
 * Source: Exim's specification, "Customizing bounce and warning messages".
 */
import { cleanAddress } from '../../shared/address.ts';
import { headerValues } from '../../shared/header-fields.ts';
import { singleSpaced } from '../../shared/one-line.ts';
import { isReporter } from '../signs.ts';
import { acrossLines, addressBlocks, ownWords, paragraphsOf } from './blocks.ts';
import type { Block } from './blocks.ts';
import type { Reader } from './reader.ts';
import { textReport } from './text-report.ts';

const SIGN =
  /(?:created automatically by (?:the )?mail delivery (?:software|system)|a message that you sent (?:could not be delivered|has not yet been delivered|was rejected)|message you sent to one or more|a message that you sent contained one or more recipient addresses that were)/i;
const WRAPPED_SIGN = acrossLines(SIGN);
/** A program or a file in place of an address, with whose it is in the next line: "pipe to |/usr/bin/filter". */
const PROGRAM = /^[ \t]+(?:(?:pipe|save) to )?[|/][^\n]{0,500}\n[ \t]+\(?generated (?:by|from) ([^\s<>()]{3,320})\)?/gm;
/** What was written in the header is quoted before it: "anna <a@b> berg: malformed address: ..." */
const MALFORMED = /^(.{0,600}?): malformed address: /;

export const exim: Reader = {
  name: 'exim',
  read(message) {
    const text = ownWords(message);
    const failed = headerValues(message.headers, 'x-failed-recipients').flatMap(value => value.split(','));
    if (!WRAPPED_SIGN.test(text.slice(0, 4000)) || !isReporter(message, SIGN)) return undefined;
    const malformed = malformedIn(text);
    if (malformed.length > 0) return textReport(message, 'exim', malformed, text);
    // "A message sent by <...> could not be delivered": the sender stands above the list of those that failed.
    const list = /address(?:\(es\)|es)?[^:\n]{0,60}failed:|following address[^:\n]{0,80}:/i.exec(text)?.index ?? 0;
    const blocks = addressBlocks(text.slice(list).replace(PROGRAM, '  $1'));
    const named = failed.flatMap(value => cleanAddress(value) ?? []);
    const missing = named.filter(
      address => !blocks.some(block => block.address.toLowerCase() === address.toLowerCase()),
    );
    const fromHeader =
      blocks.length > 0
        ? []
        : missing.map(address => ({ address, line: `X-Failed-Recipients: ${address}`, words: text.slice(0, 2000) }));
    return textReport(message, 'exim', [...blocks, ...fromHeader], text);
  },
};

/** Addresses that Exim could not parse in a submitted header; the others went out (Exim specification, 48.5). */
function malformedIn(text: string): Block[] {
  return paragraphsOf(text).flatMap(paragraph => {
    const line = singleSpaced(paragraph).trim();
    const address = cleanAddress(MALFORMED.exec(line)?.[1] ?? '');
    return address === undefined ? [] : [{ address, line, words: line }];
  });
}
