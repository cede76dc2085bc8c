/**
 * Header blocks as lists of fields. Takes bytes, gives fields in their order; never throws, never decodes.
 */
import { LIMITS } from './limits.ts';

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
  const fields: { readonly name: string; value: string }[] = [];
  let last: { readonly name: string; value: string } | undefined;
  for (const line of text.includes('\r') ? text.split(/\r\n|\n|\r/) : text.split('\n')) {
    if (line === '') break;
    if (line.startsWith(' ') || line.startsWith('\t')) {
      const piece = line.trim();
      if (last !== undefined && piece !== '') last.value += last.value === '' ? piece : ` ${piece}`;
      continue;
    }
    if (fields.length >= LIMITS.headerFields) break;
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trimEnd();
    // RFC 5322 2.2: a field name is printable US-ASCII without colon.
    if (!/^[!-9;-~]+$/.test(name)) continue;
    last = { name: name.toLowerCase(), value: line.slice(colon + 1).trim() };
    fields.push(last);
  }
  return fields;
}

/** The block within the limit, without a line that the limit cuts: half a value may name somebody else. */
function wholeLines(block: string): string {
  if (block.length <= LIMITS.headerBytes) return block;
  const lineEnd = Math.max(block.lastIndexOf('\n', LIMITS.headerBytes), block.lastIndexOf('\r', LIMITS.headerBytes));
  return block.slice(0, Math.max(lineEnd, 0));
}

/** UTF-8 where the bytes are that (RFC 6532), Latin-1 otherwise: no byte is lost either way. */
function toText(block: string): string {
  if (!/[\x80-\xff]/.test(block)) return block;
  try {
    const bytes = Buffer.from(block, 'latin1');
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return block;
  }
}
