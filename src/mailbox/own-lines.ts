/**
 * Lets us read lines of a server in imapflow's place. Takes a client that is not connected yet and what reads a line;
 * everything that it does not read is imapflow's as ever. Why: docs/decisions/0011.
 */
import { EXIT, Fault } from '../shared/fault.ts';
import type { Line } from './answer-words.ts';

/** Where imapflow hands on each line with its literals; resolves with true to go on. No part of its public face. */
interface Inner {
  handleResponse: (line: Line) => Promise<boolean>;
}

/**
 * @param read true for a line that it has read; throws never
 * Throws a Fault where the library that is installed hands on no lines.
 */
export function readLines(client: object, read: (line: Line) => boolean): void {
  const inner = client as Partial<Inner>;
  const handle = inner.handleResponse?.bind(client);
  if (handle === undefined) {
    throw new Fault('the imapflow that is installed hands on no lines of the server: expected version 2.10', {
      code: 'IMAPFLOW',
      retry: 'never',
      exit: EXIT.bug,
      hint: 'install bounced anew with the versions that its package-lock.json names: "npm ci"',
    });
  }
  inner.handleResponse = line => (read(line) ? Promise.resolve(true) : handle(line));
}
