/**
 * Answers of the test IMAP server to FETCH (RFC 3501 6.4.5). Takes a stored mail and what the command wants, gives the
 * response. Whatever would set \Seen is told apart before anything is read.
 */
import { bodyStructure, envelope, string } from './bodystructure.ts';
import type { Word } from './imap-parser.ts';
import { nodeAt } from './mime-tree.ts';
import type { MimeNode } from './mime-tree.ts';

export interface StoredMail {
  readonly uid: number;
  readonly source: Buffer;
  readonly tree: MimeNode;
  readonly internalDate: Date;
  readonly flags: readonly string[];
  readonly labels: readonly string[];
  readonly gmailId: string;
}

/** One thing wanted of each message: a word such as UID, or a section of it. */
type Want = { readonly word: string } | Section;

interface Section {
  readonly section: string;
  readonly from?: number;
  readonly length?: number;
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const SECTION = /^BODY(\.PEEK)?\[([^\]]*)\](?:<(\d+)\.(\d+)>)?$/i;
const PATH = /^(\d+(?:\.\d+)*)?\.?(HEADER\.FIELDS\.NOT|HEADER\.FIELDS|HEADER|TEXT|MIME)?(?: \(([^)]*)\))?$/i;
const WORDS = ['UID', 'FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'RFC822.HEADER', 'ENVELOPE', 'BODY', 'BODYSTRUCTURE'];
const GMAIL_WORDS = ['X-GM-MSGID', 'X-GM-THRID', 'X-GM-LABELS'];
const FAST = ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE'];
const MACROS = new Map([
  ['FAST', FAST],
  ['ALL', [...FAST, 'ENVELOPE']],
  ['FULL', [...FAST, 'ENVELOPE', 'BODY']],
]);

/** What is wanted; `violation` where it would set \Seen, `unknown` where it is not understood. */
export function planFetch(items: Word, isUid: boolean, gmail: boolean): readonly Want[] | 'violation' | 'unknown' {
  const words = typeof items === 'string' ? (MACROS.get(items.toUpperCase()) ?? [items]) : items;
  const wants: Want[] = [];
  for (const item of isUid ? ['UID', ...words] : words) {
    const want = typeof item === 'string' ? planOne(item, gmail) : 'unknown';
    if (typeof want === 'string') return want;
    const isTwice = 'word' in want && wants.some(one => 'word' in one && one.word === want.word);
    if (!isTwice) wants.push(want);
  }
  return wants.length === 0 ? 'unknown' : wants;
}

/** True when more than facts about a mail is wanted. */
export function wantsContent(wants: readonly Want[]): boolean {
  return wants.some(want => 'section' in want);
}

/** The parenthesised list of a FETCH response. */
export function fetchResponse(mail: StoredMail, wants: readonly Want[]): Buffer {
  const parts = wants.flatMap((want, index) => [
    Buffer.from(index === 0 ? '(' : ' '),
    'word' in want ? Buffer.from(`${want.word} ${simple(mail, want.word)}`, 'latin1') : section(mail, want),
  ]);
  return Buffer.concat([...parts, Buffer.from(')')]);
}

function planOne(item: string, gmail: boolean): Want | 'violation' | 'unknown' {
  const word = item.toUpperCase();
  if (WORDS.includes(word) || (gmail && GMAIL_WORDS.includes(word))) return { word };
  if (word === 'RFC822' || word === 'RFC822.TEXT') return 'violation';
  const match = SECTION.exec(item);
  if (!match) return 'unknown';
  const [, peek, path = '', from, length] = match;
  if (peek === undefined) return 'violation';
  if (!PATH.test(path)) return 'unknown';
  return from === undefined ? { section: path } : { section: path, from: Number(from), length: Number(length) };
}

function simple(mail: StoredMail, word: string): string {
  switch (word) {
    case 'UID':
      return String(mail.uid);
    case 'FLAGS':
      return `(${mail.flags.join(' ')})`;
    case 'INTERNALDATE':
      return imapDate(mail.internalDate);
    case 'RFC822.SIZE':
      return String(mail.source.length);
    case 'RFC822.HEADER':
      return `{${mail.tree.header.length}}\r\n${mail.tree.header.toString('latin1')}`;
    case 'ENVELOPE':
      return envelope(mail.tree);
    case 'X-GM-LABELS':
      // Gmail writes every system label as a quoted string with its backslash doubled.
      return `(${mail.labels.map(label => string(Buffer.from(label).toString('latin1'))).join(' ')})`;
    case 'X-GM-MSGID':
    case 'X-GM-THRID':
      return mail.gmailId;
    default:
      return bodyStructure(mail.tree, word === 'BODYSTRUCTURE');
  }
}

function section(mail: StoredMail, { section: name, from, length = 0 }: Section): Buffer {
  const whole = sectionOf(mail, name);
  const label = `BODY[${name}]${from === undefined ? '' : `<${from}>`}`;
  if (whole === undefined) return Buffer.from(`${label} NIL`);
  const bytes = from === undefined ? whole : whole.subarray(from, from + length);
  return Buffer.concat([Buffer.from(`${label} {${bytes.length}}\r\n`), bytes]);
}

/** Undefined where the message has no such part. */
function sectionOf(mail: StoredMail, name: string): Buffer | undefined {
  const [, numbers = '', what = '', names = ''] = PATH.exec(name) ?? [];
  const path = numbers.split('.').filter(Boolean).map(Number);
  const node = nodeAt(mail.tree, path);
  if (what === '') return path.length === 0 ? mail.source : node?.body;
  if (what.toUpperCase() === 'MIME') return path.length === 0 ? undefined : node?.header;
  // HEADER and TEXT of a part speak of the message that it holds.
  const message = path.length === 0 ? node : node?.message;
  if (message === undefined) return undefined;
  const wanted = names.toLowerCase().replaceAll('"', '').split(' ');
  switch (what.toUpperCase()) {
    case 'TEXT':
      return message.body;
    case 'HEADER':
      return message.header;
    case 'HEADER.FIELDS':
      return someFields(message.header, field => wanted.includes(field));
    default:
      return someFields(message.header, field => !wanted.includes(field));
  }
}

/** The fields as they stand in the mail, with the empty line after them. */
function someFields(header: Buffer, isWanted: (name: string) => boolean): Buffer {
  const lines = header.toString('latin1').split(/(?<=\n)(?![ \t])/);
  const kept = lines.filter(line => {
    const colon = line.indexOf(':');
    return colon > 0 && isWanted(line.slice(0, colon).trim().toLowerCase());
  });
  return Buffer.from(`${kept.join('')}\r\n`, 'latin1');
}

function imapDate(date: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${two(date.getUTCDate())}-${MONTHS[date.getUTCMonth()] ?? ''}-${date.getUTCFullYear()}`;
  return `"${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000"`;
}
