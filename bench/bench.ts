/**
 * `npm run bench`: how fast mails are read and decided on one core, beside mailparser alone on the same mails in the
 * same run, and which share of it is taking the mail apart. Prints a table or, with --json, one JSON object. Never a
 * test: figures differ from machine to machine.
 *   npm run bench [-- --corpus DIR] [--rounds N] [--json]
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { simpleParser } from 'mailparser';
import { readBounce } from '../src/index.ts';
import { rawFromSource, readMessage } from '../src/message/message.ts';
import type { Message } from '../src/message/message.ts';
import { isReport, readReport } from '../src/report/report.ts';
import { decide, DEFAULT_POLICY } from '../src/verdict/verdict.ts';
import { loadFixtures } from '../test/fixtures/load.ts';

const USAGE = 'npm run bench [-- --corpus DIR] [--rounds N] [--json]';
const LEAN = { keepDeliveryStatus: true, skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true };
const NOW_SECONDS = 4_000_000_000;

/** What is timed, on all mails of a round. */
interface Work {
  readonly what: string;
  readonly run: (mails: readonly Buffer[]) => Promise<void>;
}

/** The mails as the work before last left them: the stations behind take up there. */
let messages: Message[] = [];

const WHOLE: Work = {
  what: 'readBounce: read and decide',
  async run(mails) {
    for (const mail of mails) await readBounce(mail);
  },
};
const PEER: Work = {
  what: 'mailparser alone',
  async run(mails) {
    for (const mail of mails) await simpleParser(mail, { ...LEAN, skipTextLinks: true });
  },
};
const APART: Work = {
  what: 'of it: taking the mail apart',
  async run(mails) {
    messages = [];
    for (const mail of mails) messages.push(await readMessage(rawFromSource(mail)));
  },
};
const DECIDED: Work = {
  what: 'of it: reading the report, deciding',
  run() {
    for (const message of messages) {
      const reading = readReport(message);
      if (isReport(reading)) decide(reading, DEFAULT_POLICY, NOW_SECONDS);
    }
    return Promise.resolve();
  },
};
const WORKS = [WHOLE, PEER, APART, DECIDED];

try {
  await measure();
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}\n  cure: ${USAGE}`);
  process.exitCode = 64;
}

async function measure(): Promise<void> {
  const { corpus, rounds, json } = readOptions();
  const mails = corpus === undefined ? (await loadFixtures()).map(one => one.source) : await readAll(corpus);
  const timesMs = await timeRounds(mails, rounds);
  const rows = WORKS.map(({ what }, index) => {
    const ms = median(timesMs.map(times => times[index] ?? Number.NaN));
    return { what, mailsPerSecond: Math.round((mails.length * 1000) / ms), msPerMail: ms / mails.length };
  });
  const [ours, peer, apart, decided] = rows.map(row => row.msPerMail) as [number, number, number, number];
  const ratio = peer / ours;
  const decidingShare = decided / (apart + decided);
  const rssMb = Math.round(process.memoryUsage().rss / 1e6);
  if (json) {
    console.log(
      JSON.stringify({ node: process.version, mails: mails.length, rounds, rows, ratio, decidingShare, rssMb }),
    );
    return;
  }
  console.log(`${mails.length} mails, median of ${rounds} rounds after a warm-up, Node ${process.version}, one core`);
  for (const { what, mailsPerSecond, msPerMail } of rows)
    console.log(`${what.padEnd(36)} ${String(mailsPerSecond).padStart(8)} mails/s  ${msPerMail.toFixed(3)} ms a mail`);
  const percent = Math.round(100 * decidingShare);
  console.log(`taking the mail apart is ${100 - percent} % of the time, reading the report and deciding ${percent} %`);
  console.log(`ours is ${ratio.toFixed(2)} times mailparser alone; resident memory at the end ${rssMb} MB`);
}

function readOptions(): { corpus: string | undefined; rounds: number; json: boolean } {
  const options = { corpus: { type: 'string' }, rounds: { type: 'string' }, json: { type: 'boolean' } } as const;
  const { corpus, rounds = '5', json = false } = parseArgs({ options }).values;
  if (!/^[1-9]\d{0,3}$/.test(rounds))
    throw new Error(`--rounds is "${rounds}"; expected a whole number from 1 to 9999`);
  return { corpus, rounds: Number(rounds), json };
}

/** Milliseconds of each work in each round; the works of a round follow each other, so that a busy minute hits all. */
async function timeRounds(mails: readonly Buffer[], rounds: number): Promise<number[][]> {
  const timesMs: number[][] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const times: number[] = [];
    for (const { run } of WORKS) {
      const startedMs = performance.now();
      await run(mails);
      times.push(performance.now() - startedMs);
    }
    // The first round warms up and does not count.
    if (round > 0) timesMs.push(times);
  }
  return timesMs;
}

async function readAll(folder: string): Promise<Buffer[]> {
  const all = await readdir(folder, { recursive: true }).catch(() => {
    throw new Error(`--corpus "${folder}" is no folder that can be read; expected one that holds .eml files`);
  });
  const names = all.filter(name => name.endsWith('.eml')).sort();
  if (names.length === 0) throw new Error(`--corpus "${folder}" holds no .eml file; expected at least one`);
  return Promise.all(names.map(name => readFile(join(folder, name))));
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
