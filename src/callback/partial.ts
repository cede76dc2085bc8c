/**
 * A 2xx that took only a part, or nothing. Takes the answer's body, gives what was left out; pure, never throws.
 * CleverTap's page "Generic SMTP v2 payload" documents two shapes: `{"error", "TOTAL_EVENTS", "PROCESSED_EVENTS",
 * "UNPROCESSED_EVENTS": [{..., "errorDescription"}]}` and `{"status": "partial_success", "processed", "unprocessed",
 * "unprocessed_events": [{..., "error"}]}`. The server APIs answer `{"status": "partial", "processed",
 * "unprocessed": [{"status": "fail", "code", "error", "record"}]}`.
 */
import { isAddress } from '../shared/address.ts';

/** An event that a 2xx answer names as not taken. */
export interface Unprocessed {
  readonly address: string;
  readonly because: string;
  /** The event itself is at fault: it would be left out again. */
  readonly poison: boolean;
}

export type Partial =
  | { readonly kind: 'whole' }
  | { readonly kind: 'listed'; readonly unprocessed: readonly Unprocessed[] }
  /** Nothing was taken, as far as the answer tells. */
  | { readonly kind: 'failed' }
  /** Some were left out, and it cannot be told which. */
  | { readonly kind: 'unclear' };

// The errors that the same page gives for one event.
const POISON = /invalid email format|invalid meta|could not map event/i;
const LEFT_OUT = /"(?:unprocessed|unprocessed_events|error)"/i;
const REASON_CHARS = 200;
/** How deep an address may lie in a listed event, such as {"event", "data": [{"e"}]}. */
const DEPTH = 4;

/** @param cut whether the body went on beyond what was read */
export function readPartial(body: string, cut: boolean): Partial {
  const fields = parseFields(body);
  if (fields === undefined) return cut && LEFT_OUT.test(body) ? { kind: 'unclear' } : { kind: 'whole' };
  const listed = [fields.get('unprocessed_events'), fields.get('unprocessed')].find(
    (value): value is unknown[] => Array.isArray(value) && value.length > 0,
  );
  if (listed !== undefined) return readList(listed);
  if (Number(fields.get('unprocessed')) > 0) return { kind: someProcessed(fields) ? 'unclear' : 'failed' };
  const failed = isSet(fields.get('error')) || /^(?:fail|failed|failure|error)$/i.test(word(fields.get('status')));
  if (!failed) return { kind: 'whole' };
  return { kind: someProcessed(fields) ? 'unclear' : 'failed' };
}

function readList(list: readonly unknown[]): Partial {
  const unprocessed: Unprocessed[] = [];
  for (const entry of list) {
    const addresses = addressesIn(entry, DEPTH);
    if (addresses.length === 0) return { kind: 'unclear' };
    const because = reasonIn(entry);
    unprocessed.push(...addresses.map(address => ({ address, because, poison: POISON.test(because) })));
  }
  return { kind: 'listed', unprocessed };
}

function someProcessed(fields: ReadonlyMap<string, unknown>): boolean {
  return Number(fields.get('processed_events') ?? fields.get('processed')) > 0;
}

function addressesIn(value: unknown, depth: number): string[] {
  if (typeof value !== 'object' || value === null || depth === 0) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    if ((key === 'e' || key === 'email') && typeof inner === 'string') return [inner];
    // The Subscribe API repeats its record: {"type": "email", "value", "status"}.
    if (key === 'value' && typeof inner === 'string' && isAddress(inner)) return [inner];
    return addressesIn(inner, depth - 1);
  });
}

function reasonIn(entry: unknown): string {
  const fields = fieldsOf(entry);
  const words = word(fields?.get('errordescription')) || word(fields?.get('error'));
  return (words || 'named as unprocessed').slice(0, REASON_CHARS);
}

function parseFields(body: string): Map<string, unknown> | undefined {
  try {
    return fieldsOf(JSON.parse(body) as unknown);
  } catch {
    return undefined;
  }
}

/** Keys in lower case: the two shapes differ in that too. */
function fieldsOf(value: unknown): Map<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return new Map(Object.entries(value).map(([key, inner]: [string, unknown]) => [key.toLowerCase(), inner]));
}

function isSet(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

function word(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
