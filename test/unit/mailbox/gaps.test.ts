/**
 * Mails that are there and do not show: searches that find nothing, UIDs visible late, mails listed and not handed out.
 * None is lost, and when nothing can be read the watchdog is told.
 */
import { afterEach, describe, expect, test } from '@jest/globals';
import { openMailbox } from '../../../src/mailbox/mailbox.ts';
import type { Chunk, Mailbox, MailboxSettings } from '../../../src/mailbox/mailbox.ts';
import { openPulse } from '../../../src/pulse.ts';
import type { Pulse } from '../../../src/pulse.ts';
import { CANDIDATE_FIELDS, isCandidate, wantedParts } from '../../../src/report/report.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import type { Cursor } from '../../../src/shared/cursor.ts';
import { Secret } from '../../../src/shared/secret.ts';
import { startImapServer } from '../../servers/imap-server.ts';
import type { ImapServer, Script } from '../../servers/imap-server.ts';
import { bounceNumber } from '../../servers/synthetic.ts';
import { TEST_CA } from '../../servers/tls.ts';
import { logTo } from '../callback/rig.ts';
import type { LogLine } from '../callback/rig.ts';

const USER = { user: 'news@shop.example', password: 'right-password' };
const ALL = '[Gmail]/All Mail';
const LIMIT_MS = 15_000;
const OLD = new Date(Date.now() - 5 * 3_600_000);

let imap: ImapServer;
let mailbox: Mailbox;
let stop: AbortController;
let lines: LogLine[];

afterEach(async () => {
  stop.abort();
  await mailbox.close();
  await imap.stop();
});

async function serve(count: number, script: Script = {}): Promise<void> {
  const mails = Array.from({ length: count }, (_, n) => ({ source: bounceNumber(n).report }));
  const folders = [{ path: ALL, specialUse: '\\All', mails }];
  imap = await startImapServer({ users: [USER], tls: true, gmail: true, folders, script });
}

/** Follows from this cursor on, and keeps the one of the last chunk, as the outbox would. */
function follow(more: Partial<MailboxSettings> = {}, from?: Cursor): { chunks: Chunk[]; pulse: Pulse } {
  stop = new AbortController();
  lines = [];
  const pulse = openPulse();
  const settings: MailboxSettings = {
    ...{ name: 'campaigns', host: 'localhost', port: imap.port, tls: 'implicit', ca: TEST_CA },
    ...{ user: USER.user, password: new Secret(USER.password), backfillDays: 7, pollMs: 50, ...more },
  };
  const tools = { log: logTo(lines), clock: systemClock, random: () => 0, heart: pulse.heart('mailbox campaigns') };
  mailbox = openMailbox(settings, { fields: CANDIDATE_FIELDS, isCandidate, wantedParts }, tools);
  const chunks: Chunk[] = [];
  const run = async (): Promise<void> => {
    const cursorOf = (): Promise<Cursor | undefined> => Promise.resolve(chunks.at(-1)?.cursor ?? from);
    for await (const chunk of mailbox.watch(cursorOf, stop.signal)) chunks.push(chunk);
  };
  void run();
  return { chunks, pulse };
}

