/**
 * Email addresses as reports, headers and people write them. Pure; never throws.
 */
import { domainToASCII } from 'node:url';
import { LIMITS } from './limits.ts';

/** Nearly every address: an address whatever else is asked of it, and bare already. */
const PLAIN = /^[A-Za-z0-9._%+=-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?$/;

/**
 * A bare address out of `<a@b>`, `"a@b"`, `mailto:a@b`, a trailing dot, comma or semicolon, or surrounding space.
 * The local part's case is kept (RFC 5321 2.4). Undefined when what is left is no address.
 */
export function cleanAddress(raw: string): string | undefined {
  if (!raw.includes('@')) return undefined;
  if (PLAIN.test(raw)) return raw;
  const inner = /<([^<>]*)>/.exec(raw.slice(0, 4 * LIMITS.addressChars))?.[1] ?? raw;
  if (PLAIN.test(inner)) return inner;
  const written = inner
    .slice(0, 4 * LIMITS.addressChars)
    .trim()
    .replace(/^mailto:/i, '');
  const whole = withoutTail(written).trim();
  if (whole.startsWith('"') && isAddress(whole)) return whole;
  const bare = whole.replace(/^[<("']+(?=[^"'])/, '');
  return isAddress(bare) ? bare : undefined;
}

/** Without what closes or goes on behind an address. No pattern: at the end of a text they take quadratic time. */
function withoutTail(text: string): string {
  let end = text.length;
  while (end > 0 && '>)"\'.,;:'.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** Control, format and bidi characters, line ends, halves of characters, what no decoder could read or nobody sees. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\ufffd]/u;

/** True for local@domain of printable characters within RFC 5321 4.5.3.1's lengths; UTF-8 is allowed (RFC 6531). */
export function isAddress(text: string): boolean {
  if (PLAIN.test(text)) return true;
  if (text.length < 3 || text.length > LIMITS.addressChars || UNSEEN.test(text)) return false;
  const at = text.lastIndexOf('@');
  if (at < 1 || at === text.length - 1) return false;
  const local = text.slice(0, at);
  const domain = text.slice(at + 1);
  const localOk = /^"(?:[^"\\]|\\.)*"$/u.test(local) || /^[^\s"<>()[\]\\,;:@]+$/u.test(local);
  const domainOk =
    /^[\p{L}\p{N}\p{M}_](?:[\p{L}\p{N}\p{M}._-]*[\p{L}\p{N}\p{M}_])?$/u.test(domain) ||
    /^\[[0-9A-Fa-f:.IPv]+\]$/.test(domain);
  return localOk && domainOk;
}

/** Its own ASCII form: letters, digits and hyphens in labels that are neither encoded nor those of a number. */
const PLAIN_DOMAIN = /^(?:(?!xn--)[a-z0-9-]{1,63}\.){1,20}[a-z]{2,24}$/;

/**
 * The form by which two addresses are compared: lower case, domain in its ASCII form (RFC 5890). Everyone's mailbox
 * treats the local part as case-insensitive; a difference in case is never a different customer.
 */
export function addressKey(address: string): string {
  const at = address.lastIndexOf('@');
  if (at < 0) return address.toLowerCase();
  const domain = address.slice(at + 1).toLowerCase();
  const ascii = PLAIN_DOMAIN.test(domain) ? domain : domainToASCII(domain);
  return `${address.slice(0, at).toLowerCase()}@${ascii === '' ? domain : ascii}`;
}

/** True when both name the same mailbox as far as their spelling tells. */
export function sameAddress(one: string, other: string): boolean {
  return one === other || addressKey(one) === addressKey(other);
}
