/**
 * `npm run bench`: how fast mails are read and decided, beside mailparser alone on the same mails in the same run.
 * Prints a table and, with --json, one JSON object. Never a test: figures differ from machine to machine.
 *   npm run bench [-- --corpus DIR] [--rounds N] [--json]
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { simpleParser } from 'mailparser';
import { readBounce } from '../src/index.ts';
import { loadFixtures } from '../test/fixtures/load.ts';

interface Row {
  readonly what: string;
  readonly mailsPerSecond: number;
}

const { values } = parseArgs({
  options: { corpus: { type: 'string' }, rounds: { type: 'string', default: '5' }, json: { type: 'boolean' } },
});
const mails =
  values.corpus === undefined ? (await loadFixtures()).map(one => one.source) : await readAll(values.corpus);
const rounds = Number(values.rounds);

const LEAN = { keepDeliveryStatus: true, skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true };
const contestants: [string, (source: Buffer) => Promise<unknown>][] = [
  ['readBounce: read and decide', source => readBounce(source)],
  ['mailparser alone', source => simpleParser(source, { ...LEAN, skipTextLinks: true })],
];

const speeds = new Map<string, number[]>(contestants.map(([what]) => [what, []]));
for (let round = 0; round <= rounds; round += 1) {
  for (const [what, work] of contestants) {
    const startedMs = performance.now();
    for (const mail of mails) await work(mail);
    // The first round warms up and does not count.
    if (round > 0) speeds.get(what)?.push((mails.length * 1000) / (performance.now() - startedMs));
  }
}
const rows: Row[] = contestants.map(([what]) => ({ what, mailsPerSecond: Math.round(median(speeds.get(what) ?? [])) }));
const [ours, peer] = rows;
const ratio = ours && peer ? ours.mailsPerSecond / peer.mailsPerSecond : Number.NaN;
const rssMb = Math.round(process.memoryUsage().rss / 1e6);

if (values.json)
  console.log(JSON.stringify({ node: process.version, mails: mails.length, rounds, rows, ratio, rssMb }));
else {
  console.log(`${mails.length} mails, median of ${rounds} rounds after a warm-up, Node ${process.version}, one core`);
  for (const { what, mailsPerSecond } of rows)
    console.log(`${what.padEnd(30)} ${String(mailsPerSecond).padStart(8)} mails/s`);
  console.log(`ours is ${ratio.toFixed(2)} times mailparser alone; resident memory at the end ${rssMb} MB`);
}

async function readAll(folder: string): Promise<Buffer[]> {
  const names = (await readdir(folder)).filter(name => name.endsWith('.eml')).sort();
  return Promise.all(names.map(name => readFile(join(folder, name))));
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
