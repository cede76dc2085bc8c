/**
 * The most that an idle daemon takes when a backlog comes in at once: bounces, ordinary mails, and bounces that return
 * mails of 25 MB. Beside the same daemon before it. Takes nothing; the row fails when a mail was not passed.
 */
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { bounceNumber, ordinaryNumber } from '../../test/servers/synthetic.ts';
import { memoryOf, startOurs } from '../idlers.ts';
import type { BenchOptions, Measured, Row } from '../row.ts';

const MAILS = 2_000;
const SHORT_MAILS = 400;
/** As large as Gmail takes, and every so many mails one. */
const HUGE_BYTES = 25 * 1024 * 1024;
const HUGE = 4;
const SETTLE_MS = 10_000;
const SHORT_SETTLE_MS = 4_000;
const LIMIT_MS = 240_000;

export const MEMORY_BACKLOG: Row = {
  name: 'memory-backlog',
  what: 'resident memory at the peak of a backlog with mails of 25 MB',
  against: 'the same daemon, idle',
  target: { more: 60, bound: 'at most' },
  run: measure,
};

async function measure({ short }: BenchOptions): Promise<Measured> {
  const idler = await startOurs(1);
  const { server, pid } = idler;
  try {
    await sleep(short ? SHORT_SETTLE_MS : SETTLE_MS);
    const idleMb = memoryOf(pid).nowMb;
    // proc(5): 5 sets the peak to what is resident now, so that the start does not count.
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
    const mails = short ? SHORT_MAILS : MAILS;
    server.script.silent = true;
    for (let n = 0; n < mails - 1; n += 1) server.append('INBOX', { source: mailNumber(n, mails) });
    server.script.silent = false;
    server.append('INBOX', { source: mailNumber(mails - 1, mails) });
    await untilIdleAgain(server.commands);
    const { peakMb } = memoryOf(pid);
    const besides = { mails, mailsOf25Mb: HUGE };
    return { unit: 'MB', ours: Math.round(peakMb), peer: Math.round(idleMb), ratio: peakMb / idleMb, besides };
  } finally {
    await idler.stop();
  }
}

/** Every third is a bounce; some, spread over all, are as large as a mail can be. */
function mailNumber(n: number, mails: number): Buffer {
  const { report } = bounceNumber(n);
  if (n % Math.floor(mails / HUGE) === 1)
    return Buffer.concat([report, Buffer.alloc(HUGE_BYTES, `${'x'.repeat(76)}\r\n`)]);
  return n % 3 === 0 ? report : ordinaryNumber(n);
}

/** It idles again once everything is read and recorded. */
async function untilIdleAgain(commands: readonly string[]): Promise<void> {
  const before = commands.length;
  const endMs = performance.now() + LIMIT_MS;
  while (!commands.slice(before).some(line => line.endsWith(' IDLE'))) {
    if (performance.now() > endMs) throw new Error(`the backlog was not read within ${LIMIT_MS} ms`);
    await sleep(20);
  }
}
