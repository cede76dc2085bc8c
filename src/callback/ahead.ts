/**
 * The batch after the one under way, claimed while its answer is awaited. Takes a line, gives the batch once its turn
 * has come, or back to the outbox where it does not come. Never posts.
 */
import type { AheadBatch } from '../outbox/outbox.ts';
import { asFault } from '../shared/fault.ts';
import { mayPost } from './line.ts';
import type { Line } from './line.ts';

export interface Ahead {
  /** Claims it, where a full one waits; does not wait for that. Called once; too late, it does nothing. */
  readonly claim: () => void;
  /** What was claimed, if it may be posted now. */
  ready(): Promise<AheadBatch | undefined>;
  /** Its request begins: it is not given back any more. */
  begin(): void;
  /** Lets its events wait again. */
  giveBack(): Promise<void>;
}

/** @param mayGoOn false once the line is to end */
export function openAhead(line: Line, mayGoOn: () => boolean, signal: AbortSignal): Ahead {
  const { store, lease, clock, log } = line.tools;
  let claimed: Promise<AheadBatch | undefined> | undefined;
  let isOver = false;
  return {
    claim() {
      if (isOver || !mayGoOn() || !mayPost(line, signal)) return;
      claimed = store
        .claimAhead(lease, line.settings.name, line.batchSize, clock.nowSeconds(), line.claimSeconds)
        .catch((error: unknown) => {
          // Nothing is lost by it: the settlement meets the same trouble and tells of it.
          log.debug(`nothing could be claimed ahead: ${asFault(error).message}`);
          return undefined;
        });
    },
    async ready() {
      const batch = await claimed;
      const fits = batch !== undefined && batch.events.length <= line.batchSize;
      return fits && mayGoOn() && mayPost(line, signal) ? batch : undefined;
    },
    begin() {
      isOver = true;
      claimed = undefined;
    },
    async giveBack() {
      isOver = true;
      const batch = await claimed;
      claimed = undefined;
      if (batch === undefined) return;
      try {
        await store.unclaim(lease, batch.ahead, clock.nowSeconds());
      } catch (error) {
        log.debug(`what was claimed ahead waits until its claim runs out: ${asFault(error).message}`);
      }
    },
  };
}
