/**
 * Whether an address stands in a mail, told without the readers: the decoded words of a message, and a search in them
 * that minds where an address begins and ends. Takes a Message and an address, answers yes or no.
 */
import { domainToASCII, domainToUnicode } from 'node:url';
import type { Message } from '../../src/message/message.ts';

/** What an address may go on with on either side: then another address was cut in two. */
const BEFORE = /[\p{L}\p{N}_+.=%-]$/u;
const AFTER = /^(?:[\p{L}\p{N}_@]|[.-]+[\p{L}\p{N}_])/u;

/** All words of the mail in lower case: as they stand, and with the codings undone that RFC 3464's fields may have. */
export function wordsOf({ headers, subject, text, machineParts, returned }: Message): string[] {
  const fields = [...headers, ...(returned?.headers ?? [])].map(({ value }) => value);
  const plain = [...fields, subject, text, ...machineParts.map(part => part.text)].join('\n').toLowerCase();
  const unfolded = plain.replace(/\n[ \t]+/g, ' ');
  const bare = withoutComments(plain);
  const unitext = plain.replace(/\\x\{([0-9a-f]{2,6})\}/g, (whole, hex: string) => character(whole, hex));
  const xtext = plain.replace(/\+([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return [...new Set([plain, unfolded, bare, unitext.toLowerCase(), xtext.toLowerCase()])];
}

/** True when the address stands whole in one of the texts, its domain in either spelling (RFC 5890). */
export function standsIn(words: readonly string[], address: string): boolean {
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at).toLowerCase();
  const domain = address.slice(at + 1).toLowerCase();
  const spellings = new Set([domain, domainToASCII(domain), domainToUnicode(domain)]);
  return [...spellings].some(one => one !== '' && words.some(text => standsWhole(text, `${local}@${one}`)));
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
