/**
 * `npm run bench`: runs the rows, each ours beside a peer in the same run, and prints a table or, with --json, one JSON
 * object. With --short few rounds are run, and a ratio worse than demanded fails. Never fails on a time: those differ
 * by machine.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { BenchOptions, LeftOut, Measured, Row } from './row.ts';
import { closeBacklog } from './backlog.ts';
import { BACKLOG_BYTES, ROUND_TRIPS } from './rows/backlog-bytes.ts';
import { BACKLOG_LAG, BACKLOG_MBSYNC, BACKLOG_START, BACKLOG_TIME } from './rows/backlog-time.ts';
import { BYTES_PER_BOUNCE } from './rows/bytes-per-bounce.ts';
import { COURIER } from './rows/courier.ts';
import { IDLE_LATENCY, IDLE_LATENCY_P99 } from './rows/idle-latency.ts';
import { IDLE_CPU, MEMORY_IDLE } from './rows/memory-idle.ts';
import { MEMORY_BACKLOG } from './rows/memory-backlog.ts';
import { MEMORY_MAILBOXES } from './rows/memory-mailboxes.ts';
import { READ_BOUNCE } from './rows/read-bounce.ts';
import { SISIMAI_PARTS, SISIMAI_WHOLE } from './rows/sisimai.ts';
import { START_COMMAND, START_READY } from './rows/start.ts';

// Those that read the same mailbox; the last one puts mails into it.
const BACKLOG_ROWS = [
  ...[BACKLOG_BYTES, ROUND_TRIPS, BACKLOG_TIME, BACKLOG_START, BACKLOG_MBSYNC, BACKLOG_LAG],
  MEMORY_BACKLOG,
];
const ROWS: readonly Row[] = [
  ...[READ_BOUNCE, SISIMAI_WHOLE, SISIMAI_PARTS, ...BACKLOG_ROWS, BYTES_PER_BOUNCE, COURIER],
  ...[IDLE_LATENCY, IDLE_LATENCY_P99, START_READY, START_COMMAND, MEMORY_IDLE, IDLE_CPU, MEMORY_MAILBOXES],
];
const USAGE = 'npm run bench [-- --short] [--row NAME]... [--corpus DIR] [--rounds N] [--json]';
const SHORT_ROUNDS = 3;
const ROUNDS = 5;

/** What was asked for cannot be run; anything else that fails is a fault of the bench or of what it measures. */
class UsageError extends Error {}

type Line = Omit<Row, 'run'> & { readonly result: Measured | LeftOut; readonly reached: boolean | undefined };

try {
  const { rows, json, ...options } = readOptions();
  const lines: Line[] = [];
  for (const { run, ...row } of rows) {
    const result = await run(options);
    const reached = 'leftOut' in result ? undefined : reaches(result, row.target);
    lines.push({ ...row, result, reached });
    if (!json) console.log(describe({ ...row, result, reached }));
  }
  const machine = `${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`;
  const { rounds, short } = options;
  const date = new Date().toISOString();
  console.log(json ? JSON.stringify({ date, machine, short, rounds, rows: lines }) : `${date}, ${machine}`);
  if (short && lines.some(isWorse)) process.exitCode = 1;
} catch (error) {
  const isUsage =
    error instanceof UsageError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true;
  console.error(
    `bench: ${error instanceof Error ? error.message : String(error)}${isUsage ? `\n  cure: ${USAGE}` : ''}`,
  );
  process.exitCode = isUsage ? 64 : 70;
} finally {
  await closeBacklog();
}

function readOptions(): BenchOptions & { rows: readonly Row[]; json: boolean } {
  const { values } = parseArgs({
    options: {
      short: { type: 'boolean' },
      row: { type: 'string', multiple: true },
      corpus: { type: 'string' },
      rounds: { type: 'string' },
      json: { type: 'boolean' },
    },
  });
  const { short = false, row: names = [], corpus, json = false } = values;
  const rounds = values.rounds ?? String(short ? SHORT_ROUNDS : ROUNDS);
  if (!/^[1-9]\d{0,3}$/.test(rounds))
    throw new UsageError(`--rounds is "${rounds}"; expected a whole number from 1 to 9999`);
  const unknown = names.find(name => !ROWS.some(row => row.name === name));
  if (unknown !== undefined)
    throw new UsageError(`--row "${unknown}" is no row; expected one of ${ROWS.map(row => row.name).join(', ')}`);
  const rows = names.length === 0 ? ROWS : ROWS.filter(row => names.includes(row.name));
  return { short, rounds: Number(rounds), corpus, json, rows };
}

/** A ratio that is no number reaches nothing. */
function reaches({ ours, peer, ratio, more = ours - peer }: Measured, target: Row['target']): boolean {
  if ('more' in target) return more <= target.more;
  return target.bound === 'at least' ? ratio >= target.ratio : ratio <= target.ratio;
}

function isWorse({ name, result, target, demanded = target }: Line): boolean {
  if ('leftOut' in result || reaches(result, demanded)) return false;
  const wanted = wordsOf(demanded, result.unit);
  console.error(`bench: ${name} is worse than what was reached before: ${wanted} demanded`);
  return true;
}

function wordsOf(target: Row['target'], unit: string): string {
  return `${target.bound} ${'more' in target ? `${target.more} ${unit} more` : target.ratio}`;
}

function describe({ name, what, against, target, result, reached }: Line): string {
  const head = `${name}: ${what}; against ${against}`;
  if ('leftOut' in result) return `${head}\n  left out: ${result.leftOut}\n  cure: ${result.cure}`;
  const { ours, peer, unit, ratio, besides = {} } = result;
  const more = Object.entries(besides).map(([key, value]) => `${key} ${value}`);
  const wanted = wordsOf(target, unit);
  const verdict = `ratio ${ratio.toPrecision(3)}, to reach ${wanted}: ${reached === true ? 'reached' : 'MISSED'}`;
  return [
    head,
    `  ours ${ours}, peer ${peer} ${unit}; ${verdict}`,
    ...(more.length > 0 ? [`  ${more.join(', ')}`] : []),
  ].join('\n');
}
