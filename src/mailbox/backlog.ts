/**
 * What a scan has found, read chunk by chunk. Takes UIDs and the place where they stand, gives chunks in their order,
 * and between them, while the budget of bytes is used up, whole chunks of new mail.
 */
import type { Cursor } from '../shared/cursor.ts';
import type { Breather } from './breather.ts';
import type { ChunkSize } from './chunk-size.ts';
import type { Connection } from './connection.ts';
import { LOOKS_AHEAD, openLookAhead } from './look-ahead.ts';
import type { Chunk, Interest, RawMessage } from './mailbox.ts';
import type { Pipelining } from './pipelining.ts';
import type { Portion, Portions } from './portion.ts';
import { readChunk } from './read-chunk.ts';
import type { ReadChunk } from './read-chunk.ts';
import { largeUids } from './scan.ts';
import type { Withheld } from './withheld.ts';

/** What a scan has found to be read, from the place where it stands. */
export interface Backlog {
  readonly connection: Connection;
  readonly uids: readonly number[];
  readonly cursor: Cursor;
  readonly handedOn: Set<number>;
  /** Held to the budget of bytes. */
  readonly waits: boolean;
}

/** What a mailbox remembers from one scan to the next. */
export interface BacklogTools {
  readonly interest: Interest;
  readonly chunkSize: ChunkSize;
  readonly portions: Portions;
  readonly pipelining: Pipelining;
  readonly breather: Breather;
  readonly withheld: Withheld;
  /** Told how many candidates a backlog is likely to have: as soon as that can be guessed, and once. */
  readonly expects?: (candidates: number) => void;
}

/** Rejects where a chunk could not be read: the next scan begins there. */
export async function* readBacklog(
  { connection, uids, cursor, handedOn, waits }: Backlog,
  { interest, chunkSize, portions, pipelining, breather, withheld, expects }: BacklogTools,
  signal: AbortSignal,
): AsyncGenerator<ReadChunk | Chunk> {
  chunkSize.restart();
  const large = await largeUids(connection, uids, signal);
  let isGuessed = false;
  const looks = openLookAhead(connection, interest, signal, ({ looked, ours }) => {
    if (!isGuessed) expects?.(guess(looked, ours.length, uids.length));
    isGuessed = true;
  });
  const begin = (from: number): readonly number[] => uids.slice(from, from + chunkSize.begin(connection.roundTripMs));
  let { lastUid } = cursor;
  /** The portions that were begun, in their order; the first is the one that is read. */
  let begun: (readonly number[])[] = [];
  for (let start = 0; start < uids.length;) {
    const here = { connection, cursor: { ...cursor, lastUid }, left: uids.length - start };
    // The first look by date has no place to come back to before its first chunk.
    if (waits && lastUid > 0) yield* breather.wait(here, handedOn, signal);
    const [asked = begin(start)] = begun;
    if (begun.length === 0) begun.push(asked);
    const lookAhead = (portion: Portion): void => {
      // Where mails are read one by one, it is not clear which come next.
      if (portion.uids.length < asked.length) return;
      for (let end = start + lengthOf(begun); begun.length <= LOOKS_AHEAD && end < uids.length;) {
        const behind = begin(end);
        begun.push(behind);
        end += behind.length;
      }
      looks.begin(portion, begun.slice(1));
    };
    const read = async (portion: Portion): Promise<ReadChunk> =>
      readChunk(connection, portion, interest, signal, looks.at(portion), () => lookAhead(portion)).catch(
        (error: unknown) => {
          throw pipelining.failed(error, connection.pipelined);
        },
      );
    const chunk = await portions.first(connection, asked, read, signal, large);
    pipelining.passed(connection.pipelined);
    start += chunk.uids.length;
    if (chunk.uids.length === asked.length) begun.shift();
    else {
      chunkSize.fitted(chunk.uids.length, begun.length - 1);
      begun = [];
    }
    lastUid = Math.max(lastUid, chunk.uids.at(-1) ?? 0);
    await withheld.seek(connection, chunk.missing, cursor.lastUid, signal);
    yield chunk;
  }
}

function lengthOf(portions: readonly (readonly number[])[]): number {
  let length = 0;
  for (const uids of portions) length += uids.length;
  return length;
}

/** How many candidates so many mails have, if all are as these. */
function guess(looked: readonly RawMessage[], ours: number, mails: number): number {
  let candidates = 0;
  for (const { candidate } of looked) if (candidate) candidates += 1;
  return Math.round((candidates * mails) / Math.max(1, looked.length + ours));
}
