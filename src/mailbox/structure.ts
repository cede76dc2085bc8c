/**
 * The shape of a mail as imapflow tells it, made ours. Takes a BODYSTRUCTURE, gives a PartStructure within the limits
 * of parts and depth; keeps nothing of what it was read from.
 */
import { LIMITS } from '../shared/limits.ts';
import type { PartStructure } from './mailbox.ts';

/** What of imapflow's own shape is read. */
interface Told {
  readonly type: string;
  readonly part?: string | undefined;
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  readonly encoding?: string | undefined;
  readonly disposition?: string | undefined;
  readonly size?: number | undefined;
  readonly childNodes?: readonly Told[] | undefined;
}

/**
 * imapflow's BODYSTRUCTURE as ours, within the limits of parts and depth; what is in a returned message is left out.
 * A copy through and through: a part of a text keeps the whole text in memory.
 */
export function toStructure(root: Told): PartStructure {
  let left: number = LIMITS.parts;
  const convert = (node: Told, depth: number): PartStructure => {
    left -= 1;
    const contentType = node.type.toLowerCase();
    const isLeaf = contentType.startsWith('message/') || depth >= LIMITS.depth;
    const children: PartStructure[] = [];
    for (const child of isLeaf ? [] : (node.childNodes ?? [])) if (left > 0) children.push(convert(child, depth + 1));
    const path = node.part ?? (depth === 0 && !contentType.startsWith('multipart/') ? '1' : '');
    return {
      path,
      contentType,
      parameters: lowerKeys(node.parameters ?? {}),
      ...(node.encoding === undefined ? {} : { encoding: node.encoding.toLowerCase() }),
      ...(node.disposition === undefined ? {} : { disposition: node.disposition.toLowerCase() }),
      ...(node.size === undefined ? {} : { sizeBytes: node.size }),
      children,
    };
  };
  return structuredClone(convert(root, 0));
}

function lowerKeys(parameters: Readonly<Record<string, string>>): Record<string, string> {
  const safe = Object.create(null) as Record<string, string>;
  for (const [key, value] of Object.entries(parameters)) safe[key.toLowerCase()] = value;
  return safe;
}
