/**
 * The machine-readable part of a report (RFC 3464), read liberally. Takes its text, gives the per-message fields and
 * one group of fields for each recipient. Decides nothing, never throws.
 */
import { cleanAddress } from '../shared/address.ts';
import { LIMITS } from '../shared/limits.ts';
import type { Action } from './report.ts';

/** Lower-case names, unfolded values; of a field that is repeated the first. */
export type StatusFields = ReadonlyMap<string, string>;

export interface DeliveryStatus {
  readonly message: StatusFields;
  readonly recipients: readonly StatusFields[];
}

/** A diagnostic is cut later; its type and folded lines come on top. */
const VALUE_CHARS = 2 * LIMITS.diagnosticChars;

type Field = readonly [name: string, value: string];

// RFC 3464 2.2, and what mailers add there.
const OF_MESSAGE = new Set([
  'reporting-mta',
  'received-from-mta',
  'arrival-date',
  'dsn-gateway',
  'original-envelope-id',
  'x-original-message-id',
]);
// RFC 3464 2.3: one of these makes a block a recipient's.
const OF_RECIPIENT = new Set([
  'final-recipient',
  'original-recipient',
  'x-actual-recipient',
  'action',
  'status',
  'diagnostic-code',
  'remote-mta',
  'last-attempt-date',
  'will-retry-until',
  'final-log-id',
]);

/**
 * Groups are told apart by what they hold, not only by their place: some reporters put a recipient first, leave out the
 * empty line between two of them, or set one inside of a group (RFC 3464 2.1 asks for one between groups).
 */
export function parseDeliveryStatus(text: string): DeliveryStatus {
  const message = new Map<string, string>();
  const groups: Map<string, string>[] = [];
  for (const block of blocksOf(text)) {
    const own = block.filter(([name]) => !OF_MESSAGE.has(name));
    const isRecipient = own.some(([name]) => OF_RECIPIENT.has(name));
    addTo(message, isRecipient ? block.filter(([name]) => OF_MESSAGE.has(name)) : block);
    if (isRecipient) for (const fields of recipientsOf(own)) addGroup(groups, fields);
    if (groups.length > LIMITS.recipients) break;
  }
  return { message, recipients: groups.slice(0, LIMITS.recipients) };
}

/** `rfc822; user@example.com` as type and value (RFC 3464 2.1.2); a missing type is taken as rfc822. */
export function typedValue(value: string): { readonly type: string; readonly value: string } {
  const match = /^\s*([\w-]+)\s*;/.exec(value);
  if (!match) return { type: 'rfc822', value: value.trim() };
  return { type: (match[1] ?? '').toLowerCase(), value: value.slice(match[0].length).trim() };
}

/** The address in a typed address field, with unitext (RFC 6533 3) and forgotten xtext (RFC 3461 4) decoded. */
export function addressOf(field: string | undefined): string | undefined {
  if (field === undefined) return undefined;
  const plain = plainAddress(field);
  // Nobody is known to write "+2B" in an address of his own.
  const decoded = /\+2B/.test(plain) ? cleanAddress(decodeXtext(plain)) : undefined;
  return decoded ?? cleanAddress(plain) ?? cleanAddress(withoutComments(plain)) ?? cleanAddress(decodeXtext(plain));
}

/**
 * What else the address may be: "user+2Btag@example.com" as it stands, or "bob+3Dprints@example.com" read as xtext.
 */
export function otherReading(field: string | undefined): string | undefined {
  if (field === undefined) return undefined;
  const plain = plainAddress(field);
  if (/\+2B/.test(plain)) return cleanAddress(plain);
  return /\+3D/.test(plain) ? cleanAddress(decodeXtext(plain)) : undefined;
}

/** True when the field, read as xtext (RFC 3461 4), is this address: some hand on an ORCPT as it came. */
export function isXtextOf(field: string | undefined, address: string): boolean {
  return field?.includes('+') === true && cleanAddress(decodeXtext(plainAddress(field))) === address;
}

function plainAddress(field: string): string {
  const { type, value } = typedValue(field);
  return type === 'utf-8' ? value.replace(/\\x\{([0-9A-F]{2,6})\}/gi, decodeCodePoint) : value;
}

const ACTIONS: ReadonlyMap<string, Action> = new Map([
  ['failed', 'failed'],
  ['failure', 'failed'],
  ['delayed', 'delayed'],
  ['delivered', 'delivered'],
  ['relayed', 'relayed'],
  ['expanded', 'expanded'],
]);

