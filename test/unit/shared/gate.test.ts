/**
 * A thousand mailboxes must not log in at the same moment; and one whose server is silent must not keep the others out.
 */
import { expect, test } from '@jest/globals';
import { openMailbox } from '../../../src/mailbox/mailbox.ts';
import { CANDIDATE_FIELDS, isCandidate, wantedParts } from '../../../src/report/report.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { openGate } from '../../../src/shared/gate.ts';
import type { Gate } from '../../../src/shared/gate.ts';
import { Secret } from '../../../src/shared/secret.ts';
import { silentLog } from '../../../src/shared/silent-log.ts';
import { startImapServer } from '../../servers/imap-server.ts';
import { TEST_CA } from '../../servers/tls.ts';

const live = new AbortController().signal;

/** A clock whose sleeps end when the test says so, or are aborted. */
function clockByHand(): { sleep: (ms: number, signal: AbortSignal) => Promise<void>; pass: () => void } {
  const sleepers: (() => void)[] = [];
  return {
    sleep: (_ms, signal) =>
      new Promise(resolve => {
        sleepers.push(resolve);
        signal.addEventListener('abort', () => resolve());
      }),
    pass: () => sleepers.splice(0).forEach(wake => wake()),
  };
}

const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

test('lets so many in at a time, and all in the end', async () => {
  const gate = openGate(3, 1_000, clockByHand());
  let inside = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    inside += 1;
    most = Math.max(most, inside);
    await settle();
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 50 }, () => gate.pass(work, live)));
  expect(most).toBe(3);
});

test('gives the place of one that takes too long to the next, and waits for it no less', async () => {
  const clock = clockByHand();
  const gate = openGate(1, 1_000, clock);
  let finish = (): void => undefined;
  const slow = gate.pass(() => new Promise<void>(resolve => (finish = resolve)), live);
  let entered = false;
  const next = gate.pass(() => Promise.resolve((entered = true)), live);
  await settle();
  expect(entered).toBe(false);
  clock.pass();
  await next;
  finish();
  await slow;
});

test('frees the place of one that fails, and keeps nobody who has to stop', async () => {
  const gate = openGate(1, 1_000, clockByHand());
  await expect(gate.pass(() => Promise.reject(new Error('refused')), live)).rejects.toThrow('refused');
  const stop = new AbortController();
  let finish = (): void => undefined;
  const first = gate.pass(() => new Promise<void>(resolve => (finish = resolve)), live);
  const stopped = gate.pass(() => Promise.resolve('stopped'), stop.signal);
  const after = gate.pass(() => Promise.resolve('after'), live);
  stop.abort();
  expect(await stopped).toBe('stopped');
  finish();
  await first;
  expect(await after).toBe('after');
  // Nobody's place was counted twice.
  let inside = 0;
  const alone = async (): Promise<number> => {
    inside += 1;
    await settle();
    return inside--;
  };
  expect(await Promise.all([gate.pass(alone, live), gate.pass(alone, live)])).toEqual([1, 1]);
});

test('a mailbox logs in through it, also for its look-ups in Sent', async () => {
  const user = { user: 'news@shop.example', password: 'right-password' };
  const folders = [
    { path: 'INBOX', mails: [] },
    { path: 'Sent', specialUse: '\\Sent', mails: [] },
  ];
  const server = await startImapServer({ users: [user], folders, tls: true });
  let passes = 0;
  const logins: Gate = {
    pass(work) {
      passes += 1;
      return work();
    },
  };
  const mailbox = openMailbox(
    {
      ...{ name: 'campaigns', host: 'localhost', port: server.port, tls: 'implicit', ca: TEST_CA, user: user.user },
      ...{ password: new Secret(user.password), backfillDays: 7, pollMs: 60_000 },
    },
    { fields: CANDIDATE_FIELDS, isCandidate, wantedParts },
    { log: silentLog, clock: systemClock, random: () => 0, logins },
  );
  const chunks = mailbox.watch(() => Promise.resolve(undefined), live, { once: true });
  for await (const chunk of chunks) expect(chunk.messages).toEqual([]);
  await mailbox.findSent(['one@shop.example'], live);
  await mailbox.close();
  await server.stop();
  expect(passes).toBe(2);
});
