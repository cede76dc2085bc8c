/**
 * A mail as a tree that can be written again byte by byte. Takes the bytes as Latin-1 text with their line ends, gives
 * header blocks, delimiters and bodies in their order; also of the mail that is returned inside. Changes nothing.
 */
import { isEncoded, mimeHeader } from '../message/message.ts';
import type { MimeHeader } from '../message/message.ts';
import { parseHeaderFields } from '../shared/header-fields.ts';
import { LIMITS } from '../shared/limits.ts';

/** A mail, or a part of one. Its texts one after the other are the bytes. */
export interface Entity {
  /** Header fields with their folds and line ends. */
  readonly header: string;
  /** The empty line behind the header; "" where there is none. */
  readonly gap: string;
  readonly mime: MimeHeader;
  readonly body: Body;
}

export type Body =
  | { readonly kind: 'leaf'; readonly text: string }
  | { readonly kind: 'mail'; readonly mail: Entity }
  | { readonly kind: 'parts'; readonly boundary: string; readonly pieces: readonly Piece[] };

/** What stands in a multipart: a part, a delimiter line, or what is before the first and behind the last. */
export type Piece =
  { readonly kind: 'part'; readonly part: Entity } | { readonly kind: 'delimiter' | 'around'; readonly text: string };

const RETURNED = new Set(['message/rfc822', 'message/global']);
/** Returned mails inside returned mails that are looked into. */
const DEPTH = LIMITS.depth;
const BOUNDARY_CHARS = 250;

/** Reads the mail; empty lines before its header go to the header. */
export function readEntity(source: string): Entity {
  const lineEnd = source.includes('\n') ? '\n' : '\r';
  const lines = source.split(lineEnd).map((line, index, all) => (index === all.length - 1 ? line : line + lineEnd));
  const first = lines.findIndex(line => contentOf(line) !== '');
  const from = Math.max(first, 0);
  const entity = entityOf({ lines, outer: [], depth: 0 }, from, lines.length, 'text/plain');
  return { ...entity, header: lines.slice(0, from).join('') + entity.header };
}

interface Place {
  readonly lines: readonly string[];
  readonly outer: readonly string[];
  readonly depth: number;
}

function entityOf(place: Place, from: number, to: number, defaultType: string): Entity {
  const { lines } = place;
  const { end, bodyFrom } = headerEnd(lines, from, to);
  const header = lines.slice(from, end).join('');
  const mime = mimeHeader(parseHeaderFields(Buffer.from(header, 'latin1')), defaultType);
  const gap = lines.slice(end, bodyFrom).join('');
  return { header, gap, mime, body: bodyOf({ ...place, depth: place.depth + 1 }, bodyFrom, to, mime) };
}

function bodyOf(place: Place, from: number, to: number, mime: MimeHeader): Body {
  const text = (): string => place.lines.slice(from, to).join('');
  if (place.depth > DEPTH) return { kind: 'leaf', text: text() };
  if (RETURNED.has(mime.contentType) && !isEncoded(mime.encoding)) {
    return { kind: 'mail', mail: entityOf(place, skipEmpty(place.lines, from, to), to, 'text/plain') };
  }
  const isMultipart = mime.contentType.startsWith('multipart/');
  const boundary = isMultipart ? declared(mime) || guessed(place.lines, from, to) : undeclared(place, from, to, mime);
  if (boundary === '') return { kind: 'leaf', text: text() };
  const pieces = piecesOf({ ...place, outer: [...place.outer, boundary] }, from, to, mime);
  return pieces.some(({ kind }) => kind === 'part')
    ? { kind: 'parts', boundary, pieces }
    : { kind: 'leaf', text: text() };
}

function piecesOf(place: Place, from: number, to: number, mime: MimeHeader): Piece[] {
  const { lines, outer } = place;
  const boundary = outer.at(-1) ?? '';
  const pieces: Piece[] = [];
  let start = from;
  let open = false;
  const close = (end: number): void => {
    const isDigest = mime.contentType === 'multipart/digest'; // RFC 2046 5.1.5
    const inner = isDigest ? 'message/rfc822' : 'text/plain';
    if (open) pieces.push({ kind: 'part', part: entityOf(place, start, end, inner) });
    else if (end > start) pieces.push({ kind: 'around', text: lines.slice(start, end).join('') });
  };
  for (let at = from; at < to; at += 1) {
    const word = lines[at]?.startsWith('--') === true ? contentOf(lines[at] ?? '').trimEnd() : '';
    if (word !== `--${boundary}` && word !== `--${boundary}--`) continue;
    close(at);
    pieces.push({ kind: 'delimiter', text: lines[at] ?? '' });
    start = at + 1;
    open = word === `--${boundary}`;
    if (!open) break;
  }
  close(to);
  return pieces;
}

/** At the first empty line; where there is none, before the first line that is neither field nor fold. */
function headerEnd(lines: readonly string[], from: number, to: number): { end: number; bodyFrom: number } {
  let noField: number | undefined;
  for (let at = from; at < to; at += 1) {
    const line = lines[at] ?? '';
    if (contentOf(line) === '') return { end: at, bodyFrom: at + 1 };
    if (noField === undefined && !/^(?:[ \t]|From |[!-9;-~]{1,200}[ \t]{0,10}:)/.test(line.slice(0, 220))) noField = at;
  }
  const end = noField ?? to;
  return { end, bodyFrom: end };
}

function declared({ parameters }: MimeHeader): string {
  const boundary = (parameters['boundary'] ?? '').trimEnd();
  return /^[ -~]+$/.test(boundary) && boundary.length <= BOUNDARY_CHARS ? boundary : '';
}

/** The first line that looks like a delimiter, for a MIME field follows it. */
function guessed(lines: readonly string[], from: number, to: number): string {
  for (let at = from; at < to - 1; at += 1) {
    const word = contentOf(lines[at] ?? '').trimEnd();
    if (/^--\S/.test(word) && /^Content-[A-Za-z-]{1,40}:/i.test(lines[at + 1] ?? '')) return word.slice(2);
  }
  return '';
}

/** A body that is a multipart though no header says so. */
function undeclared({ lines, depth }: Place, from: number, to: number, mime: MimeHeader): string {
  if (depth > 1 || mime.contentType !== 'text/plain' || isEncoded(mime.encoding)) return '';
  const start = skipEmpty(lines, from, to);
  const second = /^This is /.test(lines[start] ?? '') ? skipEmpty(lines, start + 1, to) : start;
  return guessed(lines, second, Math.min(second + 2, to));
}

function skipEmpty(lines: readonly string[], from: number, to: number): number {
  let at = from;
  while (at < to && contentOf(lines[at] ?? '') === '') at += 1;
  return at;
}

/** A line without its end. */
function contentOf(line: string): string {
  let end = line.length;
  while (end > 0 && '\r\n'.includes(line.charAt(end - 1))) end -= 1;
  return line.slice(0, end);
}
