/**
 * What an operator sees of the outbox and can do with it: part of the Store contract, kept apart because only commands
 * use it. Types, and the list of states. Never queries.
 */
import type { Proof } from '../provenance/provenance.ts';
import type { Verdict } from '../verdict/verdict.ts';

/**
 * - `held`: its proof is missing. `waiting`: for the callback. `stopped`: by the breaker. `claimed`: being posted.
 * - `delivered`. `dead`: refused for good. `dropped`: by an operator. `duplicate`: another one says the same.
 */
export const EVENT_STATES = [
  'held',
  'waiting',
  'stopped',
  'claimed',
  'delivered',
  'dead',
  'dropped',
  'duplicate',
] as const;

export type EventState = (typeof EVENT_STATES)[number];

/** One event as it is kept. */
export interface KeptEvent {
  /** Grows with each event recorded: where to go on listing. */
  readonly seq: number;
  readonly id: string;
  readonly mailbox: string;
  readonly callback: string;
  readonly address: string;
  readonly verdict: 'hard' | 'soft';
  /** When it bounced, epoch seconds. */
  readonly tsSeconds: number;
  /** Undefined while it is missing. */
  readonly proof?: Proof;
  readonly state: EventState;
  readonly recordedAtSeconds: number;
  /** waiting: due from then on; claimed: until when; held: the next look-up, never by itself where it is undefined. */
  readonly nextAtSeconds?: number;
  readonly settledAtSeconds?: number;
  /** Requests that did not deliver it. */
  readonly attempts: number;
  /** How often it may have been counted without our knowing. */
  readonly ambiguous: number;
  /** HTTP status and words, without the callback's URL; why it is dead. */
  readonly lastAnswer?: string;
  /** Held: which proof is missing, and the Message-IDs that are looked up. */
  readonly missing?: string;
  readonly originalMessageIds: readonly string[];
}

/** Every part that is given must fit. */
export interface EventFilter {
  /** None: any but `duplicate`. */
  readonly states?: readonly EventState[];
  readonly mailbox?: string;
  readonly callback?: string;
  readonly verdict?: 'hard' | 'soft';
  /** Settled then or later, epoch seconds. */
  readonly settledFromSeconds?: number;
  /** However it is spelled. */
  readonly address?: string;
  readonly idPrefix?: string;
  /** Only those recorded after the one with this `seq`. */
  readonly afterSeq?: number;
  readonly limit: number;
}

/** A mail that was looked at; it goes after the retention time. */
export interface KeptMail {
  readonly mailbox: string;
  readonly folder: string;
  readonly uid: number;
  readonly recordedAtSeconds: number;
  /** Its own Message-ID, and those of the mails that bounced: what is looked up in Sent. */
  readonly messageId?: string;
  readonly originalMessageIds: readonly string[];
  readonly kind: string;
  readonly because: string;
  readonly reader?: string;
  /** Of all its recipients, with their evidence. */
  readonly verdicts: readonly Verdict[];
}

/** Requests in a row that an event was in and that were answered alike. */
export interface PastPost {
  readonly firstAtSeconds: number;
  readonly lastAtSeconds: number;
  readonly times: number;
  /** `unclear`: it may have been counted. `refused`: for good. */
  readonly outcome: 'delivered' | 'failed' | 'unclear' | 'refused';
  readonly answer: string;
}

/** An event with what was done with it. */
export interface EventRoad extends KeptEvent {
  /** When it was proven, or released: from then on it waited for the callback. */
  readonly queuedAtSeconds?: number;
  /** The last ones, oldest first. */
  readonly posts: readonly PastPost[];
  readonly acts: readonly PastAct[];
}

/** All that is known of an event. */
export interface EventDetails extends EventRoad {
  /** The mail it came from, for as long as that is kept. */
  readonly message?: KeptMail;
}

/** One mail and all that it led to; events without a mail once that is forgotten. */
export interface Trace {
  readonly mail?: KeptMail;
  readonly events: readonly EventRoad[];
}

/** What a person asks about: a customer however the address is spelled, or a Message-ID of a bounce or an original. */
export type Asked = { readonly address: string } | { readonly messageId: string };

/**
 * - `undo`: delivered, dead and dropped ones were resubscribed; noted alone.
 * - `retry`: waiting, dead and stopped ones are due now.
 * - `drop`: waiting, dead and stopped ones are never posted.
 * - `release`: a held one is posted without the proof. `discard`: a held one is never posted.
 */
export type Act = 'retry' | 'drop' | 'release' | 'discard' | 'undo';

export interface Operator {
  /** Such as "root (sudo by jane)". */
  readonly who: string;
  readonly because?: string;
}

/** `done`, or why not: the state it is in, or `unknown`. */
export interface Acted {
  readonly id: string;
  readonly result: 'done' | EventState | 'unknown';
}

/** What was acted on. */
export type Subject = { readonly event: string } | { readonly breaker: string };

export interface PastAct {
  readonly atSeconds: number;
  readonly who: string;
  readonly act: Act | 'reset';
  readonly because?: string;
}

export interface Breaker {
  readonly mailbox: string;
  /** Open since then, epoch seconds; undefined when it is closed. */
  readonly openSinceSeconds?: number;
  /** Events that it keeps waiting. */
  readonly stopped: number;
}
