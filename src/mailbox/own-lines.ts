/**
 * Lets us read lines of a server in imapflow's place. Takes a client that is not connected yet and what reads a line;
 * everything that it does not read is imapflow's as ever. Why: docs/decisions/0011.
 */
import type { Line } from './answer-words.ts';

/** Where imapflow hands on each line with its literals; resolves with true to go on. No part of its public face. */
interface Inner {
  handleResponse: (line: Line) => Promise<boolean>;
}

/** @param read true for a line that it has read; throws never */
export function readLines(client: object, read: (line: Line) => boolean): void {
  const inner = client as Partial<Inner>;
  // The version that is installed with us has it, and a test shows that it is used.
  const handle = inner.handleResponse?.bind(client);
  if (handle === undefined) throw new Error('this version of imapflow hands on no lines: expected 2.10');
  inner.handleResponse = line => (read(line) ? Promise.resolve(true) : handle(line));
}
