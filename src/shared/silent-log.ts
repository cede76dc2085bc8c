/**
 * A log that says nothing: for commands that print their own answer, and for tests.
 */
import type { Log } from './log.ts';

export const silentLog: Log = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  with: () => silentLog,
};
