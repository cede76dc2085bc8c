/**
 * `npm run fuzz`: sample mails changed by chance, read as the library and as the daemon read them, and held to what
 * SECURITY.md promises. Same seed, same cases. Ends with 1 when a promise was broken, with the mail in a file.
 *   npm run fuzz -- [--seconds N] [--seed S] [--cases N] [--threads N] [--from CASE] [--dir DIR] [--file MAIL]
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadFixtures } from '../fixtures/load.ts';
import { startThread } from '../threads/start.ts';
import { caseNumber, samplesOf } from './cases.ts';
import { brokenPromises } from './check.ts';
import type { Share, Told } from './fuzz-worker.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    cases: { type: 'string' },
    threads: { type: 'string', default: String(availableParallelism()) },
    from: { type: 'string', default: '0' },
    dir: { type: 'string', default: join(tmpdir(), 'bounced-fuzz') },
    file: { type: 'string' },
  },
});
/** A case takes about a millisecond: one that takes this long hangs, however busy the machine. */
const HANGS_MS = 30_000;
const PROGRESS_MS = 60_000;
/** Findings that are written out; the rest is counted. */
const MOST_SHOWN = 50;
const [seed, threads, from] = [Number(values.seed), Number(values.threads), Number(values.from)];
const end = values.cases === undefined ? undefined : from + Number(values.cases);
const samples = samplesOf(await loadFixtures());
let findings = 0;
/** check.ts takes the console away. */
const say = (line: string): void => void process.stdout.write(`${line}\n`);

if (values.file !== undefined) await replay(values.file);
else await run();
process.exitCode = findings > 0 ? 1 : 0;

/** Reads one saved mail both ways. */
async function replay(path: string): Promise<void> {
  const source = await readFile(path);
  for (const way of ['source', 'fetched'] as const) {
    const broken = await brokenPromises(source, way);
    findings += broken.length;
    say(`${basename(path)} as ${way}: ${broken.length === 0 ? 'all is well' : broken.join('\n  ')}`);
  }
}

async function run(): Promise<void> {
  const startedMs = performance.now();
  const boards = Array.from({ length: threads }, () => new BigInt64Array(new SharedArrayBuffer(24)));
  for (const board of boards) board[0] = -1n;
  const stopAt = setTimeout(() => boards.forEach(board => Atomics.store(board, 2, 1n)), Number(values.seconds) * 1000);
  const done = (): number => boards.reduce((sum, board) => sum + Number(Atomics.load(board, 1)), 0);
  const progress = setInterval(() => say(`${done()} cases so far, ${findings} findings`), PROGRESS_MS);
  await Promise.all(boards.map((board, index) => runThread(board, from + index)));
  clearTimeout(stopAt);
  clearInterval(progress);
  const cases = done();
  const seconds = (performance.now() - startedMs) / 1000;
  say(
    `seed ${seed}: ${cases} cases from ${from} on in ${seconds.toFixed(0)} s, ${Math.round(cases / seconds)} cases/s ` +
      `on ${threads} threads, ${findings} findings`,
  );
}

/** One thread's share; a thread that hangs or dies is replaced, and goes on behind the case that it was at. */
async function runThread(board: BigInt64Array, first: number): Promise<void> {
  let next = first;
  while (Atomics.load(board, 2) === 0n) {
    const share: Share = { seed, first: next, step: threads, board, ...(end === undefined ? {} : { end }) };
    const ended = await runWorker(share);
    if (ended === undefined) return;
    const at = Number(Atomics.load(board, 0));
    if (at < 0) throw new Error(`a thread does not start: ${ended}`);
    await show(at, [ended]);
    next = at + threads;
  }
}

/** Resolves with nothing when the share is done, else with how the thread ended. */
function runWorker(share: Share): Promise<string | undefined> {
  return new Promise(resolve => {
    const worker = startThread(new URL('./fuzz-worker.ts', import.meta.url), {
      workerData: share,
      resourceLimits: { maxOldGenerationSizeMb: 512 },
    });
    let seen = { at: -1n, sinceMs: performance.now() };
    const watch = setInterval(() => {
      const at = Atomics.load(share.board, 0) + Atomics.load(share.board, 1);
      if (at !== seen.at) seen = { at, sinceMs: performance.now() };
      else if (performance.now() - seen.sinceMs > HANGS_MS) finish('it hangs');
    }, 1000);
    const finish = (how: string | undefined): void => {
      clearInterval(watch);
      void worker.terminate();
      resolve(how);
    };
    worker.on('message', (told: Told) => {
      if (told.kind === 'done') finish(undefined);
      else void show(told.number, told.broken);
    });
    worker.on('error', error => finish(`the thread died: ${String(error)}`));
    worker.on('exit', () => finish('the thread ended'));
  });
}

/** Prints a finding and keeps its mail, so that it can be read again and become a test. */
async function show(number: number, broken: readonly string[]): Promise<void> {
  findings += 1;
  if (findings > MOST_SHOWN) return;
  const { from: sample, way, source } = caseNumber(samples, seed, number);
  const path = join(values.dir, `${seed}-${number}.eml`);
  say(`case ${number} of seed ${seed} (${sample}, ${way}): ${broken.join('; ').slice(0, 500)}\n  kept as ${path}`);
  say(`  again: npm run fuzz -- --seed ${seed} --from ${number} --cases 1, or --file ${path}`);
  await mkdir(values.dir, { recursive: true });
  await writeFile(path, source);
}
