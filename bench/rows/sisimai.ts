/**
 * How fast bounces are read and decided on one core beside Sisimai, the Perl library, on the same mails: whole mails,
 * and the parts that the mailbox fetches of them. Takes the fixtures or a folder of mails; never touches the network.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { readBounce } from '../../src/index.ts';
import { readMessage } from '../../src/message/message.ts';
import type { Message } from '../../src/message/message.ts';
import { authorOf } from '../../src/provenance/provenance.ts';
import { readMails } from '../../src/read-mail.ts';
import { TOGETHER } from '../../src/reading-thread.ts';
import { isReport } from '../../src/report/report.ts';
import { mayStandIn } from '../../src/verdict/grams.ts';
import { normalise } from '../../src/verdict/match.ts';
import { DEFAULT_POLICY } from '../../src/verdict/verdict.ts';
import { wordings } from '../../src/verdict/wordings.ts';
import { asFetched } from '../../test/fuzz/fetched.ts';
import { loadMails } from '../mails.ts';
import type { BenchMail } from '../mails.ts';
import { timeInTurn } from '../row.ts';
import type { BenchOptions, LeftOut, Measured, Row } from '../row.ts';

const NOW_SECONDS = 4_000_000_000;
const RECEIVER = { user: 'news@shop.example', authservId: 'mx.google.com' };
const SCRIPT = new URL('../sisimai.pl', import.meta.url).pathname;

export const SISIMAI_WHOLE: Row = {
  name: 'sisimai-whole',
  what: 'readBounce on whole mails, one core',
  against: 'Sisimai (Perl) on the same mails, mails a second',
  target: { ratio: 2, bound: 'at least' },
  demanded: { ratio: 1.5, bound: 'at least' },
  run: options => measure(options, ofWholeMails),
};

export const SISIMAI_PARTS: Row = {
  name: 'sisimai-parts',
  what: 'reading and deciding from the parts fetched over IMAP, as many together as the daemon does, one core',
  against: 'Sisimai (Perl) on the whole mails, mails a second',
  target: { ratio: 15, bound: 'at least' },
  demanded: { ratio: 2.5, bound: 'at least' },
  run: options => measure(options, ofFetchedParts, leastOfFetchedParts),
};

/** As many as a backlog of 20,000 has: V8 compiles what is used often while it runs, and Perl before. */
const WARM_UP_MAILS = 6_667;

/** Reads all mails once and gives how many bounces it found. */
type Reading = () => Promise<number>;

function ofWholeMails(mails: readonly BenchMail[]): Reading {
  return async () => {
    let found = 0;
    for (const { source } of mails) found += Number(hasBounce((await readBounce(source)).kind));
    return found;
  };
}

function ofFetchedParts(mails: readonly BenchMail[]): Reading {
  const fetched = mails.map(({ source }) => asFetched(source));
  return async () => {
    let found = 0;
    for (let at = 0; at < fetched.length; at += TOGETHER) {
      const read = await readMails(fetched.slice(at, at + TOGETHER), DEFAULT_POLICY, NOW_SECONDS, RECEIVER);
      for (const { reading } of read) found += Number(isReport(reading) && hasBounce(reading.kind));
    }
    return found;
  };
}

/**
 * What no reader can do without, as we do it, to see how near the row can come to its target: the parts decoded and
 * their header fields told apart, one pass over the report's machine-readable part, or its text, for wordings, and who
 * wrote the mail. No recipient is found, and nothing is decided.
 */
function leastOfFetchedParts(mails: readonly BenchMail[]): Reading {
  const fetched = mails.map(({ source }) => asFetched(source));
  const { table } = wordings();
  return async () => {
    let seen = 0;
    for (let at = 0; at < fetched.length; at += TOGETHER) {
      const messages: Message[] = [];
      for (const raw of fetched.slice(at, at + TOGETHER)) messages.push(await readMessage(raw));
      for (const { machineParts, text } of messages) {
        seen += mayStandIn(normalise(machineParts.map(part => part.text).join('\n') || text), table).length;
      }
      for (const { headers } of messages) seen += Number(authorOf(headers, RECEIVER).kind === 'gmail');
    }
    return seen;
  };
}

/** Sisimai tells of delays and of failures. */
function hasBounce(kind: string): boolean {
  return kind === 'failure' || kind === 'delay';
}

async function measure(
  { corpus, rounds }: BenchOptions,
  readingOf: (mails: readonly BenchMail[]) => Reading,
  leastOf?: (mails: readonly BenchMail[]) => Reading,
): Promise<Measured | LeftOut> {
  if (spawnSync('perl', ['-MSisimai', '-e', '1']).status !== 0) {
    return { leftOut: 'Sisimai for Perl is not installed', cure: 'sudo apt-get install -y libsisimai-perl' };
  }
  const mails = await loadMails(corpus);
  const reading = readingOf(mails);
  const firstMs = await timed(reading);
  const least = leastOf?.(mails);
  for (let read = 0; read < WARM_UP_MAILS; read += mails.length) {
    await reading();
    await least?.();
  }
  const sisimai = startSisimai(mails.map(({ path }) => path));
  let oursFound = 0;
  let peerFound = 0;
  const ours = async (): Promise<void> => {
    oursFound = await reading();
  };
  const peer = async (): Promise<number> => {
    const { tookMs, found } = await sisimai.round();
    peerFound = found;
    return tookMs;
  };
  try {
    const works: (() => Promise<number> | Promise<void>)[] = [ours, peer];
    if (least !== undefined) works.push(() => timed(least));
    const [oursMs = Number.NaN, peerMs = Number.NaN, leastMs] = await timeInTurn(works, rounds);
    const rate = (ms: number): number => Math.round((mails.length * 1000) / ms);
    const found = { mails: mails.length, bouncesFound: oursFound, bouncesFoundByPeer: peerFound };
    const besides = {
      ...found,
      firstRoundPerSecond: rate(firstMs),
      ...(leastMs === undefined
        ? {}
        : { leastPerSecond: rate(leastMs), leastRatio: Math.round((100 * peerMs) / leastMs) / 100 }),
    };
    return { unit: 'mails/s', ours: rate(oursMs), peer: rate(peerMs), ratio: peerMs / oursMs, besides };
  } finally {
    sisimai.end();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

interface Sisimai {
  readonly round: () => Promise<{ tookMs: number; found: number }>;
  readonly end: () => void;
}

/** One Perl for all rounds, so that its start is not measured. */
function startSisimai(paths: readonly string[]): Sisimai {
  const perl = spawn('perl', [SCRIPT], { stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: perl.stdout })[Symbol.asyncIterator]();
  perl.stdin.write(`${paths.join('\n')}\n\n`);
  return {
    round: async () => {
      perl.stdin.write('round\n');
      const line = await lines.next();
      if (line.done === true) throw new Error('Sisimai ended before it had answered');
      const [seconds, found] = line.value.split(' ').map(Number);
      return { tookMs: (seconds ?? Number.NaN) * 1000, found: found ?? 0 };
    },
    end: () => perl.stdin.end(),
  };
}
