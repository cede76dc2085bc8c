/**
 * SMTP codes in the words of a refusal. Takes a text, gives the reply code and the enhanced code; a number that only
 * looks like one (an IP address, a size, a time, a part of an address) is none. Pure, linear.
 */

import { matchesOf } from '../shared/matches.ts';

// RFC 5321 4.2: three digits, then a space or hyphen, or the end. Not a port, a limit, a time or a count. A reply of
// class 2 or 3 refuses nothing: such a number is a size or a year. What stands before it is asked of numbers alone.
const REPLY =
  /(?:^|[\s:;<("'[#=])(?=[45]\d\d)(?<!\b(?:port|line|limit(?: of| is)?|max(?:imum)?(?: of| is)?|over|than|exceeds|within|last|size) )([45]\d\d)(?=[\s-]+(?!(?:more )?(?:seconds?|secs?|minutes?|mins?|hours?|days?|times?|attempts|messages|mails|e-?mails|recipients|connections|lines|points|[kmg]?i?bytes?|[kmg]b)\b)|$|[.,;:)\]'"](?:\s|$))/gi;
const ENHANCED = /(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)/;
const QUOTED_EARLIER = 3;

/** The reply code that the text ends on or, more often, begins with. */
export function replyCodeIn(text: string): number | undefined {
  const codes = matchesOf(text.slice(0, 4000), REPLY, QUOTED_EARLIER).map(match => Number(match[1]));
  return codes.find(code => code >= 500) ?? codes.find(code => code >= 400) ?? codes[0];
}

/** The first enhanced status code of class 4 or 5 (RFC 3463 2). */
export function enhancedCodeIn(text: string): string | undefined {
  return ENHANCED.exec(text.slice(0, 4000))?.[1];
}
