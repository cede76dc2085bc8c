/**
 * A whole mail cut into its parts, as an IMAP server would number them. Takes the mail as Latin-1 text with LF line
 * ends, gives the structure and the body of each leaf, still encoded. One pass over the text, bounded in parts and
 * depth; never looks into a returned message.
 */
import { parseHeaderText } from '../shared/header-fields.ts';
import { LIMITS } from '../shared/limits.ts';
import type { PartStructure } from '../mailbox/mailbox.ts';
import { mimeHeader } from './headers.ts';
import type { MimeHeader } from './headers.ts';

export interface SplitMail {
  readonly structure: PartStructure;
  /** The encoded body of each leaf by its path, as Latin-1 text. */
  readonly bodies: ReadonlyMap<string, string>;
}

/** A part while its end is not known yet. */
interface Draft {
  readonly path: string;
  readonly header: MimeHeader;
  readonly bodyStart: number;
  bodyEnd: number;
  /** Set where the part is a multipart that is looked into. */
  readonly boundary?: string;
  readonly children: Draft[];
}

interface Delimiter {
  /** Place of the multipart it belongs to among the open ones. */
  readonly owner: number;
  readonly closes: boolean;
}

/** RFC 2046 5.1.1 allows 70 characters; some mailers write more. */
const BOUNDARY_CHARS = 250;
/** Characters in which a boundary that was not declared is looked for. */
const GUESS_CHARS = 64 * 1024;

/** Splits a mail. A multipart whose parts cannot be found gets one text part with all there is. */
export function splitMail(mail: string): SplitMail {
  const declared = split(mail);
  if (!isMultipart(declared) || declared.children.length > 0) return finish(mail, declared);
  const guess = guessBoundary(mail, declared.bodyStart);
  const guessed = guess === '' ? declared : split(mail, guess);
  if (guessed.children.length === 0) guessed.children.push(wholeBody(guessed, mail.length));
  return finish(mail, guessed);
}

/**
 * The boundary of a body that is a multipart though no header says so: it starts with a delimiter and a MIME field.
 * Only at the very start, for a plain report may quote a multipart further down.
 */
export function undeclaredBoundary(body: string): string | undefined {
  const start = body.slice(0, 4 * BOUNDARY_CHARS).trimStart();
  return /^(?:This is [^\n]{0,100}\n\n?)?--([^\s][^\n]{0,249})\nContent-[A-Za-z-]{1,40}:/i.exec(start)?.[1]?.trimEnd();
}

function split(mail: string, guessedBoundary?: string): Draft {
  const root = startPart(mail, 0, '', [], guessedBoundary);
  const open: Draft[] = root.boundary === undefined ? [] : [root];
  /** The part whose body the walk is in: none after a closing delimiter. */
  let leaf: Draft | undefined = root;
  let parts = 1;
  // The body may begin with a delimiter: its line end is the one that ends the header.
  let at = mail.indexOf('\n--', Math.max(root.bodyStart - 1, 0));
  while (at >= 0 && open.length > 0) {
    const lineEnd = endOfLine(mail, at + 1);
    const delimiter = delimiterAt(mail, at + 1, lineEnd, open);
    let next = lineEnd;
    if (delimiter) {
      if (leaf) leaf.bodyEnd = Math.max(leaf.bodyStart, at);
      if (!delimiter.closes && ++parts > LIMITS.parts) return root;
      leaf = crossDelimiter(mail, lineEnd + 1, delimiter, open);
      next = Math.max((leaf?.bodyStart ?? 0) - 1, lineEnd);
    }
    at = mail.indexOf('\n--', next);
  }
  if (leaf) leaf.bodyEnd = mail.length;
  return root;
}

/** Closes the multiparts that the delimiter ends; where it begins a part, gives that. */
function crossDelimiter(mail: string, at: number, delimiter: Delimiter, open: Draft[]): Draft | undefined {
  const owner = open[delimiter.owner];
  open.length = delimiter.closes ? delimiter.owner : delimiter.owner + 1;
  if (!owner || delimiter.closes) return undefined;
  const part = startPart(mail, at, childPath(owner), open);
  owner.children.push(part);
  if (part.boundary !== undefined) open.push(part);
  return part;
}

/** Reads a part's header; `open` are the multiparts around it. */
function startPart(mail: string, at: number, path: string, open: readonly Draft[], guessed?: string): Draft {
  const headerEnd = endOfHeader(mail, at, open);
  const fields = parseHeaderText(mail.slice(at, headerEnd.at));
  // RFC 2046 5.1.5
  const inDigest = open.at(-1)?.header.contentType === 'multipart/digest';
  const header = mimeHeader(fields, inDigest ? 'message/rfc822' : 'text/plain');
  const bodyStart = Math.min(headerEnd.bodyAt, mail.length);
  const draft = { path, header, bodyStart, bodyEnd: mail.length, children: [] };
  if (!isMultipart(draft) || open.length >= LIMITS.depth) return draft;
  const boundary = guessed ?? (declaredBoundary(header) || guessBoundary(mail, bodyStart));
  const isAround = open.some(outer => outer.boundary === boundary);
  return boundary === '' || (isAround && declaredBoundary(header) === '') ? draft : { ...draft, boundary };
}

