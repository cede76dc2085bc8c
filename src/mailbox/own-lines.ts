/**
 * Lets us read lines of a server in imapflow's place. Takes a client that is not connected yet and what reads a line;
 * everything that it does not read is imapflow's as ever. Why: docs/decisions/0011.
 */
import { EXIT, Fault } from '../shared/fault.ts';
import type { Line } from './answer-words.ts';

/** A line with its literals on its way; the next one comes when it is told that this one was read. */
interface Item extends Line {
  readonly next: () => void;
}

/** The stream in which imapflow makes lines of what the server sends. No part of its public face. */
interface Inner {
  readonly streamer: { push: (item: Item | null) => boolean };
}

/**
 * @param read true for a line that it has read; throws never
 * Throws a Fault where the library that is installed hands on no lines.
 */
export function readLines(client: object, read: (line: Line) => boolean): void {
  const { streamer } = client as Partial<Inner>;
  if (streamer === undefined) throw noSuchImapflow();
  const push = streamer.push.bind(streamer);
  streamer.push = item => {
    if (item === null || !read(item)) return push(item);
    item.next();
    return true;
  };
}

/** Where the library that is installed is not the one that we know from inside. */
export function noSuchImapflow(): Fault {
  return new Fault('the imapflow that is installed works in another way than expected: expected version 2.10', {
    code: 'IMAPFLOW',
    retry: 'never',
    exit: EXIT.bug,
    hint: 'install bounced anew with the versions that its package-lock.json names: "npm ci"',
  });
}
