/**
 * A text as it may be shared. Takes decoded text and the stand-ins, gives the text with everything replaced that is not
 * known to be public: addresses, hosts, IP addresses, phone numbers, ids, words. What stays is what is on a list.
 */
import { isPublicSign, isPublicWord, looksLikeHost, publicSuffix, SIGN, withoutForeignWords, WORD } from './public.ts';
import type { StandIns } from './stand-ins.ts';

/** Which words may stay: those that mail systems use, or none, where people wrote. */
export type Words = 'public' | 'none';

export interface Scanner {
  scan(text: string, words: Words): string;
}

export interface Secrets {
  /** Names of people and subjects, each of several words: replaced also where each of them is public. */
  readonly phrases: readonly string[];
  /** Words that stay at the operator's word, lower case. */
  readonly keep: ReadonlySet<string>;
}

const LABEL = String.raw`[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_-]{0,61}[\p{L}\p{M}\p{N}_])?`;
const LOCAL = String.raw`(?:\\x\{[0-9A-Fa-f]{2,6}\}|[\p{L}\p{M}\p{N}!#$%&'*+/?^~._-]){1,100}`;
/** "@" as it stands in URLs, in xtext (RFC 3461 4), in quoted-printable that was not undone. */
const AT = '@|%40|\\+40|=40';
const KINDS = {
  date: String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?Z?`,
  address: String.raw`(?<![\p{L}\p{M}\p{N}!#$%&'*+/?^~._-])(?<local>${LOCAL})(?<at>${AT})(?<domain>${LABEL}(?:\.${LABEL}){0,20}|\[[0-9A-Fa-f:.IPv]{3,50}\])`,
  ip6: String.raw`(?:(?<=IPv6:)|(?<![\p{L}\p{N}_:.]))(?:[0-9A-Fa-f]{0,4}:){2,8}[0-9A-Fa-f]{0,4}(?:(?:\.\d{1,3}){3})?(?![\p{L}\p{N}_:])`,
  ip4: String.raw`(?<![\p{L}\p{N}_.])\d{1,3}(?:\.\d{1,3}){3}(?![\p{L}\p{N}_]|\.\d)`,
  host: String.raw`(?<![\p{L}\p{N}_-])(?:${LABEL}\.){1,20}${LABEL}`,
  phone: String.raw`(?<![\p{L}\p{N}.:-])(?:\+\d{1,3}[ ./-]?(?:\(0\))?[ ./-]?(?:\d{1,6}[ ./-]){1,5}\d{2,8}|\(?0\d{1,5}\)?[ /-]{1,3}\d{3,}(?:[ -]\d{1,6}){0,4}|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4})(?![\p{L}\p{N}:])`,
  word: WORD.source,
} as const;
/** Also where it hangs on other numbers. */
const IP4 = /(?<![\d.])(\d{1,3}(?:\.\d{1,3}){3})(?![\d]|\.\d)/;
/** Words of header syntax and of answers that say nothing of anybody. */
const GRAMMAR = /^(?:re|aw|sv|vs|fw|fwd|wg|tr|undisclosed|recipients)$/i;
/** Digits of numbers in the URLs of documentation, which receivers tell in their refusals. */
const DOCUMENT_DIGITS = 7;

/** @param secrets gathered from the mail before */
export function openScanner(stand: StandIns, { phrases, keep }: Secrets): Scanner {
  const pattern = patternOf(phrases);
  const word = (text: string, words: Words): string => {
    if (words === 'none' && GRAMMAR.test(text)) return text;
    if (words === 'public' && isPublicWord(text, keep)) return text;
    if (SIGN.test(text)) return bySigns(text, words, keep, stand);
    if (text.includes('_')) return text.replace(/[^_]+/g, part => word(part, words));
    if (/^\p{N}+$/u.test(text) && text.length < 3) return text;
    return /\p{N}/u.test(text) ? stand.id(text) : stand.word(text);
  };
  const eachWord = (text: string, words: Words): string => text.replace(WORD, part => word(part, words));
  const host = (text: string, words: Words): string =>
    looksLikeHost(text.split('.'))
      ? stand.host(text)
      : text
          .split(IP4)
          .map((part, index) => (index % 2 === 1 ? ip4(part) : eachWord(part, words)))
          .join('');
  const replace = (found: Found, words: Words): string => {
    const { all, groups } = found;
    if (groups['phrase'] !== undefined) return eachWord(all, 'none');
    if (groups['date'] !== undefined) return all;
    const { local, at, domain } = groups;
    if (local !== undefined && at !== undefined && domain !== undefined) {
      if (domain.startsWith('[')) return eachWord(local, 'none') + at + openScannerOf(domain);
      return stand.address(local, at, domain);
    }
    if (groups['ip6'] !== undefined) return isIp6(all) ? stand.ip6(all) : eachWord(all, words);
    if (groups['ip4'] !== undefined) return ip4(all);
    if (groups['host'] !== undefined) return host(all, words);
    if (groups['phone'] !== undefined) return all.replace(/\d+/g, digits => stand.id(digits));
    return word(all, words);
  };
  const ip4 = (text: string): string => (isIp4(text) && !/^(?:127|0|255)\./.test(text) ? stand.ip4(text) : text);
  const openScannerOf = (literal: string): string =>
    literal.replace(/[0-9.]{7,}/, ip4).replace(/(?<=IPv6:)[0-9a-f:]+/i, text => stand.ip6(text));
  const plain = (text: string, words: Words): string =>
    text.replace(pattern, (...match: unknown[]) => replace(foundIn(match), words));
  return {
    scan: (text, words) =>
      text
        .split(DOCUMENT)
        .map((part, index) =>
          index % 2 === 1 ? documentUrl(part, one => plain(one, words), keep) : plain(part, words),
        )
        .join(''),
  };
}

/** A URL at one of the large hosts, as refusals quote them. */
const DOCUMENT = /(https?:\/\/[\p{L}\p{N}.-]{3,100}(?:[/?#][^\s"'<>()\\]{0,300})?)/iu;

/** Path and query keep their short numbers where the host is public. */
function documentUrl(url: string, plain: (text: string) => string, keep: ReadonlySet<string>): string {
  const host = /^https?:\/\/([^/?#]+)/i.exec(url)?.[1] ?? '';
  if (publicSuffix(host) === undefined || url.includes('@')) return plain(url);
  const parts = url.split(/([/?#&=.-])/);
  const isPlain = parts.every(part => {
    const words = part.match(WORD) ?? [];
    return words.every(one => isPublicWord(one, keep) || (/^\d+$/.test(one) && one.length <= DOCUMENT_DIGITS));
  });
  return isPlain && !/\d+\.\d+\.\d+\.\d+/.test(url) ? url : plain(url);
}

interface Found {
  readonly all: string;
  readonly groups: Readonly<Record<string, string | undefined>>;
}

/** The arguments of a replacer: the match, its groups by number, place, text, groups by name. */
function foundIn(match: readonly unknown[]): Found {
  return { all: String(match[0]), groups: match.at(-1) as Found['groups'] };
}

function patternOf(phrases: readonly string[]): RegExp {
  const kinds = Object.entries(KINDS).map(([kind, source]) => `(?<${kind}>${source})`);
  const escaped = phrases.map(phrase =>
    phrase
      .trim()
      .split(/\s+/)
      .map(word => word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
      .join('\\s+'),
  );
  const known =
    escaped.length === 0 ? [] : [`(?<phrase>(?<![\\p{L}\\p{N}])(?:${escaped.join('|')})(?![\\p{L}\\p{N}]))`];
  return new RegExp([...known, ...kinds].join('|'), 'giu');
}

/** Character by character, foreign words as words. */
function bySigns(text: string, words: Words, keep: ReadonlySet<string>, stand: StandIns): string {
  if (words === 'none') return stand.word(text);
  const hide = (part: string): string => (isPublicWord(part, keep) ? part : stand.word(part));
  const signs = text.replace(/[^\p{Script=Katakana}ー]/gu, one =>
    isPublicSign(one) || !/\p{L}/u.test(one) ? one : stand.word(one),
  );
  return withoutForeignWords(signs, hide);
}

function isIp4(text: string): boolean {
  return text.split('.').every(byte => Number(byte) <= 255);
}

/** Eight groups, or "::" once: no time of day, no list of numbers. */
function isIp6(text: string): boolean {
  const groups = text.split(':');
  const isShort = text.includes('::') && text.indexOf('::') === text.lastIndexOf('::') && !text.includes(':::');
  return /[0-9a-f]/i.test(text) && (isShort ? groups.length <= 8 + 1 : groups.length === 8 || text.includes('.'));
}