/** RFC 3464 2.3.3, any case; undefined for words that are none of the five. */
export function actionOf(field: string | undefined): Action | undefined {
  return ACTIONS.get(/[a-z]+/.exec(withoutComments(field ?? '').toLowerCase())?.[0] ?? '');
}

/** D.D.D out of a Status field with whatever stands around it (RFC 3464 2.3.4); undefined when there is none. */
export function statusOf(field: string | undefined): string | undefined {
  return /(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.]*\d)/.exec(field ?? '')?.[0];
}

/** The value without (nested) comments in parentheses, RFC 822 3.4.3. */
export function withoutComments(value: string): string {
  if (!value.includes('(')) return value.trim();
  let depth = 0;
  let kept = '';
  for (const character of value) {
    if (character === '(') depth += 1;
    else if (character === ')' && depth > 0) depth -= 1;
    else if (depth === 0) kept += character;
  }
  return kept.trim();
}

/** The fields of each run of lines between empty ones. */
function blocksOf(text: string): Field[][] {
  const blocks: Field[][] = [[]];
  for (const line of text.slice(0, LIMITS.deliveryStatusBytes).split('\n')) {
    const block = blocks.at(-1) ?? [];
    const last = block.at(-1);
    if (line.trim() === '') {
      if (block.length > 0) blocks.push([]);
      continue;
    }
    const match = /^([A-Za-z][\w-]{0,60})[ \t]*:(.*)$/.exec(line);
    const name = (match?.[1] ?? '').toLowerCase();
    if (match !== null && (last?.[0] !== 'diagnostic-code' || isFieldName(name))) {
      block.push([name, (match[2] ?? '').trim().slice(0, VALUE_CHARS)]);
    } else if (last !== undefined && (/^[ \t]/.test(line) || last[0] === 'diagnostic-code')) {
      // Replies of several lines are often put in unfolded: "550-5.1.1 ...", "550 5.1.1 ...".
      block[block.length - 1] = [last[0], `${last[1]} ${line.trim()}`.trim().slice(0, VALUE_CHARS)];
    }
  }
  return blocks;
}

/** Within an unfolded reply "https://..." or "Note: ..." begins a line and no field. */
function isFieldName(name: string): boolean {
  return OF_MESSAGE.has(name) || OF_RECIPIENT.has(name) || name.startsWith('x-') || name === 'localized-diagnostic';
}

/** A block with several recipients is cut where the field that began the first one comes again. */
function recipientsOf(block: readonly Field[]): Map<string, string>[] {
  const count = block.filter(([name]) => name === 'final-recipient').length;
  if (count < 2) return [addTo(new Map(), block)];
  const first = block.find(([name]) => OF_RECIPIENT.has(name))?.[0] ?? '';
  const begin = first === 'original-recipient' ? 'final-recipient' : first;
  const groups: Field[][] = [];
  for (const field of block) {
    if (field[0] !== begin && groups.length > 0) {
      groups.at(-1)?.push(field);
      continue;
    }
    // An Original-Recipient right before the Final-Recipient belongs to it.
    const before = groups.at(-1)?.at(-1);
    if (begin === 'final-recipient' && before?.[0] === 'original-recipient') {
      groups.at(-1)?.pop();
      groups.push([before, field]);
    } else groups.push([field]);
  }
  return groups.filter(fields => fields.some(([name]) => OF_RECIPIENT.has(name))).map(one => addTo(new Map(), one));
}

/** A block that lacks what the one before it has, and the other way round, is its other half. */
function addGroup(groups: Map<string, string>[], fields: Map<string, string>): void {
  const last = groups.at(-1);
  if (last !== undefined && isNamed(last) !== isNamed(fields) && hasFate(last) !== hasFate(fields)) {
    addTo(last, [...fields]);
  } else groups.push(fields);
}

function isNamed(fields: StatusFields): boolean {
  return fields.has('final-recipient') || fields.has('original-recipient');
}

function hasFate(fields: StatusFields): boolean {
  return fields.has('action') || fields.has('status');
}

function addTo(target: Map<string, string>, fields: readonly Field[]): Map<string, string> {
  for (const [name, value] of fields) if (!target.has(name)) target.set(name, value);
  return target;
}

function decodeXtext(text: string): string {
  return text.replace(/\+([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function decodeCodePoint(whole: string, hex: string): string {
  const point = Number.parseInt(hex, 16);
  return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
}
