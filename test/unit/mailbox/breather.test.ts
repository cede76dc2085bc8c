/**
 * Catching up that is held back: it waits on purpose, new mail is read at once all the while, and in the end nothing
 * has been left out. Every byte is counted, whichever connection it came by.
 */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openMailbox } from '../../../src/mailbox/mailbox.ts';
import type { Chunk, Mailbox } from '../../../src/mailbox/mailbox.ts';
import { openPulse } from '../../../src/pulse.ts';
import type { Pulse } from '../../../src/pulse.ts';
import { CANDIDATE_FIELDS, isCandidate, wantedParts } from '../../../src/report/report.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import type { Cursor } from '../../../src/shared/cursor.ts';
import { Secret } from '../../../src/shared/secret.ts';
import { startImapServer } from '../../servers/imap-server.ts';
import type { ImapServer } from '../../servers/imap-server.ts';
import { bounceNumber, ordinaryNumber } from '../../servers/synthetic.ts';
import { TEST_CA } from '../../servers/tls.ts';
import { logTo } from '../callback/rig.ts';
import type { LogLine } from '../callback/rig.ts';

const USER = { user: 'news@shop.example', password: 'right-password' };
const ALL = '[Gmail]/All Mail';
/** The first chunk is recorded and the second under way when the waiting begins: 1,500 of them. */
const MAILS = 2_000;
const LIMIT_MS = 20_000;
const SLOWED = 'daily_bytes is used up for now: catching up waits, new mail is read at once';

let imap: ImapServer;
let lines: LogLine[];
let pulse: Pulse;
/** What the budget says: how long to wait, and what it was told. */
let waitMs: number;
let received: number;
/** All chunks that were recorded, across restarts. */
let chunks: Chunk[];
let mailbox: Mailbox;
let stop: AbortController;
let running: Promise<void>;

beforeEach(async () => {
  const mails = Array.from({ length: MAILS }, (_, n) => ({ source: ordinaryNumber(n) }));
  const folders = [
    { path: ALL, specialUse: '\\All', mails },
    { path: '[Gmail]/Sent Mail', specialUse: '\\Sent', mails: [{ source: bounceNumber(0).original }] },
  ];
  imap = await startImapServer({ users: [USER], tls: true, gmail: true, folders });
  [lines, chunks, waitMs, received] = [[], [], 0, 0];
  pulse = openPulse();
});

afterEach(async () => {
  await end();
  await imap.stop();
});

function follow(once = false): void {
  stop = new AbortController();
  const settings = {
    ...{ name: 'campaigns', host: 'localhost', port: imap.port, tls: 'implicit' as const, ca: TEST_CA },
    ...{ user: USER.user, password: new Secret(USER.password), backfillDays: 7, pollMs: 50 },
  };
  const meter = { received: (bytes: number) => void (received += bytes), waitMs: () => waitMs };
  const heart = pulse.heart('mailbox campaigns');
  const tools = { log: logTo(lines), clock: systemClock, random: () => 0, heart, meter };
  mailbox = openMailbox(settings, { fields: CANDIDATE_FIELDS, isCandidate, wantedParts }, tools);
  const cursorOf = (): Promise<Cursor | undefined> => Promise.resolve(chunks.at(-1)?.cursor);
  running = (async () => {
    for await (const chunk of mailbox.watch(cursorOf, stop.signal, { once })) {
      chunks.push(chunk);
      // As soon as something was read, nothing more may be.
      if (chunks.length === 1 && !once) waitMs = 60_000;
    }
  })();
}

async function end(): Promise<void> {
  stop.abort();
  await running;
  await mailbox.close();
}

async function until(predicate: () => boolean): Promise<void> {
  const endMs = Date.now() + LIMIT_MS;
  while (!predicate()) {
    if (Date.now() > endMs) throw new Error('it did not come about');
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}

const uids = (): number[] => chunks.flatMap(({ messages }) => messages.map(({ uid }) => uid));
const lastUid = (): number => chunks.at(-1)?.cursor.lastUid ?? 0;
const slowed = (): number => lines.filter(({ message }) => message === SLOWED).length;

async function deliver(n: number): Promise<number> {
  imap.append(ALL, { source: bounceNumber(n).report });
  const uid = MAILS + n + 1;
  await until(() => uids().includes(uid));
  return uid;
}

test('waits with new mail read at once, the cursor where catching up stands, and goes on to the end', async () => {
  follow();
  await until(() => slowed() === 1);
  const stands = lastUid();
  expect(stands).toBeLessThan(MAILS - 200);
  await deliver(0);
  await deliver(1);
  expect(lastUid()).toBe(stands);
  expect(chunks.at(-1)).toMatchObject({ caughtUp: false, left: MAILS - stands });
  // Half an hour of it is neither a gap nor a loop that stands still.
  for (let quarter = 0; quarter < 3; quarter += 1) {
    pulse.heart('mailbox campaigns').beat();
    expect(pulse.pass(14 * 60_000)).toEqual([]);
  }
  waitMs = 0;
  await until(() => lastUid() === MAILS + 2);
  const all = Array.from({ length: MAILS + 2 }, (_, index) => index + 1);
  expect([...new Set(uids())].sort((one, other) => one - other)).toEqual(all);
  expect(chunks.at(-1)).toMatchObject({ caughtUp: true, left: 0 });
  expect(slowed()).toBe(1);
});

test('ended while it waits, it goes on where it stood', async () => {
  follow();
  await until(() => slowed() === 1);
  await deliver(0);
  await end();
  waitMs = 0;
  follow();
  await until(() => lastUid() === MAILS + 1);
  expect(new Set(uids()).size).toBe(MAILS + 1);
});

test('mail that came while the line was down is new mail, too', async () => {
  follow();
  await until(() => slowed() === 1);
  imap.dropConnections('rst');
  imap.append(ALL, { source: bounceNumber(0).report });
  await until(() => uids().includes(MAILS + 1));
  expect(lastUid()).toBeLessThan(MAILS - 200);
});

test('a few mails are no backlog, and a single run waits for nothing', async () => {
  waitMs = 60_000;
  follow(true);
  await running;
  expect(lastUid()).toBe(MAILS);
  for (let n = 0; n < 3; n += 1) imap.append(ALL, { source: bounceNumber(n).report });
  follow();
  await until(() => lastUid() === MAILS + 3);
  expect(slowed()).toBe(0);
});

test('what comes is counted, look-ups in Sent included', async () => {
  follow(true);
  await running;
  const following = received;
  // Each mail's header fields alone are more than this.
  expect(following).toBeGreaterThan(MAILS * 200);
  await mailbox.findSent(['campaign-0@shop.example'], stop.signal);
  expect(received).toBeGreaterThan(following + 300);
});
