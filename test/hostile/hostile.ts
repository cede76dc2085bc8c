/**
 * `npm run hostile`: the built daemon against a mailbox of hostile mails with ordinary bounces between them. Ends with
 * 1 unless every mail has an outcome, every ordinary bounce was posted and nothing else, and memory kept its bound.
 *   npm run hostile -- [--mails N] [--seed S]
 */
import { DatabaseSync } from '@photostructure/sqlite';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { loadFixtures } from '../fixtures/load.ts';
import { caseNumber, samplesOf } from '../fuzz/cases.ts';
import { PIECES } from '../fuzz/nasty.ts';
import { PLACES } from '../fuzz/worst.ts';
import { startDaemon } from '../servers/daemon.ts';
import { startImapServer } from '../servers/imap-server.ts';
import { startReceiver } from '../servers/receiver.ts';
import { bounceNumber } from '../servers/synthetic.ts';

const { values } = parseArgs({
  options: { mails: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } },
});
const [count, seed] = [Number(values.mails), Number(values.seed)];

/** What SECURITY.md promises: resident memory of the whole daemon, its reading thread included. */
const MOST_RSS_MB = 512;
const USER = { user: 'news@shop.example', password: 'right-password' };
/** Every so many mails: an ordinary bounce, a worst case of a mebibyte, one of the full size and more. */
const EVERY = { bounce: 20, worst: 50, largest: 1000 };
const MIB = 1024 * 1024;
/** How long nothing new may happen before it counts as standing still. */
const STILL_MS = 180_000;

const samples = samplesOf(await loadFixtures());
const places = [...PLACES.values()];
const isBounce = (n: number): boolean => n % EVERY.bounce === 0;

function mailNumber(n: number): Buffer {
  if (isBounce(n)) return bounceNumber(n).report;
  const piece = PIECES[n % PIECES.length] ?? ' ';
  const place = places[Math.floor(n / EVERY.worst) % places.length];
  const bytes = n % EVERY.largest === 1 ? 5 * MIB : MIB;
  const hostile = place && n % EVERY.worst === 1 ? place(piece, bytes) : caseNumber(samples, seed, n).source;
  // Each is a mail of its own, whatever it says.
  return Buffer.concat([Buffer.from(`Message-ID: <hostile-${n}@stranger.example>\r\n`), hostile]);
}

const numbers = Array.from({ length: count }, (_, n) => n);
const bounces = numbers.filter(isBounce).map(bounceNumber);
const wanted = bounces.map(({ address, verdict }) => `${verdict}bounce ${address}`).sort();
const folder = await mkdtemp(join(tmpdir(), 'bounced-hostile-'));
const receiver = await startReceiver();
const imap = await startImapServer({
  users: [USER],
  tls: true,
  folders: [
    { path: 'INBOX', mails: numbers.map(n => ({ source: mailNumber(n) })) },
    { path: 'Sent', specialUse: '\\Sent', mails: bounces.map(({ original }) => ({ source: original })) },
  ],
});
const startedMs = performance.now();
const daemon = await startDaemon({ folder, imap, receiver, ...USER, batchWaitMs: 0 });
const complaints: string[] = [];
daemon.onLine(line => {
  if (line['level'] === 'error') complaints.push(JSON.stringify(line));
});

try {
  await untilStill(() => recorded() >= count && receiver.events().length >= wanted.length);
  const rssMb = await peakRssMb(daemon.pid);
  const seconds = (performance.now() - startedMs) / 1000;
  const posted = receiver.events().map(({ event, address }) => `${event} ${address}`);
  const lost = wanted.filter(one => !posted.includes(one));
  const wrong = posted.filter(one => !wanted.includes(one));
  const kinds = outcomes();
  const sum = Object.values(kinds).reduce((one, other) => one + other, 0);
  console.log(`${count} mails in ${seconds.toFixed(0)} s; outcomes: ${JSON.stringify(kinds)}`);
  console.log(
    `ordinary bounces: ${wanted.length}, posted ${posted.length}, lost ${lost.length}, wrong ${wrong.length}`,
  );
  console.log(`peak resident memory ${rssMb} MB (at most ${MOST_RSS_MB}); complaints ${complaints.length}`);
  for (const line of [...complaints, ...wrong].slice(0, 10)) console.log(`  ${line.slice(0, 300)}`);
  const isWell =
    sum === count && lost.length + wrong.length + complaints.length === 0 && posted.length === wanted.length;
  process.exitCode = isWell && rssMb <= MOST_RSS_MB && imap.violations.length === 0 ? 0 : 1;
} finally {
  const code = await daemon.stop();
  if (code !== 0) process.exitCode = 1;
  await Promise.all([imap.stop(), receiver.stop()]);
  await rm(folder, { recursive: true, force: true });
}

/** Waits for the condition as long as something still happens. */
async function untilStill(isDone: () => boolean): Promise<void> {
  let last = { sum: -1, atMs: performance.now() };
  while (!isDone() && performance.now() - last.atMs < STILL_MS) {
    await sleep(500);
    const sum = recorded() + receiver.events().length;
    if (sum !== last.sum) last = { sum, atMs: performance.now() };
  }
}

function recorded(): number {
  return Object.values(outcomes()).reduce((one, other) => one + other, 0);
}

/** Outcomes by kind, from the outbox itself. */
function outcomes(): Record<string, number> {
  try {
    const database = new DatabaseSync(join(folder, 'state', 'bounced.db'), { readOnly: true });
    const found: unknown = database.prepare('SELECT kind, count(*) AS mails FROM messages GROUP BY kind').all();
    database.close();
    const rows = found as readonly { readonly kind: string; readonly mails: number }[];
    return Object.fromEntries(rows.map(({ kind, mails }) => [kind, mails]));
  } catch {
    // Not there yet.
    return {};
  }
}

/** The highest resident memory so far (proc(5), VmHWM). */
async function peakRssMb(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid ?? 0}/status`, 'utf8');
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}
