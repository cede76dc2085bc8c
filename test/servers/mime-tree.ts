/**
 * MIME as an IMAP server sees it: a tree of parts by number, for BODYSTRUCTURE and BODY[n]. For the test server only,
 * and written apart from the product's own reading so that the two can be compared.
 */

export interface MimeNode {
  /** Header block with its empty line. */
  readonly header: Buffer;
  readonly body: Buffer;
  readonly type: string;
  readonly subtype: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly encoding: string;
  readonly disposition?: string;
  readonly children: readonly MimeNode[];
  /** What a message/rfc822 holds. */
  readonly message?: MimeNode;
}

const DEPTH = 30;

export function parseMime(source: Buffer, depth = 0): MimeNode {
  const text = source.toString('latin1');
  const gap = /\r?\n\r?\n/.exec(text);
  const startsEmpty = /^\r?\n/.exec(text);
  const end = startsEmpty ? startsEmpty[0].length : gap ? gap.index + gap[0].length : text.length;
  const header = source.subarray(0, end);
  const body = source.subarray(end);
  const fields = fieldsOf(text.slice(0, end));
  const [full, parameters] = withParameters(fields.get('content-type') ?? 'text/plain');
  const [type = 'text', subtype = 'plain'] = full.toLowerCase().split('/');
  const disposition = fields.get('content-disposition')?.split(';')[0]?.trim().toLowerCase();
  const encoding = (fields.get('content-transfer-encoding') ?? '7bit').trim().toLowerCase();
  const boundary = parameters.get('boundary');
  const isMultipart = type === 'multipart' && boundary !== undefined && depth < DEPTH;
  const children = isMultipart ? split(body, boundary).map(part => parseMime(part, depth + 1)) : [];
  const isMessage = type === 'message' && (subtype === 'rfc822' || subtype === 'global') && depth < DEPTH;
  return {
    ...{ header, body, type, subtype, parameters, encoding, children },
    ...(disposition === undefined ? {} : { disposition }),
    ...(isMessage ? { message: parseMime(body, depth + 1) } : {}),
  };
}

/** The node with this number: "" is the whole, "2.1" the first part of the second. */
export function nodeAt(root: MimeNode, path: readonly number[]): MimeNode | undefined {
  const [first, ...rest] = path;
  if (first === undefined) return root;
  const holder = root.message ?? root;
  if (holder.children.length === 0) return first === 1 && rest.length === 0 ? holder : undefined;
  const child = holder.children[first - 1];
  return child && nodeAt(child, rest);
}

/** Lower-case names, unfolded; the first of a name. */
export function fieldsOf(header: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of header.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim().toLowerCase();
    if (colon > 0 && !fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
  }
  return fields;
}

function withParameters(value: string): [string, Map<string, string>] {
  const parameters = new Map<string, string>();
  for (const match of value.matchAll(/;\s*([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/g)) {
    parameters.set((match[1] ?? '').toLowerCase(), match[2]?.replace(/\\(.)/g, '$1') ?? match[3] ?? '');
  }
  return [(value.split(';')[0] ?? '').trim(), parameters];
}

function split(body: Buffer, boundary: string): Buffer[] {
  const text = body.toString('latin1');
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
