/**
 * SEARCH for the test IMAP server (RFC 3501 6.4.4): the keys that a reader uses, and of Gmail's X-GM-RAW the words
 * `rfc822msgid:` and `in:sent`. Takes the words of the command, gives the messages that match.
 */
import type { StoredMail } from './imap-fetch.ts';
import { inSet, isSet } from './imap-parser.ts';
import type { Word } from './imap-parser.ts';
import { fieldList, fieldsOf } from './mime-tree.ts';

export interface Searched {
  readonly mails: readonly StoredMail[];
  readonly specialUse: string | undefined;
  readonly gmail: boolean;
}

type Test = (mail: StoredMail, index: number) => boolean;

const DAY_MS = 86_400_000;
const FLAGS = ['ANSWERED', 'DELETED', 'DRAFT', 'FLAGGED', 'SEEN'];

/** Indexes of the mails that match, or undefined for a key that is not known. */
export function search(folder: Searched, query: readonly Word[]): number[] | undefined {
  const test = all([...query], folder);
  return test && folder.mails.flatMap((mail, index) => (test(mail, index) ? [index] : []));
}

function all(words: Word[], folder: Searched): Test | undefined {
  const tests: Test[] = [];
  if (words.length === 0) return undefined;
  while (words.length > 0) {
    const test = readKey(words, folder);
    if (test === undefined) return undefined;
    tests.push(test);
  }
  return (mail, index) => tests.every(test => test(mail, index));
}

/** Takes one key and its arguments off the front. */
function readKey(words: Word[], folder: Searched): Test | undefined {
  const word = words.shift();
  if (word === undefined) return undefined;
  if (typeof word !== 'string') return all([...word], folder);
  const key = word.toUpperCase();
  const { mails } = folder;
  if (isSet(word)) return (_, index) => inSet(word, index + 1, mails.length);
  if (FLAGS.includes(key)) return mail => hasFlag(mail, `\\${key}`);
  if (key.startsWith('UN') && FLAGS.includes(key.slice(2))) return mail => !hasFlag(mail, `\\${key.slice(2)}`);
  switch (key) {
    case 'ALL':
      return () => true;
    case 'NOT': {
      const test = readKey(words, folder);
      return test && ((mail, index) => !test(mail, index));
    }
    case 'OR': {
      const one = readKey(words, folder);
      const other = readKey(words, folder);
      return one && other && ((mail, index) => one(mail, index) || other(mail, index));
    }
    case 'HEADER': {
      const name = words.shift();
      return typeof name === 'string' ? headerTest(name, words.shift()) : undefined;
    }
    default: {
      const argument = words.shift();
      return typeof argument === 'string' ? readArgumentKey(key, argument, folder) : undefined;
    }
  }
}

function readArgumentKey(key: string, argument: string, { mails, specialUse, gmail }: Searched): Test | undefined {
  switch (key) {
    case 'CHARSET':
      return () => true;
    case 'UID':
      return isSet(argument) ? mail => inSet(argument, mail.uid, mails.at(-1)?.uid ?? 0) : undefined;
    case 'LARGER':
      return /^\d+$/.test(argument) ? mail => mail.source.length > Number(argument) : undefined;
    case 'SINCE':
    case 'BEFORE':
    case 'ON':
      return dateTest(key, argument);
    case 'SUBJECT':
    case 'FROM':
    case 'TO':
    case 'CC':
    case 'BCC':
      return headerTest(key, argument);
    case 'TEXT':
      return mail => contains(mail.source, argument);
    case 'BODY':
      return mail => contains(mail.tree.body, argument);
    case 'KEYWORD':
      return mail => hasFlag(mail, argument);
    case 'UNKEYWORD':
      return mail => !hasFlag(mail, argument);
    case 'X-GM-MSGID':
      return gmail ? mail => mail.gmailId === argument : undefined;
    case 'X-GM-RAW':
      return gmail ? rawTest(argument, specialUse === '\\Sent') : undefined;
    default:
      return undefined;
  }
}

function hasFlag(mail: StoredMail, flag: string): boolean {
  return mail.flags.some(one => one.toUpperCase() === flag.toUpperCase());
}

function contains(bytes: Buffer, text: string): boolean {
  return bytes.toString('latin1').toLowerCase().includes(text.toLowerCase());
}

/** Any field of that name that contains the value, as written: encoded words are not decoded. */
function headerTest(name: string, value: Word | undefined): Test | undefined {
  if (typeof value !== 'string') return undefined;
  const wanted = value.toLowerCase();
  return mail =>
    fieldList(mail.tree.header.toString('latin1')).some(
      ([field, text]) => field === name.toLowerCase() && text.toLowerCase().includes(wanted),
    );
}

/** Whole days, here of UTC: RFC 3501 disregards time and zone. */
function dateTest(key: 'SINCE' | 'BEFORE' | 'ON', text: string): Test | undefined {
  const day = Date.parse(`${text} UTC`);
  if (!/^\d{1,2}-[A-Za-z]{3}-\d{4}$/.test(text) || Number.isNaN(day)) return undefined;
  return ({ internalDate }) => {
    const ms = internalDate.getTime();
    if (key === 'BEFORE') return ms < day;
    return ms >= day && (key === 'SINCE' || ms < day + DAY_MS);
  };
}

/** Terms stand side by side or with OR between; a word of Gmail's language that is not known here matches nothing. */
function rawTest(query: string, isSent: boolean): Test {
  const groups: Test[][] = [];
  const terms = query.split(/\s+/).filter(Boolean);
  for (const [index, term] of terms.entries()) {
    if (term === 'OR') continue;
    const test = rawTerm(term, isSent);
    const group = terms[index - 1] === 'OR' ? groups.at(-1) : undefined;
    if (group) group.push(test);
    else groups.push([test]);
  }
  return (mail, index) => groups.length > 0 && groups.every(group => group.some(test => test(mail, index)));
}

function rawTerm(term: string, isSent: boolean): Test {
  if (term === 'in:sent') return mail => isSent || mail.labels.includes('\\Sent');
  const id = /^rfc822msgid:<?([^<>]+)>?$/.exec(term)?.[1];
  if (id === undefined) return () => false;
  return mail => fieldsOf(mail.tree.header.toString('latin1')).get('message-id') === `<${id}>`;
}
