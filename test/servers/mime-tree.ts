/**
 * MIME as an IMAP server sees it: a tree of parts by number, for BODYSTRUCTURE and BODY[n]. For the test server only,
 * and written apart from the product's own reading so that the two can be compared.
 */

export interface MimeNode {
  /** Header block with its empty line. */
  readonly header: Buffer;
  readonly body: Buffer;
  /** Lower case, as are subtype, encoding and disposition. */
  readonly type: string;
  readonly subtype: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly encoding: string;
  readonly id?: string;
  readonly description?: string;
  readonly disposition?: string;
  readonly dispositionParameters: ReadonlyMap<string, string>;
  /** The parts of a multipart; undefined for a leaf, empty where no boundary line was found. */
  readonly children?: readonly MimeNode[];
  /** What a message/rfc822 holds. */
  readonly message?: MimeNode;
}

const DEPTH = 30;
const DEFAULT_TYPE = 'text/plain; charset=us-ascii';

export function parseMime(source: Buffer, depth = 0, defaultType = DEFAULT_TYPE): MimeNode {
  const text = source.toString('latin1');
  const gap = /\r?\n\r?\n/.exec(text);
  const startsEmpty = /^\r?\n/.exec(text);
  const end = startsEmpty ? startsEmpty[0].length : gap ? gap.index + gap[0].length : text.length;
  const header = source.subarray(0, end);
  const body = source.subarray(end);
  const fields = fieldsOf(text.slice(0, end));
  const declared = withParameters(fields.get('content-type') ?? defaultType);
  const [full, parameters] = declared[0].includes('/') ? declared : withParameters(defaultType);
  const [type = 'text', subtype = 'plain'] = full.split('/');
  const [disposition, dispositionParameters] = withParameters(fields.get('content-disposition') ?? '');
  const id = fields.get('content-id');
  const description = fields.get('content-description');
  return {
    ...{ header, body, type, subtype, parameters, dispositionParameters },
    encoding: (fields.get('content-transfer-encoding') ?? '7bit').toLowerCase(),
    ...(id === undefined ? {} : { id }),
    ...(description === undefined ? {} : { description }),
    ...(disposition === '' ? {} : { disposition }),
    ...(depth < DEPTH ? contentOf(body, full, parameters.get('boundary'), depth + 1) : {}),
  };
}

/** The node with this number: [] is the whole, [2, 1] the first part of the second (RFC 3501 6.4.5). */
export function nodeAt(message: MimeNode, path: readonly number[]): MimeNode | undefined {
  const [first, ...rest] = path;
  if (first === undefined) return message;
  if (message.children !== undefined) return below(message, path);
  // A message that is no multipart has one part, number 1: its body.
  return first === 1 ? below(message, rest) : undefined;
}

/** Lower-case names, unfolded; the first of a name. */
export function fieldsOf(header: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const [name, value] of fieldList(header)) if (!fields.has(name)) fields.set(name, value);
  return fields;
}

/** All fields, lower-case names, unfolded values. */
export function fieldList(header: string): [string, string][] {
  const lines = header.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  return lines.flatMap(line => {
    const colon = line.indexOf(':');
    return colon > 0 ? [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]] : [];
  });
}

function below(node: MimeNode, path: readonly number[]): MimeNode | undefined {
  const [first, ...rest] = path;
  if (first === undefined) return node;
  if (node.message !== undefined) return nodeAt(node.message, path);
  const child = node.children?.[first - 1];
  return child && below(child, rest);
}

function contentOf(
  body: Buffer,
  type: string,
  boundary: string | undefined,
  depth: number,
): Pick<MimeNode, 'children' | 'message'> {
  if (type === 'message/rfc822' || type === 'message/global') return { message: parseMime(body, depth) };
  if (!type.startsWith('multipart/') || boundary === undefined) return {};
  // RFC 2046 5.1.5
  const defaultType = type === 'multipart/digest' ? 'message/rfc822' : DEFAULT_TYPE;
  return { children: split(body, boundary).map(part => parseMime(part, depth, defaultType)) };
}

function withParameters(value: string): [string, Map<string, string>] {
  const parameters = new Map<string, string>();
  for (const match of value.matchAll(/;\s*([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/g)) {
    parameters.set((match[1] ?? '').toLowerCase(), match[2]?.replace(/\\(.)/g, '$1') ?? match[3] ?? '');
  }
  return [(value.split(';')[0] ?? '').trim().toLowerCase(), parameters];
}

function split(body: Buffer, boundary: string): Buffer[] {
  const text = body.toString('latin1');
  // Longer than any line may be (RFC 5322 2.1.1), and than a pattern can be made of.
  if (boundary.length > 998) return [];
  const marks: { start: number; end: number; last: boolean }[] = [];
  const escaped = boundary.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  for (const match of text.matchAll(new RegExp(`(?:^|\\r?\\n)--${escaped}(--)?[ \\t]*(?=\\r?\\n|$)`, 'g'))) {
    marks.push({ start: match.index, end: match.index + match[0].length, last: match[1] !== undefined });
  }
  const parts: Buffer[] = [];
  for (const [index, mark] of marks.entries()) {
    if (mark.last) break;
    const lineEnd = /^\r?\n/.exec(text.slice(mark.end, mark.end + 2))?.[0].length ?? 0;
    const from = mark.end + lineEnd;
    parts.push(body.subarray(from, Math.max(from, marks[index + 1]?.start ?? body.length)));
  }
  return parts;
}
