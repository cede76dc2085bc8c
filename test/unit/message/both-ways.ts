/**
 * Mails written twice from one description: as the bytes of an .eml, and as what an IMAP server answers about them.
 * Shares no code with the station under test.
 */
import type { FetchedPart, PartStructure, RawMessage } from '../../../src/mailbox/mailbox.ts';
import { parseHeaderFields } from '../../../src/shared/header-fields.ts';
import { identify } from '../../../src/shared/identity.ts';

export interface Leaf {
  readonly type: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly encoding?: 'base64' | 'quoted-printable' | '7bit';
  readonly disposition?: string;
  /** As it stands on the wire, encoded. */
  readonly body: Buffer;
}

export interface Tree {
  readonly type: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly children: readonly (Leaf | Tree)[];
}

const FETCH_BYTES = 16 * 1024;

/** The mail as a file. */
export function asFile(fields: string, root: Leaf | Tree): Buffer {
  return Buffer.concat([Buffer.from(fields), entity(root, 'b')]);
}

/** The mail as parts: text, also where it is not read, machine parts, the header of the returned message. */
export function asParts(fields: string, root: Leaf | Tree): RawMessage {
  const fetched: FetchedPart[] = [];
  const structure = structureOf(root, 'children' in root ? '' : '1');
  const leaves = leavesOf(root, 'children' in root ? '' : '1');
  const isText = ([, leaf]: readonly [string, Leaf], type: string): boolean =>
    leaf.type === type && leaf.disposition !== 'attachment';
  for (const each of leaves) {
    const [path, { type, body }] = each;
    const returned = type === 'message/rfc822' || type === 'message/global';
    const text = isText(each, 'text/plain') || isText(each, 'text/html');
    if (returned) fetched.push({ path, section: 'header', bytes: headerOf(body), truncated: false });
    else if (text) {
      const bytes = body.subarray(0, FETCH_BYTES);
      fetched.push({ path, section: 'body', bytes, truncated: body.length > FETCH_BYTES });
    } else if (/^message\/|rfc822-headers/.test(type)) {
      fetched.push({ path, section: 'body', bytes: body, truncated: false });
    }
  }
  const source = asFile(fields, root);
  const header = source.subarray(0, source.indexOf('\r\n\r\n'));
  const identity = identify(parseHeaderFields(header));
  return {
    uid: 7,
    identity,
    sizeBytes: source.length,
    header,
    candidate: true,
    structure,
    parts: fetched,
    truncated: false,
  };
}

function entity(part: Leaf | Tree, boundary: string): Buffer {
  const type = parameterised(part.type, 'children' in part ? { ...part.parameters, boundary } : part.parameters);
  const lines = [`Content-Type: ${type}`];
  if (!('children' in part)) {
    if (part.encoding) lines.push(`Content-Transfer-Encoding: ${part.encoding}`);
    if (part.disposition) lines.push(`Content-Disposition: ${part.disposition}`);
    return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), part.body]);
  }
  const parts = part.children.flatMap((child, index) => [
    Buffer.from(`\r\n--${boundary}\r\n`),
    entity(child, `${boundary}${index}`),
  ]);
  return Buffer.concat([
    Buffer.from(`${lines.join('\r\n')}\r\n\r\n`),
    ...parts,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
}

function parameterised(type: string, parameters: Readonly<Record<string, string>> = {}): string {
  return [type, ...Object.entries(parameters).map(([name, value]) => `${name}="${value}"`)].join('; ');
}

function structureOf(part: Leaf | Tree, path: string): PartStructure {
  const base = { path, contentType: part.type, parameters: part.parameters ?? {} };
  if ('children' in part) {
    return { ...base, children: part.children.map((child, index) => structureOf(child, childPath(path, index))) };
  }
  const { encoding, disposition, body } = part;
  const declared = { ...(encoding && { encoding }), ...(disposition && { disposition }) };
  return { ...base, ...declared, sizeBytes: body.length, children: [] };
}

function leavesOf(part: Leaf | Tree, path: string): (readonly [string, Leaf])[] {
  if (!('children' in part)) return [[path, part]];
  return part.children.flatMap((child, index) => leavesOf(child, childPath(path, index)));
}

function childPath(path: string, index: number): string {
  return path === '' ? String(index + 1) : `${path}.${index + 1}`;
}

function headerOf(body: Buffer): Buffer {
  const end = body.indexOf('\r\n\r\n');
  return end < 0 ? body : body.subarray(0, end + 4);
}
