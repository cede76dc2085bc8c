/**
 * A mail as the mailbox would have fetched it, without a server: its structure by the test server's own reading, the
 * parts that are asked for cut as IMAP would cut them. Takes bytes, gives a RawMessage.
 */
import type { FetchedPart, PartStructure, RawMessage, WantedPart } from '../../src/mailbox/mailbox.ts';
import { isCandidate, wantedParts } from '../../src/report/report.ts';
import { parseHeaderFields } from '../../src/shared/header-fields.ts';
import { identify, messageIdOf } from '../../src/shared/identity.ts';
import { LIMITS } from '../../src/shared/limits.ts';
import { nodeAt, parseMime } from '../servers/mime-tree.ts';
import type { MimeNode } from '../servers/mime-tree.ts';

/** INTERNALDATE of every such mail. */
const INTERNAL_DATE_SECONDS = 1_795_000_000;

export function asFetched(source: Buffer): RawMessage {
  const tree = parseMime(source);
  const header = tree.header.subarray(0, LIMITS.headerBytes);
  const headers = parseHeaderFields(header);
  const base = {
    uid: 1,
    identity: identify(headers),
    internalDateSeconds: INTERNAL_DATE_SECONDS,
    sizeBytes: source.length,
    messageId: messageIdOf(headers),
    header,
    candidate: isCandidate(headers),
    truncated: false,
  };
  if (!base.candidate) return base;
  const structure = structureOf(tree, '');
  const wanted = wantedParts(structure);
  if (wanted === 'source') return { ...base, structure, source: source.subarray(0, LIMITS.sourceBytes) };
  return { ...base, structure, parts: wanted.flatMap(part => cut(tree, part)) };
}

function cut(tree: MimeNode, { path, section, maxBytes }: WantedPart): FetchedPart[] {
  const node = nodeAt(tree, path.split('.').filter(Boolean).map(Number));
  const bytes = section === 'header' ? node?.message?.header : node?.body;
  if (bytes === undefined) return [];
  return [{ path, section, bytes: bytes.subarray(0, maxBytes), truncated: bytes.length > maxBytes }];
}

function structureOf(node: MimeNode, path: string): PartStructure {
  const contentType = `${node.type}/${node.subtype}`;
  const parameters = Object.assign(Object.create(null) as Record<string, string>, Object.fromEntries(node.parameters));
  const children = (node.children ?? []).map((child, index) =>
    structureOf(child, path === '' ? String(index + 1) : `${path}.${index + 1}`),
  );
  return {
    path: path === '' && !contentType.startsWith('multipart/') ? '1' : path,
    contentType,
    parameters,
    encoding: node.encoding,
    ...(node.disposition === undefined ? {} : { disposition: node.disposition }),
    sizeBytes: node.body.length,
    children,
  };
}
