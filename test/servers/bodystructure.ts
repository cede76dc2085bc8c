/**
 * A MIME tree in the words of IMAP: BODY, BODYSTRUCTURE and ENVELOPE (RFC 3501 7.4.2), and strings as they go on the
 * wire. Takes nodes of mime-tree.ts, gives text in which each character is one byte.
 */
import { fieldsOf } from './mime-tree.ts';
import type { MimeNode } from './mime-tree.ts';

const EMPTY_PART = '("TEXT" "PLAIN" ("CHARSET" "us-ascii") NIL NIL "7BIT" 0 0)';

/** With `extended` BODYSTRUCTURE, else BODY, which ends before the extension fields. */
export function bodyStructure(node: MimeNode, extended = true): string {
  const disposition = `${dispositionOf(node)} NIL NIL`;
  if (node.children !== undefined) {
    // The grammar knows no multipart without parts: Dovecot too shows an empty text in its place.
    const parts = node.children.map(child => bodyStructure(child, extended)).join('') || EMPTY_PART;
    const extension = extended ? ` ${pairs(node.parameters)} ${disposition}` : '';
    return `(${parts} ${string(node.subtype)}${extension})`;
  }
  const basic = [
    ...[string(node.type), string(node.subtype), pairs(node.parameters)],
    ...[optional(node.id), optional(node.description), string(node.encoding), node.body.length],
  ];
  const lines = node.body.toString('latin1').split('\n').length - 1;
  // message/global is a leaf like any other: RFC 3501 knows rfc822 alone.
  const message = node.type === 'message' && node.subtype === 'rfc822' ? node.message : undefined;
  if (message) basic.push(envelope(message), bodyStructure(message, extended), lines);
  else if (node.type === 'text') basic.push(lines);
  return `(${basic.join(' ')}${extended ? ` NIL ${disposition}` : ''})`;
}

/** ENVELOPE of a message; Sender and Reply-To fall back to From. */
export function envelope(node: MimeNode): string {
  const fields = fieldsOf(node.header.toString('latin1'));
  const text = (name: string): string => optional(fields.get(name));
  const people = (...names: string[]): string =>
    addressList(names.map(name => fields.get(name) ?? '').find(value => value !== '') ?? '');
  return `(${[
    ...[text('date'), text('subject'), people('from'), people('sender', 'from'), people('reply-to', 'from')],
    ...[people('to'), people('cc'), people('bcc'), text('in-reply-to'), text('message-id')],
  ].join(' ')})`;
}

/** Quoted where that is allowed, else a literal (RFC 3501 4.3). */
export function string(text: string): string {
  if (/^[\x20-\x7e\t]*$/.test(text)) return `"${text.replace(/["\\]/g, '\\$&')}"`;
  return `{${text.length}}\r\n${text}`;
}

function optional(text: string | undefined): string {
  return text === undefined ? 'NIL' : string(text);
}

function pairs(parameters: ReadonlyMap<string, string>): string {
  const list = [...parameters].map(([name, value]) => `${string(name)} ${string(value)}`);
  return list.length === 0 ? 'NIL' : `(${list.join(' ')})`;
}

function dispositionOf({ disposition, dispositionParameters }: MimeNode): string {
  return disposition === undefined ? 'NIL' : `(${string(disposition)} ${pairs(dispositionParameters)})`;
}

/** Commas in quotes, comments and angle brackets part nothing; groups and routes are not looked for. */
function addressList(value: string): string {
  const entries = value.match(/(?:"(?:[^"\\]|\\.)*"|\([^)]*\)|<[^>]*>|[^,"(<])+/g) ?? [];
  const list = entries.flatMap(entry => {
    const angle = /<([^>]*)>/.exec(entry);
    const [local = '', domain] = (angle?.[1] ?? entry.replace(/\([^)]*\)/g, '')).trim().split(/@(?=[^@]*$)/);
    if (domain === undefined) return [];
    const name = angle ? entry.slice(0, angle.index).trim() : (/\(([^)]*)\)/.exec(entry)?.[1] ?? '');
    const bare = name.replace(/^"|"$/g, '').replace(/\\(.)/g, '$1');
    return [`(${bare === '' ? 'NIL' : string(bare)} NIL ${string(local)} ${string(domain)})`];
  });
  return list.length === 0 ? 'NIL' : `(${list.join('')})`;
}
