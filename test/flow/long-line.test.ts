/**
 * A real Dovecot that offers COMPRESS=DEFLATE (RFC 4978), as Gmail does, behind a short and behind a long line: the
 * same is posted, and over the long one far less has to come.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
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

let dovecot: Dovecot;

beforeAll(async () => {
  dovecot = await startDovecot();
  for (let n = 0; n < BOUNCES; n += 1) {
    await dovecot.deliver('All Mail', bounceNumber(n).report);
    await dovecot.deliver('Sent', bounceNumber(n).original);
  }
}, 60_000);

afterAll(() => dovecot.stop(), 30_000);

/** Bytes of both directions until all is read and posted, over a line on which each packet comes so much later. */
async function bytesOver(lagMs: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'bounced-flow-'));
  const [line, receiver] = await Promise.all([startProxy(() => dovecot.port), startReceiver()]);
  line.mood = { lagMs };
  try {
    const { user, password, ca } = dovecot;
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

test('over a long line the same mails are less than half of the bytes, and come to the same', async () => {
  expect(await bytesOver(10)).toBeLessThan((await bytesOver(0)) / 2);
}, 60_000);
