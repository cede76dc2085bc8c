/**
 * SEARCH for the test IMAP server (RFC 3501 6.4.4): the keys that a read-only follower uses, and Gmail's X-GM-RAW
 * with rfc822msgid.
 */
import type { StoredMail } from './imap-fetch.ts';
import { inSet } from './imap-session.ts';
import { fieldsOf } from './mime-tree.ts';

type Test = (mail: StoredMail) => boolean;

/** UIDs that match, or undefined for a key that is not known. */
export function search(mails: readonly StoredMail[], query: string, gmail: boolean): number[] | undefined {
  const words = tokens(query);
  const top = mails.at(-1)?.uid ?? 0;
  const tests: Test[] = [];
  while (words.length > 0) {
    const test = readKey(words, top, gmail);
    if (test === undefined) return undefined;
    tests.push(test);
  }
  return mails.filter(mail => tests.every(test => test(mail))).map(mail => mail.uid);
}

function readKey(words: string[], top: number, gmail: boolean): Test | undefined {
  const word = words.shift() ?? '';
  switch (word.toUpperCase()) {
    case 'ALL':
      return () => true;
    case 'CHARSET':
      words.shift();
      return () => true;
    case 'UID': {
      const set = words.shift() ?? '';
      return mail => inSet(set, mail.uid, top);
    }
    case 'SINCE': {
      const since = Date.parse(`${words.shift() ?? ''} UTC`);
      return mail => mail.internalDate.getTime() >= since;
    }
    case 'HEADER': {
      const name = (words.shift() ?? '').toLowerCase();
      const value = (words.shift() ?? '').toLowerCase();
      return mail => fieldsOf(mail.tree.header.toString('latin1')).get(name)?.toLowerCase().includes(value) ?? false;
    }
    case 'NOT': {
      const test = readKey(words, top, gmail);
      return test && (mail => !test(mail));
    }
    case 'OR': {
      const one = readKey(words, top, gmail);
      const other = readKey(words, top, gmail);
      return one && other && (mail => one(mail) || other(mail));
    }
    case 'X-GM-RAW':
      return gmail ? rawQuery(words.shift() ?? '') : undefined;
    default:
      return readGroup(word, top, gmail);
  }
}

function readGroup(word: string, top: number, gmail: boolean): Test | undefined {
  if (!word.startsWith('(')) return undefined;
  const inner = tokens(word.slice(1, -1));
  const tests: (Test | undefined)[] = [];
  while (inner.length > 0) tests.push(readKey(inner, top, gmail));
  return tests.includes(undefined) ? undefined : mail => tests.every(test => test?.(mail));
}

/** rfc822msgid:ID, several with OR between; any other word of Gmail's language matches nothing. */
function rawQuery(query: string): Test {
  const ids = Array.from(query.matchAll(/rfc822msgid:(\S+)/g), match => `<${match[1] ?? ''}>`);
  return mail => ids.includes(fieldsOf(mail.tree.header.toString('latin1')).get('message-id') ?? '');
}

/** Words, quoted strings without their quotes, literals, and groups in parentheses whole. */
function tokens(query: string): string[] {
  const words: string[] = [];
  let at = 0;
  while (at < query.length) {
    const rest = query.slice(at);
    const literal = /^\{(\d+)\+?\}\r\n/.exec(rest);
    const match = literal ?? /^(?:"((?:[^"\\]|\\.)*)"|\s+|[^\s("]+)/.exec(rest);
    if (literal) {
      const length = Number(literal[1]);
      words.push(rest.slice(literal[0].length, literal[0].length + length));
      at += literal[0].length + length;
    } else if (rest.startsWith('(')) {
      const end = closing(rest);
      words.push(rest.slice(0, end + 1));
      at += end + 1;
    } else {
      const word = match?.[0] ?? rest;
      if (match?.[1] !== undefined) words.push(match[1].replace(/\\(.)/g, '$1'));
      else if (word.trim() !== '') words.push(word);
      at += word.length;
    }
  }
  return words;
}

function closing(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    if (text[at] === ')') depth -= 1;
    if (depth === 0) return at;
  }
  return text.length - 1;
}
