/**
 * Finds what is refused in a batch that was refused as a whole, by halving it. Takes the batch and how to post a part
 * of it, gives what was refused alone. Never calls anything refused that was not posted alone.
 */

/**
 * `settled`: it was dealt with, and nothing of it was taken. `stopped`: the answer said nothing about the part; the
 * search ends.
 */
export type PartAnswer = 'taken' | 'refused' | 'settled' | 'stopped';

export interface Found<Item> {
  /** Refused, each when posted alone, and, where anything was taken, after that. */
  readonly refused: readonly Item[];
  /** Neither taken nor refused alone, because the search ended before. */
  readonly open: readonly Item[];
  /** How many were taken. */
  readonly taken: number;
}

/** Requests of one search at most. One event in 500 costs up to 19, one in 1000 up to 21, three in 500 up to 52. */
export const SEARCH_REQUESTS = 64;
/** Where this many requests were refused and none was taken, no single event is at fault. */
const REFUSALS_WITHOUT_TAKING = 20;

interface Search<Item> {
  readonly post: (part: readonly Item[]) => Promise<PartAnswer>;
  /** Refused alone while nothing had been taken yet: the other side may have refused everything at that time. */
  readonly early: Item[];
  readonly refused: Item[];
  readonly open: Item[];
  taken: number;
  requests: number;
  refusals: number;
  stopped: boolean;
}

/** @param batch was refused as a whole, in the request before */
export async function findRefused<Item>(
  batch: readonly Item[],
  post: (part: readonly Item[]) => Promise<PartAnswer>,
): Promise<Found<Item>> {
  const counts = { taken: 0, requests: 0, refusals: 0, stopped: false };
  const search: Search<Item> = { post, early: [], refused: [], open: [], ...counts };
  await split(search, batch, true);
  const { early, refused, open } = search;
  if (search.taken === 0) return { refused: early, open, taken: 0 };
  for (const item of early) if ((await ask(search, [item])) === 'refused') refused.push(item);
  return { refused, open, taken: search.taken };
}

/** @param posted false when the part is refused only by inference: its other half was taken */
async function split<Item>(search: Search<Item>, part: readonly Item[], posted: boolean): Promise<void> {
  if (part.length <= 1) {
    const isRefused = posted || (await ask(search, part)) === 'refused';
    if (isRefused) (search.taken === 0 ? search.early : search.refused).push(...part);
    return;
  }
  const middle = Math.ceil(part.length / 2);
  const [left, right] = [part.slice(0, middle), part.slice(middle)];
  const answer = await ask(search, left);
  if (answer === 'taken') {
    await split(search, right, false);
    return;
  }
  if (answer === 'refused') await split(search, left, true);
  if ((await ask(search, right)) === 'refused') await split(search, right, true);
}

/** Posts a part; what it cannot tell about stays open. */
async function ask<Item>(search: Search<Item>, part: readonly Item[]): Promise<PartAnswer> {
  const hopeless = search.taken === 0 && search.refusals >= REFUSALS_WITHOUT_TAKING;
  search.stopped ||= hopeless || search.requests >= SEARCH_REQUESTS;
  const answer = search.stopped ? 'stopped' : await search.post(part);
  search.requests += 1;
  if (answer === 'taken') search.taken += part.length;
  else if (answer === 'refused') search.refusals += 1;
  else if (answer === 'stopped') {
    search.stopped = true;
    search.open.push(...part);
  }
  return answer;
}
