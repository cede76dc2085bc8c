/**
 * Rows as the values at the door. Takes what SQLite gives, gives readonly objects. Never queries.
 */
import type { Proof } from '../provenance/provenance.ts';
import type { Cursor } from '../shared/cursor.ts';
import type { Backlog, ClaimedEvent, Due } from './batch.ts';
import type { HeldEvent } from './outbox.ts';

export interface LeaseRow {
  readonly holder: string | null;
  readonly fence: number;
  readonly expires_at: number;
}

/** What every row of an event has, whichever columns are asked for besides. */
export interface EventRow {
  readonly id: string;
  readonly mailbox: string;
  readonly callback: string;
  readonly address: string;
  readonly verdict: 'hard' | 'soft';
  readonly ts: number;
}

interface ClaimedRow extends EventRow {
  readonly proof: Proof;
  readonly attempts: number;
}

interface HeldRow extends EventRow {
  readonly recorded_at: number;
  readonly missing: string | null;
  readonly original_ids: string | null;
  readonly names: string | null;
}

export function toCursor(mailbox: string, folder: string, row: unknown): Cursor {
  const { uid_validity, last_uid } = row as { uid_validity: number; last_uid: number };
  return { mailbox, folder, uidValidity: uid_validity, lastUid: last_uid };
}

export function toClaimed(row: unknown): ClaimedEvent {
  const { id, mailbox, callback, address, verdict, ts, proof, attempts } = row as ClaimedRow;
  return { id, mailbox, callback, address, verdict, tsSeconds: ts, proof, attempts };
}

export function toHeld(row: unknown): HeldEvent {
  const { id, mailbox, callback, address, verdict, ts, recorded_at, missing, original_ids, names } = row as HeldRow;
  return {
    id,
    mailbox,
    callback,
    address,
    verdict,
    tsSeconds: ts,
    missing: missing ?? '',
    originalMessageIds: JSON.parse(original_ids ?? '[]') as string[],
    names: JSON.parse(names ?? '[]') as string[],
    heldAtSeconds: recorded_at,
  };
}

export function toDue(row: unknown): Due {
  const { count, since, next, asked } = row as {
    count: number;
    since: number | null;
    next: number | null;
    asked: number | null;
  };
  return {
    count,
    ...(since === null ? {} : { waitingSinceSeconds: since }),
    ...(next === null ? {} : { nextSeconds: next }),
    ...(asked === null ? {} : { askedSeconds: asked }),
  };
}

export function toBacklog(counts: readonly unknown[], waiting: unknown): Backlog {
  const byState = new Map((counts as { state: string; count: number }[]).map(({ state, count }) => [state, count]));
  const { oldest, next } = waiting as { oldest: number | null; next: number | null };
  return {
    waiting: byState.get('waiting') ?? 0,
    claimed: byState.get('claimed') ?? 0,
    held: byState.get('held') ?? 0,
    delivered: byState.get('delivered') ?? 0,
    dead: byState.get('dead') ?? 0,
    stopped: byState.get('stopped') ?? 0,
    ...(oldest === null ? {} : { oldestWaitingSeconds: oldest }),
    ...(next === null ? {} : { nextDueSeconds: next }),
  };
}
