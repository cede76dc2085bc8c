/**
 * Events taken from an outbox on disk, posted and settled, beside undici posting the very same bodies and keeping no
 * record. The receiver is a thread of its own, answering at once. Takes nothing; never posts beyond loopback.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Agent, request } from 'undici';
import { clevertapBody, openCourier } from '../../src/callback/callback.ts';
import { openOutbox, outboxPath } from '../../src/open-outbox.ts';
import type { Event } from '../../src/provenance/provenance.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { Secret } from '../../src/shared/secret.ts';
import { silentLog } from '../../src/shared/silent-log.ts';
import { median } from '../row.ts';
import type { BenchOptions, Measured, Row } from '../row.ts';

const EVENTS = 100_000;
const SHORT_EVENTS = 20_000;
/** As in the configuration where it says nothing. */
const BATCH = 500;
const CHUNK = 1_000;
const RECEIVER = `
const { createServer } = require('node:http');
const { parentPort, workerData } = require('node:worker_threads');
const server = createServer((request, response) => {
  request.resume().on('end', () => setTimeout(() => response.end(), workerData));
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`;
/** A receiver over the sea, in milliseconds: the time in which a real one answers. */
const FAR_MS = 40;

export const COURIER: Row = {
  name: 'courier',
  what: `${EVENTS} events delivered, each settled on disk, answers after ${FAR_MS} ms`,
  against: 'undici posting the same bodies, events a second',
  target: { ratio: 0.8, bound: 'at least' },
  demanded: { ratio: 0.65, bound: 'at least' },
  run: measure,
};

async function measure({ short, rounds }: BenchOptions): Promise<Measured> {
  const count = short ? SHORT_EVENTS : EVENTS;
  const far = await compare(count, rounds, FAR_MS);
  const near = await compare(count, rounds, 0);
  const rate = (ms: number): number => Math.round((count * 1000) / ms);
  return {
    unit: 'events/s',
    ours: rate(far.oursMs),
    peer: rate(far.peerMs),
    ratio: far.peerMs / far.oursMs,
    besides: { events: count, oursAnsweredAtOnce: rate(near.oursMs), peerAnsweredAtOnce: rate(near.peerMs) },
  };
}

/** Medians of some rounds, both in turn, after one that warms up. */
async function compare(count: number, rounds: number, answerMs: number): Promise<{ oursMs: number; peerMs: number }> {
  const receiver = new Worker(RECEIVER, { eval: true, workerData: answerMs });
  const [port] = (await once(receiver, 'message')) as [number];
  const url = `http://127.0.0.1:${port}/`;
  const events = Array.from({ length: count }, (_, n) => eventOf(n));
  const ours: number[] = [];
  const peer: number[] = [];
  try {
    for (let round = 0; round <= rounds; round += 1) {
      const [oursMs, peerMs] = [await deliverAll(url, events), await postAll(url, events)];
      if (round === 0) continue;
      ours.push(oursMs);
      peer.push(peerMs);
    }
  } finally {
    await receiver.terminate();
  }
  return { oursMs: median(ours), peerMs: median(peer) };
}

/** Fills an outbox, then gives the milliseconds that the courier takes to empty it. */
async function deliverAll(url: string, events: readonly Event[]): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'bounced-bench-'));
  const store = await openOutbox(outboxPath(folder), {});
  try {
    const lease = await store.lease('bench', systemClock.nowSeconds(), 3_600);
    for (let start = 0; start < events.length; start += CHUNK) {
      const cursor = { mailbox: 'campaigns', folder: 'INBOX', uidValidity: 1, lastUid: start + CHUNK };
      const chunk = { cursor, outcomes: [], events: events.slice(start, start + CHUNK), held: [], skipped: 0 };
      await store.record(lease, chunk, systemClock.nowSeconds());
    }
    const callback = { name: 'clevertap', url: new Secret(url), batchWaitMs: 0, concurrency: 1, timeoutMs: 30_000 };
    const callbacks = [{ ...callback, batchSize: BATCH }];
    const tools = { store, lease, callbacks, clock: systemClock, log: silentLog, random: Math.random };
    let posted = 0;
    const onPosted = (report: { readonly events: number }): void => void (posted += report.events);
    const courier = openCourier({ ...tools, userAgent: 'bounced/bench', onPosted });
    const startedMs = performance.now();
    // Follows as the daemon does: looks what is due before each batch.
    const over = new AbortController();
    const following = courier.run(over.signal);
    // The outbox is asked at the end alone: it counts all events, which would slow what is measured.
    while (posted < events.length || (await store.backlog()).delivered < events.length)
      await systemClock.sleep(5, over.signal);
    const tookMs = performance.now() - startedMs;
    over.abort();
    await following;
    return tookMs;
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function postAll(url: string, events: readonly Event[]): Promise<number> {
  const bodies: string[] = [];
  for (let start = 0; start < events.length; start += BATCH) {
    bodies.push(clevertapBody(events.slice(start, start + BATCH)));
  }
  const dispatcher = new Agent();
  const startedMs = performance.now();
  for (const body of bodies) {
    const headers = { 'content-type': 'application/json' };
    const response = await request(url, { dispatcher, method: 'POST', headers, body });
    await response.body.dump();
  }
  const tookMs = performance.now() - startedMs;
  await dispatcher.destroy();
  return tookMs;
}

function eventOf(n: number): Event {
  const tsSeconds = 1_800_000_000 + n;
  const verdict = n % 3 === 0 ? 'soft' : 'hard';
  // As random as real ones: neighbours lie far apart in the index.
  const id = createHash('sha256').update(String(n)).digest('hex');
  const address = `person-${n}@example.com`;
  return { id, mailbox: 'campaigns', callback: 'clevertap', address, verdict, tsSeconds, proof: 'sent' };
}
