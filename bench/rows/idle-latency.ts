/**
 * How long after imapflow has heard of a mail its event is posted, while nothing else happens. Takes a real Dovecot,
 * the built daemon with a batch wait of 0, and an idle imapflow connection on the same folder; never leaves loopback.
 */
import { ImapFlow } from 'imapflow';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDaemon } from '../../test/servers/daemon.ts';
import { hasDovecot, startDovecot } from '../../test/servers/dovecot.ts';
import type { Dovecot } from '../../test/servers/dovecot.ts';
import { bounceNumber } from '../../test/servers/synthetic.ts';
import { median } from '../row.ts';
import type { BenchOptions, LeftOut, Row } from '../row.ts';

const MAILS_A_ROUND = 20;
const WARM_UP = 5;
/** Between two mails, so that both are idle again. */
const PAUSE_MS = 150;
const LIMIT_MS = 30_000;

export const IDLE_LATENCY: Row = rowOf('idle-latency', 'median of', 20, 0.5);
export const IDLE_LATENCY_P99: Row = rowOf('idle-latency-p99', '99 of 100', 100, 0.99);

let measured: Promise<Seen[] | LeftOut> | undefined;

/** @param share of the mails whose event is posted that much later at most */
function rowOf(name: string, which: string, more: number, share: number): Row {
  return {
    name,
    what: `a mail delivered while idle until its event is posted, batch wait 0, ${which}`,
    against: "imapflow's exists event for the same mail",
    target: { more, bound: 'at most' },
    async run(options) {
      measured ??= measure(options);
      const seen = await measured;
      if ('leftOut' in seen) return seen;
      const [ours, peer] = [median(seen.map(one => one.postedMs)), median(seen.map(one => one.existsMs))];
      const later = seen.map(({ postedMs, existsMs }) => postedMs - existsMs).sort((one, other) => one - other);
      const itsMore = later[Math.max(0, Math.ceil(later.length * share) - 1)] ?? Number.NaN;
      const besides = { mails: seen.length, moreMs: Math.round(itsMore) };
      const rounded = { ours: Math.round(ours), peer: Math.round(peer) };
      return { unit: 'ms', ...rounded, ratio: ours / peer, more: itsMore, besides };
    },
  };
}

async function measure({ rounds }: BenchOptions): Promise<Seen[] | LeftOut> {
  if (!hasDovecot()) return { leftOut: 'Dovecot is not installed', cure: 'sudo apt-get install -y dovecot-imapd' };
  const dovecot = await startDovecot();
  try {
    return (await follow(dovecot, WARM_UP + rounds * MAILS_A_ROUND)).slice(WARM_UP);
  } finally {
    await dovecot.stop();
  }
}

/** Both in milliseconds from the delivery. */
interface Seen {
  readonly postedMs: number;
  readonly existsMs: number;
}

async function follow(dovecot: Dovecot, mails: number): Promise<Seen[]> {
  let posted = (): void => undefined;
  let exists = (): void => undefined;
  const receiver = createServer((request, response) => {
    posted();
    request.resume().on('end', () => response.end());
  });
  await new Promise<void>(resolve => receiver.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/callback`;
  const { user, password, ca, port } = dovecot;
  const auth = { user, pass: password };
  const client = new ImapFlow({ host: 'localhost', port, secure: true, tls: { ca }, auth, logger: false });
  const folder = await mkdtemp(join(tmpdir(), 'bounced-bench-'));
  const daemon = await startDaemon({ folder, imap: { port, ca }, receiver: { url }, user, password, batchWaitMs: 0 });
  try {
    client.on('error', () => undefined);
    client.on('exists', () => {
      exists();
    });
    await client.connect();
    await client.mailboxOpen('All Mail', { readOnly: true });
    void client.idle();
    const seen: Seen[] = [];
    for (let n = 0; n < mails; n += 1) {
      const { report, original } = bounceNumber(n);
      await dovecot.deliver('Sent', original);
      await sleep(PAUSE_MS);
      const startedMs = performance.now();
      const both = Promise.all([
        new Promise<number>(resolve => (posted = () => resolve(performance.now() - startedMs))),
        new Promise<number>(resolve => (exists = () => resolve(performance.now() - startedMs))),
      ]);
      await dovecot.deliver('All Mail', report);
      const [postedMs, existsMs] = await within(both, n);
      seen.push({ postedMs, existsMs });
    }
    return seen;
  } finally {
    client.close();
    await daemon.stop();
    receiver.closeAllConnections();
    await Promise.all([rm(folder, { recursive: true, force: true }), new Promise(resolve => receiver.close(resolve))]);
  }
}

async function within<Value>(work: Promise<Value>, n: number): Promise<Value> {
  const late = sleep(LIMIT_MS, undefined, { ref: false }).then(() => {
    throw new Error(`mail ${n} was not posted and announced within ${LIMIT_MS} ms`);
  });
  return Promise.race([work, late]);
}
