/**
 * Many mailboxes in one daemon beside one: all are followed, and what each further one takes. The scripted server holds
 * them all. Takes nothing; never counts the server's own memory.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { memoryOf, startOurs } from '../idlers.ts';
import type { BenchOptions, Measured, Row } from '../row.ts';

const MAILBOXES = 1_000;
const SHORT_MAILBOXES = 100;
const SETTLE_MS = 30_000;
const SHORT_SETTLE_MS = 3_000;

export const MEMORY_MAILBOXES: Row = {
  name: 'memory-mailboxes',
  what: `resident memory of a daemon for each further mailbox up to ${MAILBOXES}, all followed`,
  against: 'none more than one mailbox',
  target: { more: 2, bound: 'at most' },
  run: measure,
};

async function measure({ short }: BenchOptions): Promise<Measured> {
  const mailboxes = short ? SHORT_MAILBOXES : MAILBOXES;
  const settleMs = short ? SHORT_SETTLE_MS : SETTLE_MS;
  const one = await residentWith(1, settleMs);
  const many = await residentWith(mailboxes, settleMs);
  const each = (many.mb - one.mb) / (mailboxes - 1);
  const besides = { mailboxes, oneMb: Math.round(one.mb), allMb: Math.round(many.mb), allFollowedMs: many.followedMs };
  return { unit: 'MB', ours: Math.round(each * 1000) / 1000, peer: 0, ratio: many.mb / one.mb, besides };
}

async function residentWith(mailboxes: number, settleMs: number): Promise<{ mb: number; followedMs: number }> {
  const startedMs = performance.now();
  const idler = await startOurs(mailboxes);
  try {
    const followedMs = Math.round(performance.now() - startedMs);
    await sleep(settleMs);
    return { mb: memoryOf(idler.pid).nowMb, followedMs };
  } finally {
    await idler.stop();
  }
}
