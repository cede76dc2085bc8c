/**
 * A real Dovecot behind a long line, once offering COMPRESS=DEFLATE (RFC 4978), as Gmail does, and once not: the same
 * is posted, and compressed far less has to come.
 */
import { afterEach, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDaemon } from '../servers/daemon.ts';
import { startDovecot } from '../servers/dovecot.ts';
import type { Dovecot } from '../servers/dovecot.ts';
import { startProxy } from '../servers/proxy.ts';
import { startReceiver } from '../servers/receiver.ts';
import { bounceNumber } from '../servers/synthetic.ts';

const BOUNCES = 100;
const wanted = Array.from({ length: BOUNCES }, (_, n) => bounceNumber(n))
  .map(({ address, verdict }) => `${verdict}bounce ${address}`)
  .sort();

/** Milliseconds that each packet takes longer, each way. */
const LAG_MS = 10;

let dovecot: Dovecot | undefined;

afterEach(async () => dovecot?.stop(), 30_000);

/** Bytes of both directions until all is read and posted. */
async function bytesUntilPosted(compress: boolean): Promise<number> {
  const host = await startDovecot({ compress });
  dovecot = host;
  for (let n = 0; n < BOUNCES; n += 1) {
    await host.deliver('All Mail', bounceNumber(n).report);
    await host.deliver('Sent', bounceNumber(n).original);
  }
  const bytes = await read(host);
  await host.stop();
  dovecot = undefined;
  return bytes;
}

async function read({ port, user, password, ca }: Dovecot): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'bounced-flow-'));
  const [line, receiver] = await Promise.all([startProxy(() => port), startReceiver()]);
  line.mood = { lagMs: LAG_MS };
  try {
    const imap = { port: line.port, ca };
    const daemon = await startDaemon({ folder, imap, receiver, user, password, batchWaitMs: 100, args: ['--once'] });
    expect(await daemon.ended).toBe(0);
    expect(
      receiver
        .events()
        .map(({ event, address }) => `${event} ${address}`)
        .sort(),
    ).toEqual(wanted);
    return line.bytes;
  } finally {
    await Promise.all([line.stop(), receiver.stop(), rm(folder, { recursive: true, force: true })]);
  }
}

test('over a long line the same mails are less than half of the bytes where the server compresses', async () => {
  expect(await bytesUntilPosted(true)).toBeLessThan((await bytesUntilPosted(false)) / 2);
}, 90_000);
