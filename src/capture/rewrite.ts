/**
 * A mail written anew as it may be shared. Takes its tree and what stands for what, gives the bytes as Latin-1 text:
 * each part in the transfer encoding and charset it had. The body of a returned mail and attachments are left out.
 */
import { charsetOf, decodeBytes, decodeTransfer, encodeText, encodeTransfer } from '../message/message.ts';
import type { MimeHeader } from '../message/message.ts';
import { parseHeaderFields } from '../shared/header-fields.ts';
import type { Entity, Piece } from './entity.ts';
import { sharedHeader } from './fields.ts';
import type { FieldRules, Side } from './fields.ts';
import { sharedHtml, withNumbers } from './html.ts';
import type { Words } from './scan.ts';
import { LEFT_OUT, sharedText } from './text.ts';

export interface Rewriting extends FieldRules {
  readonly lineEnd: string;
}

/** An attachment becomes as large as it was, and at most so large. */
const ATTACHMENT_BYTES = 512;
const MACHINE =
  /^(?:message\/(?:(?:global-)?(?:delivery-status|disposition-notification)|feedback-report)|text\/rfc822-headers|message\/global-headers)$/;
/** How files begin by which their kind is known: PNG, GIF, JPEG, PDF, ZIP. */
const MAGIC = ['\x89PNG', 'GIF8', '\xff\xd8\xff', '%PDF', 'PK'];

/** The whole mail. */
export async function rewrite(entity: Entity, rules: Rewriting): Promise<string> {
  return written(entity, 'report', rules);
}

async function written(entity: Entity, side: Side, rules: Rewriting): Promise<string> {
  const header = await sharedHeader(entity.header, side, rules);
  return header + entity.gap + (await writtenBody(entity, side, rules));
}

async function writtenBody({ body, mime }: Entity, side: Side, rules: Rewriting): Promise<string> {
  if (body.kind === 'mail') return written(body.mail, 'returned', rules);
  if (body.kind === 'leaf') return side === 'returned' ? leftOut(body.text, mime, rules) : leaf(body.text, mime, rules);
  const pieces: string[] = [];
  for (const piece of body.pieces) pieces.push(await writtenPiece(piece, body.boundary, side, rules));
  return pieces.join('');
}

async function writtenPiece(piece: Piece, boundary: string, side: Side, rules: Rewriting): Promise<string> {
  if (piece.kind === 'part') return written(piece.part, side, rules);
  if (piece.kind === 'around') return piece.text.trim() === '' ? piece.text : around(piece.text, side, rules);
  return piece.text.replace(boundary, () => rules.boundaries.get(boundary) ?? boundary);
}

/** Before the first part and behind the last: "This is a MIME-encapsulated message". */
function around(text: string, side: Side, rules: Rewriting): string {
  return side === 'returned'
    ? leftOutText(text, rules)
    : rules.scanner.scan(text, rules.fromMachine ? 'public' : 'none');
}

async function leaf(text: string, mime: MimeHeader, rules: Rewriting): Promise<string> {
  const { contentType, encoding } = mime;
  // A multipart whose parts cannot be found is read as text.
  if (!/^(?:text|message|multipart)\//.test(contentType)) return attachment(text, encoding, rules);
  const isPlain = isEncodedInWordsOnly(text, mime);
  const raw = Buffer.from(text, 'latin1');
  const bytes = isPlain ? raw : await decodeTransfer(raw, encoding);
  const made = MACHINE.test(contentType) ? await machine(bytes, contentType, rules) : forPeople(bytes, mime, rules);
  return isPlain ? made.toString('latin1') : encodeTransfer(made, encoding, rules.lineEnd);
}

function forPeople(bytes: Buffer, { contentType, disposition, parameters }: MimeHeader, rules: Rewriting): Buffer {
  const charset = charsetOf(bytes, parameters['charset']);
  const text = decodeBytes(bytes, charset);
  const words: Words = rules.fromMachine && disposition !== 'attachment' ? 'public' : 'none';
  const shared = (part: string): string => sharedText(part, words, rules.scanner);
  if (contentType !== 'text/html') return encodeText(shared(text), charset);
  const has = (char: string): boolean => decodeBytes(encodeText(char, charset), charset) === char;
  return encodeText(withNumbers(sharedHtml(text, shared), has), charset);
}

async function machine(bytes: Buffer, contentType: string, rules: Rewriting): Promise<Buffer> {
  const side: Side = contentType.endsWith('headers') ? 'returned' : 'report';
  return Buffer.from(await sharedHeader(bytes.toString('latin1'), side, { ...rules, fromMachine: true }), 'latin1');
}

/** Some say of a returned header that it is encoded, and it is not: told apart as by message/content.ts. */
function isEncodedInWordsOnly(text: string, { contentType, encoding }: MimeHeader): boolean {
  if (!contentType.endsWith('headers')) return false;
  if (encoding === 'base64') return parseHeaderFields(Buffer.from(text, 'latin1')).length > 0;
  return encoding === 'quoted-printable' && /=(?![0-9A-Fa-f]{2}|\s|[0-9A-Fa-f]?$)/.test(text);
}

/** The body of a mail that was sent by us, or came from us: whatever it was, it is not needed. */
function leftOut(text: string, { encoding, contentType }: MimeHeader, rules: Rewriting): string {
  if (text.trim() === '') return text;
  if (encoding !== 'base64' && encoding !== 'quoted-printable') return leftOutText(text, rules);
  const told = contentType.startsWith('text/') ? `${LEFT_OUT}\r\n` : '';
  const end = /(?:\r*\n|\r)*$/.exec(text.slice(-8))?.[0] ?? '';
  return encodeTransfer(Buffer.from(told), encoding, rules.lineEnd).replace(/[\r\n]+$/, '') + end;
}

function leftOutText(text: string, { lineEnd }: Rewriting): string {
  return text.trim() === '' ? text : LEFT_OUT + lineEnd + (text.endsWith(lineEnd + lineEnd) ? lineEnd : '');
}

function attachment(text: string, encoding: string | undefined, { lineEnd }: Rewriting): string {
  if (text.trim() === '') return text;
  if (encoding !== 'base64') return LEFT_OUT + lineEnd;
  const bytes = Buffer.from(text.slice(0, 2 * ATTACHMENT_BYTES), 'base64');
  const magic = Buffer.from(MAGIC.find(one => bytes.toString('latin1', 0, one.length) === one) ?? '', 'latin1');
  const filled = Buffer.concat([
    magic,
    Buffer.alloc(Math.max(Math.min(bytes.length, ATTACHMENT_BYTES) - magic.length, 0)),
  ]);
  return encodeTransfer(filled, encoding, lineEnd) + (/(?:\r*\n|\r){2}$/.test(text.slice(-8)) ? lineEnd : '');
}