/**
 * Where a header block ends: at its first empty line. Without one it ends before the delimiter of a multipart around
 * it, or before the first line that is neither field nor continuation, which then begins the body.
 */
function endOfHeader(mail: string, from: number, open: readonly Draft[]): { at: number; bodyAt: number } {
  let at = from;
  while (at < mail.length) {
    const end = endOfLine(mail, at);
    if (end === at) return { at, bodyAt: at + 1 };
    if (mail.startsWith('--', at) && delimiterAt(mail, at, end, open)) break;
    at = end + 1;
  }
  const stop = endOfFields(mail, from, Math.min(at, mail.length));
  return { at: stop, bodyAt: stop };
}

/** The first line that is neither field nor continuation, or the end. */
function endOfFields(mail: string, from: number, end: number): number {
  for (let at = from; at < end; at = endOfLine(mail, at) + 1) {
    if (!/^(?:[ \t]|From |[!-9;-~]{1,200}[ \t]{0,10}:)/.test(mail.slice(at, at + 220))) return at;
  }
  return end;
}

/** The innermost open multipart that the line delimits (RFC 2046 5.1.1); one that was never closed is closed by it. */
function delimiterAt(mail: string, start: number, end: number, open: readonly Draft[]): Delimiter | undefined {
  if (open.length === 0 || end - start > 4 * BOUNDARY_CHARS) return undefined;
  const word = mail.slice(start + 2, end).trimEnd();
  for (let owner = open.length - 1; owner >= 0; owner--) {
    const boundary = open[owner]?.boundary;
    if (word === boundary) return { owner, closes: false };
    if (boundary !== undefined && word === `${boundary}--`) return { owner, closes: true };
  }
  return undefined;
}

function finish(mail: string, root: Draft): SplitMail {
  const bodies = new Map<string, string>();
  return { structure: structureOf(mail, root, bodies), bodies };
}

/** Depth is bounded by `startPart`: so is this recursion. */
function structureOf(mail: string, draft: Draft, bodies: Map<string, string>): PartStructure {
  const children = draft.children.map(child => structureOf(mail, child, bodies));
  // RFC 3501 6.4.5: the body of a mail that is no multipart is part 1.
  const path = draft.path === '' && !isMultipart(draft) ? '1' : draft.path;
  if (children.length > 0) return { path, ...draft.header, children };
  const body = mail.slice(draft.bodyStart, draft.bodyEnd);
  bodies.set(path, body);
  const size = draft.header.contentType.startsWith('text/') ? { sizeBytes: sizeOnWire(body) } : {};
  return { path, ...draft.header, ...size, children };
}

/** As an IMAP server counts: each line ends with CRLF. */
function sizeOnWire(body: string): number {
  let bytes = body.length;
  for (let at = body.indexOf('\n'); at >= 0; at = body.indexOf('\n', at + 1)) bytes += 1;
  return bytes;
}

function wholeBody(root: Draft, end: number): Draft {
  const header = { contentType: 'text/plain', parameters: {} };
  return { path: '1', header, bodyStart: root.bodyStart, bodyEnd: end, children: [] };
}

function childPath(owner: Draft): string {
  const place = owner.children.length + 1;
  return owner.path === '' ? String(place) : `${owner.path}.${place}`;
}

function isMultipart(draft: Pick<Draft, 'header'>): boolean {
  return draft.header.contentType.startsWith('multipart/');
}

/** "" where there is none: RFC 2046 5.1.1 knows ASCII only, and readers disagree on anything else. */
function declaredBoundary(header: MimeHeader): string {
  const boundary = (header.parameters['boundary'] ?? '').trimEnd();
  return /^[ -~]+$/.test(boundary) && boundary.length <= BOUNDARY_CHARS ? boundary : '';
}

/** The first line that looks like a delimiter, for it is followed by a MIME field; "" where there is none. */
function guessBoundary(mail: string, bodyStart: number): string {
  const body = mail.slice(Math.max(bodyStart - 1, 0), bodyStart + GUESS_CHARS);
  return /\n--([^\s][^\n]{0,249})\nContent-[A-Za-z-]{1,40}:/i.exec(body)?.[1]?.trimEnd() ?? '';
}

function endOfLine(mail: string, at: number): number {
  const end = mail.indexOf('\n', at);
  return end < 0 ? mail.length : end;
}
