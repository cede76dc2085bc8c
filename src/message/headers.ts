/**
 * What single header fields mean: typed values with parameters, and encoded words. Takes a field's value, gives text.
 * Never throws; what cannot be read falls back to what RFC 2045 says of a missing field.
 */
import libmime from 'libmime';
import { headerValue } from '../shared/header-fields.ts';
import type { HeaderFields } from '../shared/header-fields.ts';

/** How a part declares itself (RFC 2045, RFC 2183). */
export interface MimeHeader {
  /** Lower-case type/subtype. */
  readonly contentType: string;
  /** Lower-case names. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Lower-case Content-Transfer-Encoding. */
  readonly encoding?: string;
  /** Lower-case Content-Disposition. */
  readonly disposition?: string;
}

interface TypedValue {
  readonly value: string;
  readonly parameters: Record<string, string>;
}

/** No real value of a typed field or a subject is longer; past it nothing is parsed. */
const VALUE_CHARS = 4000;
/** A value without parameters, quotes and comments. */
const PLAIN = /^[A-Za-z0-9/_.+-]{1,200}$/;
/** A parameter that stands at once behind the one before: no comment, no escape, not of RFC 2231. */
const USUAL_PARAMETER = /;[ \t]*([A-Za-z-]{1,40})=(?:"([^"\\]*)"|([A-Za-z0-9_.+/=-]+))/gy;
const TYPE = /^[a-z0-9!#$&^_.+-]{1,127}\/[a-z0-9!#$&^_.+-]{1,127}$/;

/** Reads the MIME fields of a header block; `defaultType` holds where it declares no type that can be read. */
export function mimeHeader(fields: HeaderFields, defaultType = 'text/plain'): MimeHeader {
  const declared = headerValue(fields, 'content-type');
  const typed = declared === undefined ? undefined : typedValue(declared);
  // RFC 2045 5.2: no type, or one that makes no sense, is plain text.
  const contentType =
    typed && TYPE.test(typed.value) ? typed.value : declared === undefined ? defaultType : 'text/plain';
  const encoding = bareToken(headerValue(fields, 'content-transfer-encoding'));
  const disposition = bareToken(headerValue(fields, 'content-disposition'));
  return {
    contentType,
    parameters: typed?.parameters ?? {},
    ...(encoding === undefined ? {} : { encoding }),
    ...(disposition === undefined ? {} : { disposition }),
  };
}

/** A value such as Content-Type's: the part before the first ";" in lower case, and its parameters (RFC 2231 too). */
export function typedValue(value: string): TypedValue {
  if (PLAIN.test(value)) return { value: value.toLowerCase(), parameters: {} };
  const usual = usualValue(value);
  if (usual !== undefined) return usual;
  try {
    const parsed = libmime.parseHeaderValue(value.slice(0, VALUE_CHARS), { stripComments: true });
    const parameters: Record<string, string> = {};
    for (const [name, text] of Object.entries(parsed.params)) parameters[name.toLowerCase()] = text;
    return { value: stringOf(parsed.value).toLowerCase().trim(), parameters };
  } catch {
    return { value: '', parameters: {} };
  }
}

/** One that is written as nearly all are, in a tenth of the time; undefined for any other. */
function usualValue(value: string): TypedValue | undefined {
  const semicolon = value.indexOf(';');
  if (semicolon < 0 || value.length > VALUE_CHARS) return undefined;
  const type = value.slice(0, semicolon);
  if (!PLAIN.test(type)) return undefined;
  const parameters: Record<string, string> = {};
  USUAL_PARAMETER.lastIndex = semicolon;
  for (let end = semicolon; end < value.length; end = USUAL_PARAMETER.lastIndex) {
    const match = USUAL_PARAMETER.exec(value);
    if (match === null) return undefined;
    const name = (match[1] ?? '').toLowerCase();
    if (!Object.hasOwn(parameters, name)) parameters[name] = match[2] ?? match[3] ?? '';
  }
  return { value: type.toLowerCase(), parameters };
}

/** Decodes the encoded words (RFC 2047) of an unstructured field; words in unknown charsets are taken as UTF-8. */
export function decodeHeaderWords(value: string): string {
  const short = value.slice(0, VALUE_CHARS);
  try {
    const decoded = short.includes('=?') ? libmime.decodeWords(short) : short;
    // A decoded word may bring line breaks and NULs of its own: a subject is one line.
    return (/[^ -~]/.test(decoded) ? decoded.replace(/\p{Cc}+/gu, ' ') : decoded).trim();
  } catch {
    return short;
  }
}

function bareToken(value: string | undefined): string | undefined {
  const token = value === undefined ? '' : typedValue(value).value;
  return token === '' ? undefined : token;
}

function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
