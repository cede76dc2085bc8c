/**
 * Values for the Store contract: verdicts, events, held events, outcomes and chunks by number. Same number, same value.
 */
import type { ChunkRecord, MessageOutcome, Settlement, Store } from '../../src/outbox/outbox.ts';
import type { Event, Held } from '../../src/provenance/provenance.ts';
import type { Verdict } from '../../src/verdict/verdict.ts';

export interface OpenedStore {
  readonly store: Store;
  /** Another Store on the same data, the first one still open: as after a crash, or as a second daemon would. */
  readonly reopen?: () => Promise<Store>;
  /** Closes all of them and removes what they kept. */
  readonly remove: () => Promise<void>;
}

export const NOW = 1_800_000_000;
export const TTL = 30;
/** How long the contract's claims hold, in seconds. */
export const CLAIM = 600;

export function verdictOf(recipient: string): Verdict {
  return {
    recipient,
    names: [recipient],
    verdict: 'hard',
    reason: 'userUnknown',
    because: 'policy "clevertap": userUnknown is hard',
    about: 'recipient',
    bouncedAtSeconds: NOW - 500,
    evidence: [{ part: 'delivery-status', quote: '550 5.1.1 no such user', rule: 'user unknown' }],
  };
}

export function eventOf(n: number, more: Partial<Event> = {}): Event {
  return {
    id: `event-${n}`,
    mailbox: 'campaigns',
    callback: 'clevertap',
    address: `customer${n}@example.com`,
    verdict: 'hard',
    tsSeconds: NOW - 1_000 - n,
    proof: 'sent',
    ...more,
  };
}

export function heldOf(n: number, more: Partial<Held> = {}): Held {
  const { proof, ...event } = eventOf(n);
  return {
    ...event,
    missing: proof === 'sent' ? 'the original is not in Sent' : '',
    originalMessageIds: [`original-${n}@shop.example`],
    names: [event.address, `alias${n}@example.org`],
    ...more,
  };
}

export function outcomeOf(uid: number, more: Partial<MessageOutcome> = {}): MessageOutcome {
  const recipient = `customer${uid}@example.com`;
  return {
    uid,
    identity: { gmailId: `77${uid}`, digest: `digest-${uid}` },
    kind: 'failure',
    because: 'hard',
    reader: 'rfc3464',
    verdicts: [verdictOf(recipient)],
    eventIds: [`event-${uid}`],
    ...more,
  };
}

export function chunkOf(lastUid: number, more: Partial<ChunkRecord> = {}): ChunkRecord {
  const cursor = { mailbox: 'campaigns', folder: 'All Mail', uidValidity: 7, lastUid };
  return { cursor, outcomes: [], events: [], held: [], skipped: 0, ...more };
}

export function retryOf(id: string, nextAtSeconds: number, more: object = {}): Settlement {
  return { id, as: 'retry', nextAtSeconds, because: 'HTTP 503', ambiguous: false, countsAsAttempt: true, ...more };
}
