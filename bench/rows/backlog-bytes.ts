/**
 * What the built daemon takes over the wire for a whole backlog, Sent look-ups and TLS included, beside the mailbox's
 * size. Takes a Dovecot filled with mails by number, proof required; never touches a server that is not its own.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDaemon } from '../../test/servers/daemon.ts';
import { hasDovecot, startDovecot } from '../../test/servers/dovecot.ts';
import type { Dovecot } from '../../test/servers/dovecot.ts';
import { startProxy } from '../../test/servers/proxy.ts';
import { startReceiver } from '../../test/servers/receiver.ts';
import { bounceNumber, ordinaryNumber } from '../../test/servers/synthetic.ts';
import type { BenchOptions, LeftOut, Measured, Row } from '../row.ts';

const MAILS = 6000;
const SHORT_MAILS = 1500;
/** Lengths follow from the number, spread evenly: 2 to 200 kB, some of 1 to 5 MB; 20,000 would be about 1.5 GB. */
const SMALLEST = 2000;
const LARGEST = 200_000;
const HUGE_EVERY = 200;
const LINE = `${'x'.repeat(76)}\r\n`;

export const BACKLOG_BYTES: Row = {
  name: 'backlog-bytes',
  what: 'a backlog read, decided and posted: bytes over the wire',
  against: "the mailbox's size",
  target: { ratio: 0.025, bound: 'at most' },
  run: measure,
};

async function measure({ short }: BenchOptions): Promise<Measured | LeftOut> {
  if (!hasDovecot()) return { leftOut: 'Dovecot is not installed', cure: 'sudo apt-get install -y dovecot-imapd' };
  const dovecot = await startDovecot();
  try {
    return await readBacklog(dovecot, short ? SHORT_MAILS : MAILS);
  } finally {
    await dovecot.stop();
  }
}

async function readBacklog(dovecot: Dovecot, mails: number): Promise<Measured> {
  const { bounces, sizeBytes } = await fill(dovecot, mails);
  const wire = await startProxy(() => dovecot.port);
  const receiver = await startReceiver();
  const folder = await mkdtemp(join(tmpdir(), 'bounced-bench-'));
  const { user, password, ca } = dovecot;
  try {
    const imap = { port: wire.port, ca };
    const startedMs = performance.now();
    const daemon = await startDaemon({ folder, imap, receiver, user, password, batchWaitMs: 0, args: ['--once'] });
    const code = await daemon.ended;
    const tookMs = Math.round(performance.now() - startedMs);
    const posted = receiver.events().length;
    // A backlog read in part would be cheap.
    if (code !== 0 || posted !== bounces)
      throw new Error(`the daemon ended with ${code} and posted ${posted} events; expected 0 and ${bounces}`);
    const ours = wire.bytes;
    const besides = { mails, bounces, tookMs, bytesPerMail: Math.round(ours / mails) };
    return { unit: 'bytes', ours, peer: sizeBytes, ratio: ours / sizeBytes, besides };
  } finally {
    await Promise.all([wire.stop(), receiver.stop(), rm(folder, { recursive: true, force: true })]);
  }
}

/** Every third mail is a bounce whose original lies in Sent. Gives the bytes of All Mail. */
async function fill(dovecot: Dovecot, mails: number): Promise<{ bounces: number; sizeBytes: number }> {
  let bounces = 0;
  let sizeBytes = 0;
  for (let n = 0; n < mails; n += 1) {
    const bounce = n % 3 === 0 ? bounceNumber(n) : undefined;
    const mail = bounce?.report ?? Buffer.concat([ordinaryNumber(n), Buffer.from(LINE.repeat(linesOf(n)))]);
    await dovecot.deliver('All Mail', mail);
    if (bounce !== undefined) await dovecot.deliver('Sent', bounce.original);
    bounces += bounce === undefined ? 0 : 1;
    sizeBytes += mail.length;
  }
  return { bounces, sizeBytes };
}

function linesOf(n: number): number {
  // Knuth's multiplicative hash spreads neighbours evenly.
  const share = ((n * 2_654_435_761) % 2 ** 32) / 2 ** 32;
  const bytes = n % HUGE_EVERY === 1 ? 1_000_000 + share * 4_000_000 : SMALLEST + share * (LARGEST - SMALLEST);
  return Math.ceil(bytes / LINE.length);
}
