/**
 * Catching up, held back by the budget of bytes: waits with the folder open, and reads new mail at once all the while.
 * Takes the place where catching up stands, gives chunks of new mail that leave the cursor there.
 */
import type { Cursor } from '../shared/cursor.ts';
import type { Connection, Tools } from './connection.ts';
import type { Chunk, Interest } from './mailbox.ts';
import type { Portion, Portions } from './portion.ts';
import { readChunk } from './read-chunk.ts';

/** Where catching up stands. */
export interface Place {
  readonly connection: Connection;
  readonly cursor: Cursor;
  /** Mails of the backlog that are still to be read. */
  readonly left: number;
}

export interface Breather {
  /** A scan begins. What comes from now on is new mail, also for the scans after it, until one has caught up. */
  begin(uidNext: number, uidValidity: number): void;
  caughtUp(): void;
  /** Returns when catching up may go on; at once where so little is left that it is no backlog. */
  wait(place: Place, handedOn: Set<number>, signal: AbortSignal): AsyncGenerator<Chunk>;
}

/** So few are read at once, whatever the budget says: about half a megabyte. */
const NO_BACKLOG_MAILS = 200;
/** A wait looks up so often, so that a budget that was changed or a clock that was put right ends it. */
const LOOK_UP_MS = 600_000;

export function openBreather(
  { meter, clock, log, heart }: Tools,
  interest: Interest,
  portions: Portions,
  pollMs: number,
): Breather {
  let newFrom: { readonly uid: number; readonly uidValidity: number } | undefined;
  /** New mail is recorded out of turn: the cursor stays, and what it comes to later is known by its identity. */
  async function* newMail(place: Place, handedOn: Set<number>, signal: AbortSignal): AsyncGenerator<Chunk> {
    const { connection, cursor, left } = place;
    const from = newFrom?.uid ?? 1;
    const found = await connection.search({ uid: `${from}:*` }, signal);
    // RFC 3501 6.4.8: "n:*" always holds the last message, even below n.
    let uids = found.filter(uid => uid >= from && !handedOn.has(uid));
    const read = (portion: Portion) => readChunk(connection, portion, interest, signal);
    while (uids.length > 0) {
      const { uids: some, messages, skipped, missing } = await portions.first(connection, uids, read, signal);
      yield { messages, skipped, cursor, caughtUp: false, left };
      for (const uid of some) if (!missing.includes(uid)) handedOn.add(uid);
      uids = uids.slice(some.length);
    }
  }
  return {
    begin(uidNext, uidValidity) {
      if (uidValidity !== newFrom?.uidValidity) newFrom = { uid: uidNext, uidValidity };
    },
    caughtUp() {
      newFrom = undefined;
    },
    async *wait(place, handedOn, signal) {
      if (meter === undefined || place.left <= NO_BACKLOG_MAILS) return;
      let told = false;
      for (let waitMs = meter.waitMs(); waitMs > 0 && !signal.aborted; waitMs = meter.waitMs()) {
        if (!told) log.info(SLOWED, { mails: place.left, waitSeconds: Math.ceil(waitMs / 1_000) });
        told = true;
        // On purpose: neither a gap nor a loop that stands still.
        heart?.behind(0);
        yield* newMail(place, handedOn, signal);
        const restMs = Math.min(waitMs, pollMs, LOOK_UP_MS);
        heart?.beat(restMs);
        await place.connection.rest(restMs, clock, signal);
      }
      if (told) heart?.behind(place.left);
    },
  };
}

const SLOWED = 'daily_bytes is used up for now: catching up waits, new mail is read at once';
