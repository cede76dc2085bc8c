/**
 * A mail that can be taken apart and put together again, for mutations. Takes bytes, gives a tree of entities with
 * their raw fields; what was not changed is written back as it stood.
 */
import { parseMime } from '../servers/mime-tree.ts';
import type { MimeNode } from '../servers/mime-tree.ts';

/** Latin-1 text throughout: a character is a byte. */
export interface Entity {
  /** Raw fields with their folds, without the last line end. */
  fields: string[];
  /** Written between the parts where there are any. */
  boundary: string;
  children: Entity[];
  /** What stands behind the empty line of a leaf. */
  body: string;
}

/** A mail as a tree; parts inside a returned message stay text. */
export function entityOf(source: Buffer): Entity {
  return fromNode(parseMime(source));
}

/** A copy that may be changed. */
export function copyOf(entity: Entity): Entity {
  return { ...entity, fields: [...entity.fields], children: entity.children.map(copyOf) };
}

/** The whole tree, outermost first. */
export function allOf(entity: Entity): Entity[] {
  return [entity, ...entity.children.flatMap(allOf)];
}

export function bytesOf(entity: Entity): Buffer {
  return Buffer.from(textOf(entity), 'latin1');
}

/** The place of the first field of this name, or -1. */
export function fieldPlace(entity: Entity, name: string): number {
  return entity.fields.findIndex(field => field.toLowerCase().startsWith(`${name}:`));
}

/** Sets the field, or adds it; the value may be anything. */
export function setField(entity: Entity, name: string, value: string): void {
  const at = fieldPlace(entity, name.toLowerCase());
  const field = `${name}: ${latin1(value)}`;
  if (at < 0) entity.fields.push(field);
  else entity.fields[at] = field;
}

/** Text beyond Latin-1 as the bytes of its UTF-8. */
export function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function fromNode(node: MimeNode): Entity {
  const fields = node.header
    .toString('latin1')
    .split(/(?<=\n)(?![ \t])/)
    .map(field => field.replace(/\r?\n$/, ''))
    .filter(field => field !== '');
  const children = (node.children ?? []).map(fromNode);
  return { fields, children, boundary: node.parameters.get('boundary') ?? 'b', body: node.body.toString('latin1') };
}

function textOf({ fields, boundary, children, body }: Entity): string {
  const header = fields.map(field => `${field}\r\n`).join('');
  if (children.length === 0) return `${header}\r\n${body}`;
  const parts = children.map(child => `\r\n--${boundary}\r\n${textOf(child)}`);
  return `${header}\r\n${parts.join('')}\r\n--${boundary}--\r\n`;
}
