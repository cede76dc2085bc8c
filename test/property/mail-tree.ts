/**
 * A mail as a tree that can be changed and written again. Takes the bytes of a mail, gives its parts with every letter
 * kept; written apart from the product's own reading, so that no mistake is in both. Bodies are Latin-1 text with LF.
 */

export interface Field {
  /** As written; "" for a line that is no field, which `raw` then holds. */
  readonly name: string;
  /** What follows the colon, with its folds. */
  readonly raw: string;
}

export interface Part {
  readonly fields: readonly Field[];
  /** Of a leaf, still encoded; undefined for a header without the empty line that ends it. */
  readonly body?: string;
  readonly multipart?: Multipart;
}

export interface Multipart {
  readonly boundary: string;
  /** Lines before the first delimiter, and after the last; undefined where there are none. */
  readonly preamble?: string;
  readonly epilogue?: string;
  readonly isClosed: boolean;
  readonly parts: readonly Part[];
}

export type LineEnd = '\n' | '\r\n' | '\r';

/** A whole mail. */
export function parseMail(source: Buffer): Part {
  return parsePart(source.toString('latin1').replace(/\r\n/g, '\n'));
}

/** The bytes of the mail. */
export function printMail(mail: Part, lineEnd: LineEnd = '\r\n'): Buffer {
  return Buffer.from(printPart(mail).replaceAll('\n', lineEnd), 'latin1');
}

/** The unfolded value of the first field of this name (lower case); "" without one. */
export function fieldValue(part: Part, name: string): string {
  const raw = part.fields.find(field => field.name.toLowerCase() === name)?.raw ?? '';
  return raw.replace(/\n(?=[ \t])/g, '').trim();
}

/** The part with this field set: in its place where it has one, else at the end. */
export function withField(part: Part, name: string, value: string): Part {
  const set = { name, raw: ` ${value}` };
  const at = part.fields.findIndex(field => field.name.toLowerCase() === name.toLowerCase());
  return { ...part, fields: at < 0 ? [...part.fields, set] : part.fields.with(at, set) };
}

/** Lower-case type/subtype; text/plain where none is declared (RFC 2045 5.2). */
export function typeOf(part: Part): string {
  return /^[^;\s]+\/[^;\s]+/.exec(fieldValue(part, 'content-type'))?.[0].toLowerCase() ?? 'text/plain';
}

/** All leaves, in their order. */
export function leavesOf(part: Part): Part[] {
  return part.multipart ? part.multipart.parts.flatMap(leavesOf) : [part];
}

/** All parts, outermost first. */
export function partsOf(part: Part): Part[] {
  return [part, ...(part.multipart?.parts ?? []).flatMap(partsOf)];
}

/** The tree with every part changed, the innermost first. */
export function mapParts(part: Part, change: (part: Part) => Part): Part {
  return change(part.multipart ? withParts(part, part => part.map(one => mapParts(one, change))) : part);
}

/** A multipart with other parts; a leaf stays what it is. */
export function withParts(part: Part, change: (parts: readonly Part[]) => readonly Part[]): Part {
  return part.multipart ? { ...part, multipart: { ...part.multipart, parts: change(part.multipart.parts) } } : part;
}

/** True when a part holds fields for programs (RFC 3464). */
export function isMachinePart(part: Part): boolean {
  return /^message\/(?:global-)?delivery-status$/.test(typeOf(part));
}

export function boundaryOf(part: Part): string | undefined {
  const value = fieldValue(part, 'content-type');
  const match = /;\s*boundary\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(value);
  return match?.[1]?.replace(/\\(.)/g, '$1') ?? match?.[2];
}

function parsePart(text: string): Part {
  const end = text.startsWith('\n') ? 0 : text.indexOf('\n\n') + 1;
  const isWhole = end > 0 || text.startsWith('\n');
  const fields = parseFields(isWhole ? text.slice(0, end) : text);
  if (!isWhole) return { fields };
  const body = text.slice(end + 1);
  const leaf = { fields, body };
  const boundary = typeOf(leaf).startsWith('multipart/') ? boundaryOf(leaf) : undefined;
  const multipart = boundary === undefined ? undefined : parseMultipart(body, boundary);
  return multipart ? { fields, multipart } : leaf;
}

function parseFields(header: string): Field[] {
  const lines = header.replace(/\n$/, '').split(/\n(?![ \t])/);
  return (header === '' ? [] : lines).map(line => {
    const name = /^[!-9;-~]+(?=:)/.exec(line)?.[0] ?? '';
    return { name, raw: name === '' ? line : line.slice(name.length + 1) };
  });
}

/** Undefined where no line delimits a part. */
function parseMultipart(body: string, boundary: string): Multipart | undefined {
  const lines = body.split('\n');
  const close = lines.findIndex(line => line.trimEnd() === `--${boundary}--`);
  const inside = close < 0 ? lines : lines.slice(0, close);
  const starts = inside.flatMap((line, index) => (line.trimEnd() === `--${boundary}` ? [index] : []));
  const [first] = starts;
  if (first === undefined) return undefined;
  const texts = starts.map((start, index) => inside.slice(start + 1, starts[index + 1]));
  return {
    boundary,
    isClosed: close >= 0,
    ...(first > 0 ? { preamble: lines.slice(0, first).join('\n') } : {}),
    ...(close >= 0 && close + 1 < lines.length ? { epilogue: lines.slice(close + 1).join('\n') } : {}),
    parts: texts.map(text => parsePart(text.join('\n'))),
  };
}

function printPart({ fields, body, multipart }: Part): string {
  const header = fields.map(({ name, raw }) => (name === '' ? raw : `${name}:${raw}`) + '\n').join('');
  if (multipart) return `${header}\n${printMultipart(multipart)}`;
  return body === undefined ? header : `${header}\n${body}`;
}

function printMultipart({ boundary, preamble, epilogue, isClosed, parts }: Multipart): string {
  const lines = parts.flatMap(part => [`--${boundary}`, printPart(part)]);
  const before = preamble === undefined ? [] : [preamble];
  const after = epilogue === undefined ? [] : [epilogue];
  return [...before, ...lines, ...(isClosed ? [`--${boundary}--`, ...after] : [])].join('\n');
}
