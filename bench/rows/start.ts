/**
 * Starts of the built daemon beside starts of node with nothing to do, in turn: until it is ready, and until its first
 * command reaches the mailbox. Takes nothing, gives two rows; ratios, since a busy machine slows both alike.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDaemon } from '../../test/servers/daemon.ts';
import { startImapServer } from '../../test/servers/imap-server.ts';
import type { ImapServer } from '../../test/servers/imap-server.ts';
import { median } from '../row.ts';
import type { BenchOptions, Measured, Row } from '../row.ts';

const ACCOUNT = { user: 'news@shop.example', password: 'right-password' };
/** Rounds for each that the bench was asked for: a start is short. */
const TIMES = 3;
const LIMIT_MS = 30_000;

interface Start {
  readonly readyMs: number;
  readonly commandMs: number;
}

// On a quiet machine node takes 61 ms: four times and a third of it is 200 ms more, six times 300 ms more.
export const START_READY: Row = rowOf('start-ready', 'start until ready', 4.3, ({ readyMs }) => readyMs);
export const START_COMMAND: Row = rowOf(
  'start-command',
  'start until the first command at the mailbox',
  5.9,
  ({ commandMs }) => commandMs,
);

function rowOf(name: string, what: string, ratio: number, of: (start: Start) => number): Row {
  const run = async ({ rounds }: BenchOptions): Promise<Measured> => {
    const { ours, node } = await startInTurn(rounds * TIMES);
    const [oursMs, nodeMs] = [median(ours.map(of)), median(node)];
    const besides = { starts: ours.length, moreMs: Math.round(oursMs - nodeMs) };
    return { unit: 'ms', ours: Math.round(oursMs), peer: Math.round(nodeMs), ratio: oursMs / nodeMs, besides };
  };
  const target = { ratio, bound: 'at most' } as const;
  return { name, what, against: 'node -e 0', target, demanded: { ...target, ratio: 1.5 * ratio }, run };
}

/** Medians come from all but the first, which warms up and makes the outbox. */
async function startInTurn(times: number): Promise<{ ours: Start[]; node: number[] }> {
  const folders = [{ path: 'INBOX', mails: [] }];
  const server = await startImapServer({ users: [ACCOUNT], folders, tls: true });
  const folder = await mkdtemp(join(tmpdir(), 'bounced-bench-'));
  const ours: Start[] = [];
  const node: number[] = [];
  try {
    for (let n = 0; n <= times; n += 1) {
      const nodeMs = await startNode();
      const start = await startOnce(folder, server);
      if (n === 0) continue;
      node.push(nodeMs);
      ours.push(start);
    }
  } finally {
    await Promise.all([server.stop(), rm(folder, { recursive: true, force: true })]);
  }
  return { ours, node };
}

async function startNode(): Promise<number> {
  const startedMs = performance.now();
  await once(spawn(process.execPath, ['-e', '0']), 'exit');
  return performance.now() - startedMs;
}

async function startOnce(folder: string, server: ImapServer): Promise<Start> {
  const receiver = { url: 'http://127.0.0.1:9/' };
  const before = server.commands.length;
  const startedMs = performance.now();
  const daemon = await startDaemon({ folder, imap: server, receiver, ...ACCOUNT, batchWaitMs: 0 });
  let readyMs = Number.NaN;
  daemon.onLine(({ message }) => {
    if (message === 'started') readyMs = performance.now() - startedMs;
  });
  while (server.commands.length === before || Number.isNaN(readyMs)) {
    if (performance.now() - startedMs > LIMIT_MS) throw new Error(`the daemon did not start within ${LIMIT_MS} ms`);
    await sleep(1);
  }
  const commandMs = performance.now() - startedMs;
  await daemon.stop();
  return { readyMs, commandMs };
}
