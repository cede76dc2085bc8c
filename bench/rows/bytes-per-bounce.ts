/**
 * What a bounce takes over the wire beyond the first look at it: the daemon idles, and gets Gmail's reports and
 * ordinary mails one at a time, on a line that counts. The look-up in Sent and TLS are included.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDaemon } from '../../test/servers/daemon.ts';
import { hasDovecot, startDovecot } from '../../test/servers/dovecot.ts';
import type { Dovecot } from '../../test/servers/dovecot.ts';
import { startProxy } from '../../test/servers/proxy.ts';
import { startReceiver } from '../../test/servers/receiver.ts';
import { LONG_ENOUGH } from '../backlog.ts';
import { manyMails } from '../many-mails.ts';
import type { SomeMail } from '../many-mails.ts';
import { median } from '../row.ts';
import type { BenchOptions, LeftOut, Measured, Row } from '../row.ts';

const REPORTS = 15;
const SEED = 2;
/** After such a silence all that follows from a mail has passed: Dovecot tells of it within half a second. */
const SILENT_MS = 800;
const LIMIT_MS = 30_000;

export const BYTES_PER_BOUNCE: Row = {
  name: 'bytes-per-bounce',
  what: "bytes over the wire for one of Gmail's reports beyond the first look, while idle, compressed as at Gmail",
  against: "the report's size",
  target: { more: 6_000, bound: 'at most' },
  run: measure,
};

async function measure({ short }: BenchOptions): Promise<Measured | LeftOut> {
  if (!hasDovecot()) return { leftOut: 'Dovecot is not installed', cure: 'sudo apt-get install -y dovecot-imapd' };
  const { reports, ordinary } = await someMails(short ? 5 : REPORTS);
  const size = median(reports.map(({ source }) => source.length));
  const beyond = async (compress: boolean): Promise<number> => {
    const dovecot = await startDovecot({ compress });
    try {
      const taken = await follow(dovecot, [...ordinary, ...reports]);
      return median(taken.slice(ordinary.length)) - median(taken.slice(0, ordinary.length));
    } finally {
      await dovecot.stop();
    }
  };
  const more = await beyond(true);
  const besides = { reports: reports.length - 1, notCompressed: await beyond(false) };
  return { unit: 'bytes', ours: more, peer: size, ratio: more / size, more, besides };
}

async function someMails(count: number): Promise<{ reports: SomeMail[]; ordinary: SomeMail[] }> {
  const reports: SomeMail[] = [];
  const ordinary: SomeMail[] = [];
  for await (const mail of manyMails(20 * count, SEED)) {
    if (mail.dialect === 'gmail' && reports.length < count) reports.push(mail);
    if (mail.dialect === undefined && ordinary.length < count) ordinary.push(mail);
  }
  return { reports, ordinary };
}

/** Bytes of both directions for each mail, in their order. */
async function follow(dovecot: Dovecot, mails: readonly SomeMail[]): Promise<number[]> {
  const wire = await startProxy(() => dovecot.port);
  wire.mood = LONG_ENOUGH;
  const receiver = await startReceiver();
  const folder = await mkdtemp(join(tmpdir(), 'bounced-bench-'));
  const { user, password, ca } = dovecot;
  const imap = { port: wire.port, ca };
  for (const { original } of mails) if (original !== undefined) await dovecot.deliver('Sent', original);
  const daemon = await startDaemon({ folder, imap, receiver, user, password, batchWaitMs: 0, logLevel: 'info' });
  const silence = async (before: number): Promise<void> => {
    const endMs = performance.now() + LIMIT_MS;
    let last = -1;
    while (wire.bytes === before || wire.bytes !== last) {
      if (performance.now() > endMs) throw new Error(`the line was not silent after a mail within ${LIMIT_MS} ms`);
      last = wire.bytes;
      await sleep(SILENT_MS);
    }
  };
  try {
    await silence(0);
    // The connection for Sent is made with the first bounce, which does not count.
    const warmUp = mails.find(({ original }) => original !== undefined);
    if (warmUp !== undefined) await dovecot.deliver('All Mail', warmUp.source);
    await silence(wire.bytes);
    const taken: number[] = [];
    for (const { source } of mails.filter(mail => mail !== warmUp)) {
      const before = wire.bytes;
      await dovecot.deliver('All Mail', source);
      await silence(before);
      taken.push(wire.bytes - before);
    }
    return taken;
  } finally {
    await daemon.stop();
    await Promise.all([wire.stop(), receiver.stop(), rm(folder, { recursive: true, force: true })]);
  }
}
