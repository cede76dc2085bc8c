/**
 * kill -9 at every step of the way from the mailbox to the settled batch: nothing is lost, nothing recorded twice.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Store } from '../../src/outbox/outbox.ts';
import { openSqliteStore } from '../../src/outbox/sqlite.ts';
import { writeConfig } from '../servers/daemon.ts';
import { startImapServer } from '../servers/imap-server.ts';
import type { ImapServer } from '../servers/imap-server.ts';
import { startReceiver } from '../servers/receiver.ts';
import { bounceNumber, ordinaryNumber } from '../servers/synthetic.ts';

const ENTRY = fileURLToPath(new URL('./crash-entry.ts', import.meta.url));
const USER = { user: 'news@shop.example', password: 'correct-horse' };
const NUMBERS = [0, 1, 2, 3, 4, 5];
const MAILS = NUMBERS.length * 2;
/** Small, so that one is claimed while another is under way. */
const BATCH = 2;

let imap: ImapServer;

beforeAll(async () => {
  imap = await startImapServer({
    users: [USER],
    tls: true,
    gmail: true,
    folders: [
      { path: 'INBOX', mails: [] },
      {
        path: '[Gmail]/All Mail',
        specialUse: '\\All',
        mails: NUMBERS.flatMap(n => [{ source: bounceNumber(n).report }, { source: ordinaryNumber(n) }]),
      },
      {
        path: '[Gmail]/Sent Mail',
        specialUse: '\\Sent',
        // One original is missing: its event must stay held through every crash.
        mails: NUMBERS.slice(1).map(n => ({ source: bounceNumber(n).original })),
      },
    ],
  });
});

afterAll(async () => imap.stop());

interface Ending {
  readonly signal: NodeJS.Signals | null;
  readonly code: number | null;
  readonly output: string;
}

async function runEntry(config: string, killAt: number): Promise<Ending> {
  const child = spawn(process.execPath, ['--import', 'tsx', ENTRY, config, String(killAt)], {
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  let output = '';
  child.stdout.on('data', chunk => (output += String(chunk)));
  child.stderr.on('data', chunk => (output += String(chunk)));
  return new Promise(resolve => child.on('close', (code, signal) => resolve({ code, signal, output })));
}

/**
 * Whether what was counted twice is noted as possible, and how many events are in doubt: those of the one request that
 * was under way, and none of the batch that was claimed for the next.
 */
async function doubts(store: Store, counted: readonly string[]): Promise<{ unnoted: string[]; within: boolean }> {
  const kept = await store.list({ limit: 2 * MAILS });
  const unnoted = kept.filter(
    ({ address, ambiguous }) => counted.filter(one => one === address).length > 1 + ambiguous,
  );
  const doubtful = kept.reduce((sum, { ambiguous }) => sum + ambiguous, 0);
  return { unnoted: unnoted.map(({ address }) => address), within: doubtful <= BATCH };
}

/** One run killed at this step, then one that may finish. */
async function crashAndRestart(
  killAt: number,
): Promise<{ first: Ending; second: Ending; events: string[]; counts: object }> {
  const folder = await mkdtemp(join(tmpdir(), 'bounced-crash-'));
  const receiver = await startReceiver();
  try {
    const more = { callback: `batch_size = ${BATCH}` };
    const config = await writeConfig({ folder, imap, receiver, ...USER, batchWaitMs: 0, more });
    const first = await runEntry(config, killAt);
    const second = await runEntry(config, 0);
    const store = await openSqliteStore(join(folder, 'state', 'bounced.db'));
    const { delivered, held, waiting, claimed, dead } = await store.backlog();
    const cursor = await store.cursor('campaigns', '[Gmail]/All Mail');
    const counted = receiver.events();
    const books = {
      ...(await doubts(
        store,
        counted.map(({ address }) => address),
      )),
      lastUid: cursor?.lastUid,
    };
    await store.close();
    const events = counted.map(({ event, address, ts }) => `${event} ${address} ${ts}`);
    return { first, second, events, counts: { delivered, held, waiting, claimed, dead, ...books } };
  } finally {
    await receiver.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const wanted = NUMBERS.slice(1)
  .map(bounceNumber)
  .map(({ verdict, address }) => `${verdict}bounce ${address}`)
  .sort();
const COUNTS = {
  delivered: wanted.length,
  held: 1,
  waiting: 0,
  claimed: 0,
  dead: 0,
  unnoted: [],
  within: true,
  lastUid: MAILS,
};

describe('kill -9', () => {
  test('at each step, then a restart: every event posted, each recorded once, with the same ts', async () => {
    const whole = await crashAndRestart(0);
    expect(whole.first).toMatchObject({ code: 0 });
    const steps = Number(/steps (\d+)/.exec(whole.first.output)?.[1]);
    expect(steps).toBeGreaterThan(10);
    const times = new Map(whole.events.map(line => [line.slice(0, line.lastIndexOf(' ')), line]));
    expect([...times.keys()].sort()).toEqual(wanted);
    for (let killAt = 1; killAt <= steps; killAt += 1) {
      const { first, second, events, counts } = await crashAndRestart(killAt);
      expect({
        killAt,
        signal: first.signal,
        code: second.code,
        output: second.output.replace(/steps \d+\n/, ''),
      }).toEqual({
        killAt,
        signal: 'SIGKILL',
        code: 0,
        output: '',
      });
      // Posted again after a crash between answer and settlement, perhaps; never skipped, never with another ts.
      expect({ killAt, events: [...new Set(events)].sort() }).toEqual({ killAt, events: [...times.values()].sort() });
      expect({ killAt, counts }).toEqual({ killAt, counts: COUNTS });
    }
  }, 600_000);
});
