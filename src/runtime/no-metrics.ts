/**
 * Metrics of a daemon that serves none. Takes the counts and keeps nothing of them; never loads the library that would.
 */
import type { Metrics } from './metrics.ts';

/** Counts nothing; its text is empty. */
export const NO_METRICS: Metrics = {
  mails: () => undefined,
  verdict: () => undefined,
  ownFault: () => undefined,
  mailboxFault: () => undefined,
  received: () => undefined,
  canaryFault: () => undefined,
  posted: () => undefined,
  reload: () => undefined,
  render: () => Promise.resolve({ contentType: 'text/plain', text: '' }),
  names: () => [],
  labels: () => [],
};
