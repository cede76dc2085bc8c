/**
 * Message-IDs from mails that anyone may have written. Gives only ids that are safe inside a search query.
 */
import { LIMITS } from './limits.ts';

// RFC 5322 3.6.4, narrowed: what real mailers write, and nothing that means something to an IMAP or Gmail search
// (no space, quote, brace, parenthesis, backslash, control or non-ASCII character).
const SAFE_ID = /^[A-Za-z0-9!#$%&'*+\-/=?^_`|~.,:;]+@[A-Za-z0-9!#$%&'*+\-/=?^_`|~.:[\]]+$/;

/**
 * The first Message-ID in a field's value, without angle brackets, or undefined when there is none that is safe.
 */
export function cleanMessageId(value: string): string | undefined {
  // Nearly every field holds one in its brackets, and nothing else.
  const only = value.startsWith('<') && value.endsWith('>') ? value.slice(1, -1) : '';
  return isSafe(only) ? only : cleanMessageIds(value)[0];
}

/** All safe Message-IDs in a field such as References, in their order, without angle brackets or repetitions. */
export function cleanMessageIds(value: string): string[] {
  const short = value.slice(0, 20 * LIMITS.messageIdChars);
  const bracketed = Array.from(short.matchAll(/<([^<>\s]{3,998})>/g), match => match[1] ?? '');
  const words = bracketed.length > 0 ? bracketed : [short.trim()];
  return [...new Set(words.filter(isSafe))];
}

function isSafe(word: string): boolean {
  return word.length <= LIMITS.messageIdChars && SAFE_ID.test(word);
}
