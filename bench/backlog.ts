/**
 * A Dovecot full of mail, the same for all rows of a run, and the built daemon reading it from the beginning. Takes
 * how the line is to be, gives what it took; fails where not every bounce was posted: in part it would be cheap.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDaemon } from '../test/servers/daemon.ts';
import { hasDovecot, startDovecot } from '../test/servers/dovecot.ts';
import type { Dovecot } from '../test/servers/dovecot.ts';
import { startProxy } from '../test/servers/proxy.ts';
import type { Mood } from '../test/servers/proxy.ts';
import { startReceiver } from '../test/servers/receiver.ts';
import { bounceNumber } from '../test/servers/synthetic.ts';
import { memoryOf } from './idlers.ts';
import { manyMails } from './many-mails.ts';
import type { BenchOptions, LeftOut } from './row.ts';

export interface Backlog {
  readonly dovecot: Dovecot;
  readonly mails: number;
  readonly bounces: number;
  readonly sizeBytes: number;
}

/** What one reading of the whole backlog took. */
export interface BacklogRead {
  /** From the start of the command to the last chunk's record. */
  readonly tookMs: number;
  /** Both directions of all IMAP connections, TLS included. */
  readonly bytes: number;
  /** Round trips that somebody waited for, those of TLS and of both logins included. */
  readonly turns: number;
}

const MAILS = 20_000;
const SHORT_MAILS = 3_000;
const SEED = 1;
/** As large as Gmail takes. */
const HUGE_BYTES = 25 * 1024 * 1024;
const NO_DOVECOT: LeftOut = { leftOut: 'Dovecot is not installed', cure: 'sudo apt-get install -y dovecot-imapd' };

let backlog: Promise<Backlog> | undefined;
let counted: Promise<BacklogRead> | undefined;

/** Filled when it is first asked for. */
export async function openBacklog({ short }: Pick<BenchOptions, 'short'>): Promise<Backlog | LeftOut> {
  if (!hasDovecot()) return NO_DOVECOT;
  backlog ??= fill(short ? SHORT_MAILS : MAILS);
  return backlog;
}

/** At the end of all rows. */
export async function closeBacklog(): Promise<void> {
  const open = backlog;
  backlog = undefined;
  counted = undefined;
  await (await open)?.dovecot.stop();
}

/** Of each packet, each way: just long enough for a line on which the daemon compresses. */
export const LONG_ENOUGH = { lagMs: 3 };

/** Reads everything once for all rows whose figures are counts, which are the same each time. */
export async function countBacklog(open: Backlog): Promise<BacklogRead> {
  counted ??= readBacklog(open, LONG_ENOUGH);
  return counted;
}

/** As the configuration has them where it says nothing. */
export const AS_USUAL = { batchWaitMs: 30_000, logLevel: 'info' } as const;
const LIMIT_MS = 300_000;

/** Milliseconds of the same on a straight line, from the start of the command to the last chunk's record. */
export async function timeBacklog({ dovecot, bounces }: Backlog): Promise<number> {
  return readFrom(dovecot, dovecot.port, bounces);
}

/** Reads everything with a fresh outbox, on a line that counts. Rejects where it was not read whole. */
export async function readBacklog({ dovecot, bounces }: Backlog, mood: Mood = {}): Promise<BacklogRead> {
  const wire = await startProxy(() => dovecot.port);
  wire.mood = mood;
  try {
    const tookMs = await readFrom(dovecot, wire.port, bounces);
    return { tookMs, bytes: wire.bytes, turns: wire.turns };
  } finally {
    await wire.stop();
  }
}

async function readFrom({ user, password, ca }: Dovecot, port: number, bounces: number): Promise<number> {
  const receiver = await startReceiver();
  const folder = await mkdtemp(join(tmpdir(), 'bounced-bench-'));
  try {
    const startedMs = performance.now();
    let recordedMs = startedMs;
    const account = { imap: { port, ca }, user, password };
    const daemon = await startDaemon({ folder, receiver, ...account, ...AS_USUAL, args: ['--once'] });
    daemon.onLine(({ message }) => {
      if (message === 'recorded') recordedMs = performance.now();
    });
    const code = await daemon.ended;
    const posted = receiver.events().length;
    if (code !== 0 || posted !== bounces)
      throw new Error(`the daemon ended with ${code} and posted ${posted} events; expected 0 and ${bounces}`);
    return recordedMs - startedMs;
  } finally {
    await Promise.all([receiver.stop(), rm(folder, { recursive: true, force: true })]);
  }
}

/** The same with so many more bounces that return mails of 25 MB. */
export async function withHugeBounces(open: Backlog, count: number): Promise<Backlog> {
  const tail = Buffer.alloc(HUGE_BYTES, `${'x'.repeat(76)}\r\n`);
  for (let n = 0; n < count; n += 1) {
    const { report, original } = bounceNumber(n);
    await open.dovecot.deliver('All Mail', Buffer.concat([report, tail]));
    await open.dovecot.deliver('Sent', original);
  }
  const sizeBytes = open.sizeBytes + count * tail.length;
  const more = { ...open, mails: open.mails + count, bounces: open.bounces + count, sizeBytes };
  backlog = Promise.resolve(more);
  return more;
}

/** The most memory that a daemon takes from its start until every bounce of the backlog is posted, in MB. */
export async function peakOfBacklog({ dovecot, bounces }: Backlog): Promise<number> {
  const receiver = await startReceiver();
  const folder = await mkdtemp(join(tmpdir(), 'bounced-bench-'));
  const { user, password, ca, port } = dovecot;
  try {
    const asUsual = { ...AS_USUAL, batchWaitMs: 1_000 };
    const daemon = await startDaemon({ folder, imap: { port, ca }, receiver, user, password, ...asUsual });
    try {
      await receiver.waitFor(() => receiver.events().length >= bounces, LIMIT_MS);
      return memoryOf(daemon.pid ?? 0).peakMb;
    } finally {
      await daemon.stop();
    }
  } finally {
    await Promise.all([receiver.stop(), rm(folder, { recursive: true, force: true })]);
  }
}

async function fill(mails: number): Promise<Backlog> {
  const dovecot = await startDovecot({ oneMailbox: true });
  let bounces = 0;
  let sizeBytes = 0;
  for await (const { source, original } of manyMails(mails, SEED)) {
    await dovecot.deliver('All Mail', source);
    if (original !== undefined) await dovecot.deliver('Sent', original);
    bounces += original === undefined ? 0 : 1;
    sizeBytes += source.length;
  }
  return { dovecot, mails, bounces, sizeBytes };
}
