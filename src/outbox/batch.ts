/**
 * What the courier claims from the outbox and how it settles it: the words for both. Takes nothing, gives types; what
 * they do, outbox.ts says.
 */
import type { Event } from '../provenance/provenance.ts';

/** Events claimed for one request. Whoever claimed them must settle each before the claim runs out. */
export interface Batch {
  readonly callback: string;
  readonly events: readonly ClaimedEvent[];
}

export interface ClaimedEvent extends Event {
  /** Requests already made with this event in them that did not deliver it. */
  readonly attempts: number;
}

/** Events claimed for the next request while another is under way. */
export interface AheadBatch extends Batch {
  /** By which it is begun or given back. */
  readonly ahead: number;
}

/** How one event fared in one request; `because`: what was answered, without the callback's URL. */
export type Settlement =
  | { readonly id: string; readonly as: 'delivered'; readonly because?: string }
  /** To be tried again at `nextAtSeconds`. `ambiguous`: it may have been counted already. */
  | {
      readonly id: string;
      readonly as: 'retry';
      readonly nextAtSeconds: number;
      readonly because: string;
      readonly ambiguous: boolean;
      /** False when the failure was not about this event (a halved batch, a stop): attempts stay as they are. */
      readonly countsAsAttempt: boolean;
    }
  /** A dead letter: kept until a person acts. */
  | { readonly id: string; readonly as: 'buried'; readonly because: string };

/** Counts by state, and ages, for one callback or for all. */
export interface Backlog {
  readonly waiting: number;
  readonly claimed: number;
  readonly held: number;
  readonly delivered: number;
  readonly dead: number;
  /** Hard events that wait until the breaker is reset. */
  readonly stopped: number;
  /** ts of the oldest event that waits, epoch seconds. */
  readonly oldestWaitingSeconds?: number;
  /** When the next waiting event is due, epoch seconds. */
  readonly nextDueSeconds?: number;
}

/** What the courier must know to choose its next step, for one callback. */
export interface Due {
  /** Events that can be claimed now. */
  readonly count: number;
  /** Since when the one of them waits that has waited longest, epoch seconds. */
  readonly waitingSinceSeconds?: number;
  /** When the next one that cannot be claimed yet is due, epoch seconds. */
  readonly nextSeconds?: number;
  /** When an operator last asked to try one of those again that can be claimed now, epoch seconds. */
  readonly askedSeconds?: number;
}
