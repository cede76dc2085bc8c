/**
 * How large a chunk is: a chunk is held in memory, and each of its commands takes the time to the server and back.
 */
import { describe, expect, test } from '@jest/globals';
import { ChunkSize } from '../../../src/mailbox/chunk-size.ts';
import { LIMITS } from '../../../src/shared/limits.ts';

/** Mails of so many chunks, each recorded before the next but one begins. */
function sizes(size: ChunkSize, roundTripMs: number, chunks: number): number[] {
  return Array.from({ length: chunks }, (_, at) => {
    if (at > 1) size.recorded();
    return size.begin(roundTripMs);
  });
}

describe('a chunk', () => {
  test('grows to what memory allows over a long line, and is small over a short one', () => {
    expect(sizes(new ChunkSize(), 300, 5)).toEqual([500, 1000, 2000, LIMITS.chunkMails, LIMITS.chunkMails]);
    expect(sizes(new ChunkSize(), 80, 4)).toEqual([500, 800, 800, 800]);
    expect(sizes(new ChunkSize(), 0, 4)).toEqual([500, 500, 500, 500]);
  });

  test('a line that nobody has measured counts as long, and a clock that was set back as short', () => {
    expect(sizes(new ChunkSize(), Infinity, 4).at(-1)).toBe(LIMITS.chunkMails);
    expect(sizes(new ChunkSize(), -3_600_000, 4).at(-1)).toBe(500);
  });

  test('is a quarter of one that was not recorded, and never less than the overlap holds', () => {
    const size = new ChunkSize();
    sizes(size, 300, 3);
    const asked = [1, 2, 3, 4].map(() => {
      size.restart();
      return size.begin(300);
    });
    // The oldest that was not recorded had 1000.
    expect(asked).toEqual([250, 62, 60, 60]);
  });

  test('asks for no more than has fitted', () => {
    const size = new ChunkSize();
    sizes(size, 300, 3);
    size.fitted(700, 0);
    expect(size.begin(300)).toBe(700);
  });

  test('that had begun behind one which did not fit is none that failed', () => {
    const size = new ChunkSize();
    sizes(size, 300, 4);
    // The second was the last that was recorded; the third did not fit, and the fourth is not asked for.
    size.fitted(400, 1);
    size.recorded();
    size.recorded();
    size.restart();
    expect(size.begin(300)).toBe(400);
  });
});
