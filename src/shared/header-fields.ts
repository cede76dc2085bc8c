/**
 * Header blocks as lists of fields. Takes bytes, gives fields in their order; never throws, never decodes.
 */
import { LIMITS } from './limits.ts';

const [TAB, SPACE, LAST_VISIBLE] = [0x09, 0x20, 0x7e];

export interface HeaderField {
  /** Lower-case name. */
  readonly name: string;
  /** The value, unfolded (RFC 5322 2.2.3) and trimmed, not decoded. Bytes above 127 are read as UTF-8 where they are
   * valid UTF-8, else as Latin-1. */
  readonly value: string;
}

/** The fields of one header block, first line first. */
export type HeaderFields = readonly HeaderField[];

/** The value of the topmost field of this name (lower case), or undefined. */
export function headerValue(fields: HeaderFields, name: string): string | undefined {
  for (const field of fields) if (field.name === name) return field.value;
  return undefined;
}

/** The values of all fields of this name (lower case), topmost first. */
export function headerValues(fields: HeaderFields, name: string): string[] {
  const values: string[] = [];
  for (const field of fields) if (field.name === name) values.push(field.value);
  return values;
}

/**
 * Splits a raw header block (up to the first empty line, any of CRLF, LF, CR as line end) into unfolded fields.
 * Lines that are no field and continue none are left out; so is what exceeds the limits.
 */
export function parseHeaderFields(block: Buffer): HeaderFields {
  return parseHeaderText(block.toString('latin1'));
}

/** The same for a block whose bytes are given as Latin-1 text. */
export function parseHeaderText(block: string): HeaderFields {
  const text = toText(wholeLines(block));
  return fieldsOf(text) ?? fieldsOf(text.replace(/\r\n?/g, '\n')) ?? [];
}

/**
 * The fields of a text whose lines end with CRLF or LF; undefined where a CR stands alone. One pass from line end to
 * line end, and no string but names and values: half the time of splitting it first.
 */
function fieldsOf(text: string): HeaderFields | undefined {
  const fields: { readonly name: string; value: string }[] = [];
  let last: { readonly name: string; value: string } | undefined;
  // Each is sought behind the one before: whatever stands there, the text is passed once for each.
  let [next, cr, colon] = [0, -1, -1];
  while (next < text.length) {
    const at = next;
    const lf = placeOf('\n', text, at);
    next = lf + 1;
    if (cr < at) cr = placeOf('\r', text, at);
    if (cr < lf - 1) return undefined;
    const end = Math.min(cr, lf);
    if (end === at) break;
    if (isBlank(text.charCodeAt(at))) {
      const piece = trimmed(text, at, end);
      if (last !== undefined && piece !== '') last.value += last.value === '' ? piece : ` ${piece}`;
      continue;
    }
    if (fields.length >= LIMITS.headerFields) break;
    if (colon < at) colon = placeOf(':', text, at);
    const name = colon < end ? nameOf(text.slice(at, colon)) : undefined;
    if (name === undefined) continue;
    last = { name, value: trimmed(text, colon + 1, end) };
    fields.push(last);
  }
  return fields;
}

/** The end of the text where there is none. */
function placeOf(char: string, text: string, from: number): number {
  const at = text.indexOf(char, from);
  return at < 0 ? text.length : at;
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

/** `trim()` of a piece; nearly all begin and end with blanks and ASCII letters. */
function trimmed(text: string, from: number, to: number): string {
  let [start, end] = [from, to];
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  const piece = text.slice(start, end);
  return isVisible(piece.charCodeAt(0)) && isVisible(piece.charCodeAt(piece.length - 1)) ? piece : piece.trim();
}

function isVisible(code: number): boolean {
  return code > SPACE && code <= LAST_VISIBLE;
}

/** Lower case; undefined where it is none. RFC 5322 2.2: printable US-ASCII without colon. */
function nameOf(written: string): string | undefined {
  const name = written.trimEnd();
  return /^[!-9;-~]+$/.test(name) ? name.toLowerCase() : undefined;
}

/** The block within the limit, without a line that the limit cuts: half a value may name somebody else. */
function wholeLines(block: string): string {
  if (block.length <= LIMITS.headerBytes) return block;
  const lineEnd = Math.max(block.lastIndexOf('\n', LIMITS.headerBytes), block.lastIndexOf('\r', LIMITS.headerBytes));
  return block.slice(0, Math.max(lineEnd, 0));
}

/** UTF-8 where the bytes are that (RFC 6532), Latin-1 otherwise: no byte is lost either way. */
function toText(block: string): string {
  // Counting its bytes in UTF-8 is ten times quicker, and nearly all have as many as letters.
  if (Buffer.byteLength(block) === block.length || !/[\x80-\xff]/.test(block)) return block;
  try {
    const bytes = Buffer.from(block, 'latin1');
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return block;
  }
}
