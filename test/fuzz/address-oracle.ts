/**
 * Whether an address stands in a mail, told without the readers: the decoded words of a message, and a search in them
 * that minds where an address begins and ends. Takes a Message and an address, answers yes or no.
 */
import { domainToASCII, domainToUnicode } from 'node:url';
import type { Message } from '../../src/message/message.ts';

/** What an address may go on with on either side: then another address was cut in two. */
// Scripts without spaces write an address right behind a word, fullwidth letters included.
const BEFORE = /[A-Za-z\u00aa-\u024f\p{Script=Greek}\p{Script=Cyrillic}\p{N}_+.=%-]$/u;
const AFTER = /^(?:[\p{L}\p{N}_@]|[.-]+[\p{L}\p{N}_])/u;

/** All words of the mail in lower case: as they stand and, where that is not enough, with what covers them undone. */
export interface Words {
  readonly plain: string;
  readonly uncovered: () => readonly string[];
}

/** Uncovered: without folds and comments, and without the codings that fields of RFC 3464 may have. */
export function wordsOf({ headers, subject, text, machineParts, returned }: Message): Words {
  const fields = [...headers, ...(returned?.headers ?? [])].map(({ value }) => value);
  const plain = [...fields, subject, text, ...machineParts.map(part => part.text)].join('\n').toLowerCase();
  return {
    plain,
    uncovered: () => [
      plain.replace(/\n[ \t]+/g, ' '),
      plain.replace(/\n ?/g, ''),
      withoutComments(plain),
      plain.replace(/\\x\{([0-9a-f]{2,6})\}/g, (whole, hex: string) => character(whole, hex)).toLowerCase(),
      plain
        .replace(/\+([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
        .toLowerCase(),
    ],
  };
}

/** True when the address stands whole in one of the texts, its domain in either spelling (RFC 5890). */
export function standsIn(words: Words, address: string): boolean {
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at).toLowerCase();
  const domain = address.slice(at + 1).toLowerCase();
  if (standsWhole(words.plain, `${local}@${domain}`) || isNamedAlone(words.plain, local, domain)) return true;
  const spellings = [...new Set([domain, domainToASCII(domain), domainToUnicode(domain)])].filter(one => one !== '');
  const texts = [words.plain, ...words.uncovered()];
  return spellings.some(one => texts.some(text => standsWhole(text, `${local}@${one}`)));
}

/** Some mailers name users of their own domain without it, alone on a line. */
function isNamedAlone(text: string, local: string, domain: string): boolean {
  const name = local.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return text.includes(domain) && new RegExp(`^[ \\t]+<?${name}>?[ \\t]*(?:\\(|$)`, 'm').test(text);
}

function standsWhole(text: string, address: string): boolean {
  for (let at = text.indexOf(address); at >= 0; at = text.indexOf(address, at + 1)) {
    const before = text.slice(Math.max(at - 2, 0), at);
    const after = text.slice(at + address.length, at + address.length + 8);
    if (!BEFORE.test(before) && !AFTER.test(after)) return true;
  }
  return false;
}

function withoutComments(text: string): string {
  let depth = 0;
  let kept = '';
  for (const one of text) {
    if (one === '\n') depth = 0;
    if (one === '(') depth += 1;
    else if (one === ')' && depth > 0) depth -= 1;
    else if (depth === 0) kept += one;
  }
  return kept;
}

function character(whole: string, hex: string): string {
  const point = Number.parseInt(hex, 16);
  return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
}
