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

const OF_RECIPIENT = ['final-recipient', 'original-recipient', 'action', 'status', 'diagnostic-code'];

/**
 * Groups are told apart by what they hold, not by their place: some reporters put recipients first, leave out empty
 * lines, or add too many (RFC 3464 2.1 asks for one between groups).
 */
export function parseDeliveryStatus(text: string): DeliveryStatus {
  const message = new Map<string, string>();
  const recipients: Map<string, string>[] = [];
  let current: Map<string, string> | undefined;
  for (const field of fieldsOf(text)) {
    if (field === undefined) {
      // A group that has named its recipient but not yet its fate goes on after the empty line.
      if (current?.has('action') === true || current?.has('status') === true) current = undefined;
      continue;
    }
    const [name, value] = field;
    const starts = name === 'final-recipient' || name === 'original-recipient';
    if (starts && (current === undefined || current.has(name) || current.has('action'))) {
      current = new Map();
      recipients.push(current);
    } else if (current === undefined && OF_RECIPIENT.includes(name)) {
      current = recipients.find(group => !group.has(name)) ?? new Map<string, string>();
      if (!recipients.includes(current)) recipients.push(current);
    }
    const group = current ?? message;
    if (!group.has(name)) group.set(name, value);
    if (recipients.length > LIMITS.recipients) break;
  }
  return { message, recipients: recipients.slice(0, LIMITS.recipients) };
}

/** `rfc822; user@example.com` as type and value (RFC 3464 2.1.2); a missing type is taken as rfc822. */
export function typedValue(value: string): { readonly type: string; readonly value: string } {
  const match = /^\s*([\w-]+)\s*;/.exec(value);
  if (!match) return { type: 'rfc822', value: value.trim() };
  return { type: (match[1] ?? '').toLowerCase(), value: value.slice(match[0].length).trim() };
}

/** The address in a typed address field, with xtext (RFC 3461 4) and unitext (RFC 6533 3) decoded. */
export function addressOf(field: string | undefined): string | undefined {
  if (field === undefined) return undefined;
  const { type, value } = typedValue(field);
  const plain = type === 'utf-8' ? value.replace(/\\x\{([0-9A-F]{2,6})\}/gi, decodeCodePoint) : value;
  const address = cleanAddress(plain) ?? cleanAddress(withoutComments(plain));
  // Some reporters forget to decode ORCPT: "user+2Btag@example.com". "+2B" in a real address is not heard of.
  return cleanAddress(/\+(?:2B|3D|40)/.test(plain) ? decodeXtext(plain) : '') ?? address;
}

/** RFC 3464 2.3.3, any case; undefined for words that are none of the five. */
export function actionOf(field: string | undefined): Action | undefined {
  const word = /[a-z]+/.exec(withoutComments(field ?? '').toLowerCase())?.[0];
  const known: Readonly<Record<string, Action>> = {
    failed: 'failed',
    failure: 'failed',
    delayed: 'delayed',
    delivered: 'delivered',
    relayed: 'relayed',
    expanded: 'expanded',
  };
  return known[word ?? ''];
}

/** D.D.D out of a Status field with whatever stands around it (RFC 3464 2.3.4); undefined when there is none. */
export function statusOf(field: string | undefined): string | undefined {
  return /(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.]*\d)/.exec(field ?? '')?.[0];
}

/** The value without (nested) comments in parentheses, RFC 822 3.4.3. */
export function withoutComments(value: string): string {
  let depth = 0;
  let kept = '';
  for (const character of value) {
    if (character === '(') depth += 1;
    else if (character === ')' && depth > 0) depth -= 1;
    else if (depth === 0) kept += character;
  }
  return kept.trim();
}

/** Fields in order; undefined stands for an empty line. */
function* fieldsOf(text: string): Generator<readonly [string, string] | undefined> {
  let open: [string, string] | undefined;
  for (const line of text.split('\n')) {
    if (/^[ \t]+\S/.test(line) && open !== undefined) {
      open[1] = `${open[1]} ${line.trim()}`.slice(0, 2 * LIMITS.diagnosticChars);
      continue;
    }
    if (open !== undefined) yield open;
    open = undefined;
    if (line.trim() === '') yield undefined;
    const match = /^([A-Za-z][\w-]{0,60})\s*:(.*)$/.exec(line);
    if (match) open = [(match[1] ?? '').toLowerCase(), (match[2] ?? '').trim().slice(0, 2 * LIMITS.diagnosticChars)];
  }
  if (open !== undefined) yield open;
}

function decodeXtext(text: string): string {
  return text.replace(/\+([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function decodeCodePoint(whole: string, hex: string): string {
  const point = Number.parseInt(hex, 16);
  return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
}