async function until(predicate: () => boolean): Promise<void> {
  const endMs = Date.now() + LIMIT_MS;
  while (!predicate()) {
    if (Date.now() > endMs) throw new Error('it did not come about');
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}

const uidsOf = (chunks: readonly Chunk[]): number[] => chunks.flatMap(chunk => chunk.messages.map(raw => raw.uid));
const scans = (): number => imap.commands.filter(line => line.includes(' SEARCH ')).length;
const fetches = (): number => imap.commands.filter(line => line.includes(' FETCH ')).length;
const bounce = (n: number): { source: Buffer } => ({ source: bounceNumber(n).report });

describe('a mail that is there', () => {
  test('is read though it is never announced and no search finds it', async () => {
    await serve(3);
    const { chunks } = follow();
    await until(() => uidsOf(chunks).length === 3);
    imap.script.silent = true;
    imap.script.blindSearch = true;
    imap.append(ALL, bounce(5));
    await until(() => uidsOf(chunks).includes(4));
    expect(uidsOf(chunks)).toEqual([1, 2, 3, 4]);
  });

  test('and that the server will not give is told to the watchdog after a quarter of an hour, until it is read', async () => {
    await serve(3);
    const { chunks, pulse } = follow();
    await until(() => uidsOf(chunks).length === 3);
    imap.script.refusals = { FETCH: 'NO not now' };
    imap.append(ALL, bounce(5));
    const before = fetches();
    await until(() => fetches() > before + 2);
    expect(pulse.pass(14 * 60_000)).toEqual([]);
    await until(() => fetches() > before + 4);
    expect(pulse.pass(60_000)).toEqual([
      'mailbox campaigns: mails are there (1), and none of them was read for 15 minutes',
    ]);
    imap.script.refusals = undefined;
    await until(() => uidsOf(chunks).includes(4) && pulse.pass(0).length === 0);
  });

  test('that somebody takes away before it is read is no gap', async () => {
    await serve(3);
    const { chunks, pulse } = follow();
    await until(() => uidsOf(chunks).length === 3);
    imap.script.silent = true;
    imap.remove(ALL, imap.append(ALL, bounce(5)));
    const before = scans();
    await until(() => scans() > before + 3);
    expect(pulse.pass(14 * 60_000)).toEqual([]);
    expect(uidsOf(chunks)).toEqual([1, 2, 3]);
  });

  test('an outage is no gap: nobody knows then what waits', async () => {
    await serve(3);
    const { chunks, pulse } = follow();
    await until(() => uidsOf(chunks).length === 3);
    imap.script.refusals = { FETCH: 'NO not now' };
    imap.append(ALL, bounce(5));
    await until(() => imap.commands.some(line => line.includes(' FETCH 4')));
    imap.script.loginAnswer = 'NO [UNAVAILABLE] Temporary System Problem (Failure)';
    imap.dropConnections('rst');
    await until(() => lines.some(({ fields }) => fields['code'] === 'SERVER_BUSY'));
    expect(pulse.pass(16 * 60_000).join()).not.toContain('none of them was read');
  });
});

describe('what else comes while mails are fetched', () => {
  test('flags that a person sets are taken for no mail, nor is a mail for them', async () => {
    await serve(3, { between: (seq, uid) => `* ${seq} FETCH (UID ${uid} FLAGS (\\Seen))` });
    const { chunks } = follow();
    await until(() => uidsOf(chunks).length === 3);
    expect(chunks[0]?.messages.map(({ candidate, parts }) => [candidate, parts?.length])).toEqual([
      [true, 3],
      [true, 3],
      [true, 3],
    ]);
  });

  test.each([
    ['told in no words of IMAP', 'BODYSTRUCTURE (("text" "plain"'],
    ['too much to be told', `BODYSTRUCTURE (${'("text" "plain" NIL NIL NIL "7bit" 2 1)'.repeat(500_000)} "mixed")`],
  ])('a mail whose shape is %s is read without it, and the others as ever', async (_what, shape) => {
    const distort = (answer: Buffer, uid: number): Buffer =>
      uid === 2
        ? Buffer.from(answer.toString('latin1').replace(/BODYSTRUCTURE .*?(?= BODY\[HEADER\])/s, shape), 'latin1')
        : answer;
    await serve(3, { distort });
    const { chunks } = follow();
    await until(() => uidsOf(chunks).includes(3));
    const mails = new Map(chunks.flatMap(({ messages }) => messages).map(raw => [raw.uid, raw]));
    const how = [...mails.values()].map(({ uid, structure, source }) => [uid, Boolean(structure), source]);
    expect(how).toEqual([
      [1, true, undefined],
      [2, false, bounce(1).source],
      [3, true, undefined],
    ]);
  });
});

describe('a UID that becomes visible late', () => {
  test('during the first look is read as soon as it shows', async () => {
    await serve(3);
    const show = imap.appendHidden(ALL, bounce(7));
    imap.append(ALL, bounce(8));
    const { chunks } = follow();
    await until(() => uidsOf(chunks).length === 4);
    expect(chunks.at(-1)?.cursor.lastUid).toBe(5);
    show();
    await until(() => uidsOf(chunks).includes(4));
  });

  test('while we were away for hours is read after the restart', async () => {
    await serve(3);
    const show = imap.appendHidden(ALL, { ...bounce(7), internalDate: OLD });
    imap.append(ALL, bounce(8));
    show();
    const { chunks } = follow({}, { mailbox: 'campaigns', folder: ALL, uidValidity: 11, lastUid: 5 });
    await until(() => uidsOf(chunks).includes(4));
  });

  test('mails from before the first look stay unread with backfill 0, after a restart too', async () => {
    await serve(0);
    for (const n of [1, 2, 3]) imap.append(ALL, { ...bounce(n), internalDate: OLD });
    const { chunks } = follow({ backfillDays: 0 }, { mailbox: 'campaigns', folder: ALL, uidValidity: 11, lastUid: 3 });
    imap.append(ALL, bounce(8));
    await until(() => uidsOf(chunks).includes(4));
    expect(uidsOf(chunks)).toEqual([4]);
  });
});

test('a new UIDVALIDITY loses nothing that came meanwhile, whatever the first run looks back', async () => {
  await serve(3);
  imap.setUidValidity(ALL, 12);
  const { chunks } = follow({ backfillDays: 0 }, { mailbox: 'campaigns', folder: ALL, uidValidity: 11, lastUid: 2 });
  await until(() => uidsOf(chunks).includes(3));
  expect(chunks.at(-1)?.cursor).toMatchObject({ uidValidity: 12, lastUid: 3 });
});

test('a backlog is read in chunks, each mail once and in the order of its UID', async () => {
  await serve(1300);
  const { chunks } = follow();
  await until(() => uidsOf(chunks).length === 1300);
  expect(chunks.map(({ messages }) => messages.length)).toEqual([500, 500, 300]);
  expect(uidsOf(chunks)).toEqual(Array.from({ length: 1300 }, (_, at) => at + 1));
  expect(chunks.map(({ caughtUp }) => caughtUp)).toEqual([false, false, true]);
});

test('a chunk that could not be recorded is followed by a smaller one from the same place', async () => {
  await serve(400);
  follow();
  await mailbox.close();
  stop.abort();
  stop = new AbortController();
  const sizes: number[] = [];
  for (let tries = 0; tries < 3; tries += 1) {
    // As when the outbox is full: whoever takes the chunk gives up on it.
    for await (const chunk of mailbox.watch(() => Promise.resolve(undefined), stop.signal)) {
      sizes.push(chunk.messages.length);
      expect(chunk.messages[0]?.uid).toBe(1);
      break;
    }
  }
  expect(sizes.at(-1)).toBe(60);
  expect(sizes).toEqual([...sizes].sort((one, other) => other - one));
});

test('whoever gives up on a chunk leaves no connection behind, though the next one was under way', async () => {
  await serve(400);
  follow();
  await mailbox.close();
  stop.abort();
  stop = new AbortController();
  for (let tries = 0; tries < 3; tries += 1) {
    for await (const chunk of mailbox.watch(() => Promise.resolve(undefined), stop.signal)) {
      expect(chunk.messages[0]?.uid).toBe(1);
      break;
    }
    expect(mailbox.state().connected).toBe(false);
  }
});

describe('a mail that is listed and not handed out', () => {
  test('is asked for again, and read when it comes', async () => {
    await serve(3, { unfetchable: [2] });
    const { chunks } = follow();
    await until(() => lines.some(({ fields }) => fields['code'] === 'MAIL_MISSING'));
    expect(uidsOf(chunks)).not.toContain(3);
    imap.script.unfetchable = [];
    await until(() => uidsOf(chunks).length === 3);
  });

  test('for ever does not hold up the others, is told, and is still read when it comes late', async () => {
    await serve(3, { unfetchable: [2] });
    const { chunks } = follow();
    await until(() => uidsOf(chunks).includes(3));
    expect(lines.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
      'localhost: the server lists mails and does not hand them out (UIDs 2): reading on without them',
    ]);
    imap.script.unfetchable = [];
    await until(() => uidsOf(chunks).includes(2));
  });

  test('because it was deleted meanwhile is nobody’s fault', async () => {
    await serve(3, { unfetchable: [2] });
    const { chunks } = follow();
    await until(() => lines.some(({ fields }) => fields['code'] === 'MAIL_MISSING'));
    imap.remove(ALL, 2);
    await until(() => uidsOf(chunks).includes(3));
    expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('a mail that the server never hands out', () => {
  test.each([
    ['NO', 'NO [SERVERBUG] internal error'],
    ['BAD', 'BAD what'],
    ['the end of the connection', undefined],
  ])('by %s is left out as unreadable, and those behind it are read', async (_how, answer) => {
    await serve(5, { poison: { uid: 3, folder: ALL, answer } });
    const { chunks } = follow();
    await until(() => uidsOf(chunks).includes(5));
    expect([...new Set(uidsOf(chunks))]).toEqual([1, 2, 3, 4, 5]);
    const all = chunks.flatMap(chunk => chunk.messages);
    const without = all.filter(raw => raw.problem !== undefined);
    expect(without).toMatchObject([
      { uid: 3, candidate: false, problem: 'the server does not hand it out: each FETCH of it fails' },
    ]);
    expect(chunks.at(-1)?.cursor.lastUid).toBe(5);
  });
});
