/**
 * Mails read once more: those that no reader of an earlier version understood, by the daemon; those that a person
 * names, by `bounced replay`. Takes chunks, gives what became of each mail. Moves no cursor, gives no event twice.
 */
import type { Chunk, Mailbox, RawMessage } from './mailbox/mailbox.ts';
import type { RereadMail, Store } from './outbox/outbox.ts';
import { passDown } from './pass-down.ts';
import type { Passage } from './pass-down.ts';
import type { Conclusion } from './river.ts';
import type { Clock } from './shared/clock.ts';
import type { Cursor } from './shared/cursor.ts';
import { asFault } from './shared/fault.ts';
import type { Log } from './shared/log.ts';
import { hasEnded } from './shared/unless-aborted.ts';

/** What reading once more needs. */
export interface Rereader extends Passage {
  readonly mailbox: Pick<Mailbox, 'findSent' | 'again'>;
  readonly store: Pick<Store, 'recordAgain' | 'puzzles'>;
  readonly clock: Clock;
  readonly version: string;
}

/** What a chunk read once more led to: the mails of the conclusion, and what became of each, in the same order. */
export interface OnceMore {
  readonly conclusion: Conclusion;
  readonly mails: readonly RereadMail[];
}

/** Puzzles read at a time, the pause between two such lots, how often new ones are sought: nobody waits for them. */
const LOT = 20;
const LOT_PAUSE_MS = 10_000;
const FIRST_MS = 60_000;
const EVERY_MS = 3_600_000;

/**
 * Reads these once more, decides and records what is new of them.
 * @param looked puzzles that were sought with them
 * @param dryRun records nothing, and tells what would be recorded
 */
export async function readOnceMore(
  rereader: Rereader,
  messages: readonly RawMessage[],
  place: Cursor,
  signal: AbortSignal,
  { looked = [], dryRun = false }: { readonly looked?: readonly number[]; readonly dryRun?: boolean } = {},
): Promise<OnceMore> {
  const { store, clock, version } = rereader;
  const nowSeconds = clock.nowSeconds();
  const conclusion = await passDown(rereader, messages, nowSeconds, signal);
  const reread = await store.recordAgain({ ...conclusion, place, readBy: version, looked }, nowSeconds, dryRun);
  return { conclusion, mails: reread.mails };
}

/**
 * Reads every puzzle of this folder once, some at a time.
 * @param onRead is told of each lot that was read
 * Rejects with a Fault when the mailbox or the outbox fails; what was read until then stays.
 */
export async function readPuzzles(
  rereader: Rereader,
  place: Cursor,
  signal: AbortSignal,
  onRead: (again: OnceMore) => void,
): Promise<void> {
  const { store, mailbox, settings, clock, version } = rereader;
  while (!signal.aborted) {
    const nowSeconds = clock.nowSeconds();
    const since = nowSeconds - settings.maxAgeSeconds;
    const puzzles = await store.puzzles(place, version, since, nowSeconds, LOT);
    if (puzzles.length === 0) return;
    const uids = puzzles.map(({ uid }) => uid);
    const chunks: Chunk[] = [];
    for await (const chunk of mailbox.again({ uids, uidValidity: place.uidValidity }, signal)) chunks.push(chunk);
    const messages = chunks.flatMap(chunk => chunk.messages);
    onRead(await readOnceMore(rereader, messages, place, signal, { looked: puzzles.map(({ id }) => id) }));
    if (puzzles.length < LOT) return;
    await clock.sleep(LOT_PAUSE_MS, signal);
  }
}

/** Looks for puzzles a minute after the start and then once an hour, until the signal aborts. Never rejects. */
export async function followPuzzles(
  rereader: Rereader,
  placeOf: () => Promise<Cursor | undefined>,
  log: Log,
  random: () => number,
  signal: AbortSignal,
  onRead: (again: OnceMore) => void,
): Promise<void> {
  let waitMs = FIRST_MS;
  while (!signal.aborted) {
    await rereader.clock.sleep(waitMs * (0.5 + random()), signal);
    if (hasEnded(signal)) return;
    waitMs = EVERY_MS;
    try {
      const place = await placeOf();
      if (place !== undefined) await readPuzzles(rereader, place, signal, onRead);
    } catch (error) {
      if (!hasEnded(signal))
        log.warn(`mails that were not understood could not be read again: ${asFault(error).message}`);
    }
  }
}
