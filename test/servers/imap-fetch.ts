/**
 * Answers of the test IMAP server to FETCH. Takes a stored mail and the words of the command, gives the response.
 */
import { fieldsOf, nodeAt } from './mime-tree.ts';
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

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** The parenthesised list of a FETCH response, or undefined when a section was asked for without PEEK. */
export function fetchResponse(mail: StoredMail, items: string, gmail: boolean): Buffer | undefined {
  const chunks: Buffer[] = [];
  const say = (text: string): void =>
    void chunks.push(Buffer.from(`${chunks.length === 0 ? '' : ' '}${text}`, 'latin1'));
  for (const match of items.matchAll(/BODY(\.PEEK)?\[([^\]]*)\](?:<(\d+)\.(\d+)>)?|[\w.-]+/gi)) {
    const [word, peek, section, from, length] = match;
    if (section !== undefined) {
      if (peek === undefined) return undefined;
      const whole = sectionOf(mail, section);
      const start = Number(from ?? 0);
      const bytes = whole.subarray(start, from === undefined ? undefined : start + Number(length));
      say(`BODY[${section}]${from === undefined ? '' : `<${from}>`} {${bytes.length}}\r\n`);
      chunks.push(bytes);
      continue;
    }
    const answer = simpleItem(mail, word.toUpperCase(), gmail);
    if (answer !== undefined) say(answer);
  }
  return Buffer.concat([Buffer.from('('), ...chunks, Buffer.from(')')]);
}

/** BODYSTRUCTURE (RFC 3501 7.4.2). */
export function bodyStructure(node: MimeNode): string {
  if (node.type === 'multipart' && node.children.length > 0) {
    const parts = node.children.map(bodyStructure).join('');
    return `(${parts} ${quote(node.subtype)} ${parameterList(node)} ${dispositionOf(node)} NIL NIL)`;
  }
  const basic = [
    quote(node.type),
    quote(node.subtype),
    parameterList(node),
    'NIL',
    'NIL',
    quote(node.encoding),
    node.body.length,
  ];
  const lines = node.body.toString('latin1').split('\n').length - 1;
  if (node.message) basic.push(envelope(node.message), bodyStructure(node.message), lines);
  else if (node.type === 'text') basic.push(lines);
  return `(${basic.join(' ')} NIL ${dispositionOf(node)} NIL NIL)`;
}

export function imapDate(date: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${two(date.getUTCDate())}-${MONTHS[date.getUTCMonth()] ?? ''}-${date.getUTCFullYear()}`;
  return `"${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000"`;
}

function simpleItem(mail: StoredMail, word: string, gmail: boolean): string | undefined {
  switch (word) {
    case 'UID':
      return `UID ${mail.uid}`;
    case 'FLAGS':
      return `FLAGS (${mail.flags.join(' ')})`;
    case 'INTERNALDATE':
      return `INTERNALDATE ${imapDate(mail.internalDate)}`;
    case 'RFC822.SIZE':
      return `RFC822.SIZE ${mail.source.length}`;
    case 'BODYSTRUCTURE':
      return `BODYSTRUCTURE ${bodyStructure(mail.tree)}`;
    case 'ENVELOPE':
      return `ENVELOPE ${envelope(mail.tree)}`;
    case 'X-GM-MSGID':
      return gmail ? `X-GM-MSGID ${mail.gmailId}` : undefined;
    case 'X-GM-LABELS':
      return gmail
        ? `X-GM-LABELS (${mail.labels.map(label => quote(label.replaceAll('\\', '\\\\'))).join(' ')})`
        : undefined;
    default:
      return undefined;
  }
}

function sectionOf(mail: StoredMail, section: string): Buffer {
  const match = /^((?:\d+(?:\.\d+)*)?)\.?(HEADER\.FIELDS|HEADER|TEXT|MIME)?(?:\s+\(([^)]*)\))?$/i.exec(section);
  const path = (match?.[1] ?? '').split('.').filter(Boolean).map(Number);
  const what = (match?.[2] ?? '').toUpperCase();
  const node = nodeAt(mail.tree, path);
  if (node === undefined) return Buffer.alloc(0);
  if (what === '') return path.length === 0 ? mail.source : node.body;
  if (what === 'MIME') return node.header;
  const inner = path.length === 0 ? node : (node.message ?? node);
  if (what === 'TEXT') return inner.body;
  if (what === 'HEADER') return inner.header;
  return someFields(inner.header, (match?.[3] ?? '').toLowerCase().split(/\s+/));
}

function someFields(header: Buffer, names: readonly string[]): Buffer {
  const lines = header.toString('latin1').split(/(?<=\n)(?![ \t])/);
  const kept = lines.filter(line =>
    names.includes(
      line
        .slice(0, Math.max(0, line.indexOf(':')))
        .trim()
        .toLowerCase(),
    ),
  );
  return Buffer.from(`${kept.join('')}\r\n`, 'latin1');
}

function envelope(node: MimeNode): string {
  const fields = fieldsOf(node.header.toString('latin1'));
  const text = (name: string): string => (fields.has(name) ? quote(fields.get(name) ?? '') : 'NIL');
  return `(${text('date')} ${text('subject')} NIL NIL NIL NIL NIL NIL ${text('in-reply-to')} ${text('message-id')})`;
}

function parameterList(node: MimeNode): string {
  const pairs = [...node.parameters].map(([name, value]) => `${quote(name)} ${quote(value)}`);
  return pairs.length === 0 ? 'NIL' : `(${pairs.join(' ')})`;
}

function dispositionOf(node: MimeNode): string {
  return node.disposition === undefined ? 'NIL' : `(${quote(node.disposition)} NIL)`;
}

function quote(text: string): string {
  return `"${text.replace(/[\r\n]/g, ' ').replace(/(?<!\\)["]/g, '\\"')}"`;
}
