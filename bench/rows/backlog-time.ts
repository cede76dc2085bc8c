/**
 * How long the built daemon takes for a whole backlog, while it runs and from the start of the command to the last
 * record: beside programs that fetch all mail and do nothing else, and beside itself on a long line. On a server of its
 * own only.
 */
import { openBacklog, readBacklog, timeBacklog } from '../backlog.ts';
import type { Backlog } from '../backlog.ts';
import { FETCH_ALL_AGAIN, FETCH_LITTLE_AGAIN, IMAPFLOW, MBSYNC, timePeer } from '../peers.ts';
import { timeInTurn } from '../row.ts';
import { runImapflow, runOurs } from '../running.ts';
import type { BenchOptions, LeftOut, Measured, Row } from '../row.ts';

/** Milliseconds that each packet takes longer, each way. */
const LAG_MS = 50;

export const BACKLOG_TIME: Row = {
  name: 'backlog-time',
  what: 'a backlog read, decided and recorded by a daemon that has read one before',
  against: 'imapflow fetching the whole source of all mails, in a program that has done so before, nothing else',
  target: { ratio: 0.6, bound: 'at most' },
  demanded: { ratio: 1.1, bound: 'at most' },
  async run(options) {
    const backlog = await openBacklog(options);
    if ('leftOut' in backlog) return backlog;
    const { dovecot } = backlog;
    const ours = await runOurs(backlog);
    const peers = [await runImapflow(dovecot, FETCH_ALL_AGAIN), await runImapflow(dovecot, FETCH_LITTLE_AGAIN)];
    try {
      return await measured(
        backlog,
        options.rounds,
        [ours, ...peers].map(one => () => one.read()),
      );
    } finally {
      await Promise.all([ours, ...peers].map(one => one.stop()));
    }
  },
};

export const BACKLOG_START: Row = {
  name: 'backlog-start',
  what: 'a backlog read, decided and recorded, from the start of the command',
  against: 'imapflow fetching the whole source of all mails, a command of its own too, nothing else',
  target: { ratio: 0.6, bound: 'at most' },
  demanded: { ratio: 1.6, bound: 'at most' },
  run: options => compared(options, async ({ dovecot }) => timePeer(IMAPFLOW, dovecot)),
};

export const BACKLOG_MBSYNC: Row = {
  name: 'backlog-mbsync',
  what: 'mbsync downloading a backlog',
  against: 'the same backlog read, decided and recorded',
  target: { ratio: 10, bound: 'at least' },
  async run(options) {
    if (!MBSYNC.isThere()) return { leftOut: 'mbsync is not installed', cure: 'sudo apt-get install -y isync' };
    const result = await compared({ ...options, rounds: 1 }, async ({ dovecot }) => timePeer(MBSYNC, dovecot));
    if ('leftOut' in result) return result;
    return { ...result, ours: result.peer, peer: result.ours, ratio: result.peer / result.ours };
  },
};

export const BACKLOG_LAG: Row = {
  name: 'backlog-lag',
  what: `a backlog read, decided and recorded, each packet ${LAG_MS} ms late`,
  against: 'the same on a short line',
  target: { ratio: 2, bound: 'at most' },
  // Of a short backlog two logins and the first look-ups are the most.
  demanded: { ratio: 4, bound: 'at most' },
  run: options =>
    compared(
      options,
      async backlog => (await readBacklog(backlog)).tookMs,
      async backlog => (await readBacklog(backlog, { lagMs: LAG_MS })).tookMs,
    ),
};

/** Gives milliseconds. */
type Work = (backlog: Backlog) => Promise<number>;

async function compared(options: BenchOptions, peer: Work, ours: Work = timeBacklog): Promise<Measured | LeftOut> {
  const backlog = await openBacklog(options);
  if ('leftOut' in backlog) return backlog;
  return measured(backlog, options.rounds, [() => ours(backlog), () => peer(backlog)]);
}

/** The works in this order: ours, the peer, and where there is one what fetches as little as we do and nothing else. */
async function measured(
  { mails, bounces }: Backlog,
  rounds: number,
  works: readonly (() => Promise<number>)[],
): Promise<Measured> {
  const [oursMs = Number.NaN, peerMs = Number.NaN, littleMs] = await timeInTurn(works, rounds);
  const little =
    littleMs === undefined
      ? {}
      : { fetchingLittleMs: Math.round(littleMs), fetchingLittleRatio: Math.round((100 * littleMs) / peerMs) / 100 };
  const besides = { mails, bounces, ...little };
  return { unit: 'ms', ours: Math.round(oursMs), peer: Math.round(peerMs), ratio: oursMs / peerMs, besides };
}
