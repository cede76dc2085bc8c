/**
 * FETCHes that are sent while others are being answered (RFC 3501 5.5): each mail comes to whoever asked for it, and a
 * server that cannot take them has all its mails read all the same, one command at a time.
 */
import { afterEach, describe, expect, test } from '@jest/globals';
import { sendFetchesEarly } from '../../../src/mailbox/early-fetches.ts';
import { Connection } from '../../../src/mailbox/connection.ts';
import { openMailbox } from '../../../src/mailbox/mailbox.ts';
import type { Chunk, MailboxSettings } from '../../../src/mailbox/mailbox.ts';
import { Pipelining } from '../../../src/mailbox/pipelining.ts';
import { CANDIDATE_FIELDS, isCandidate, wantedParts } from '../../../src/report/report.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { Fault } from '../../../src/shared/fault.ts';
import { Secret } from '../../../src/shared/secret.ts';
import { startImapServer } from '../../servers/imap-server.ts';
import type { ImapServer, Script } from '../../servers/imap-server.ts';
import { bounceNumber } from '../../servers/synthetic.ts';
import { TEST_CA } from '../../servers/tls.ts';
import { logTo } from '../callback/rig.ts';
import type { LogLine } from '../callback/rig.ts';

const USER = { user: 'news@shop.example', password: 'right-password' };
const { signal } = new AbortController();

let imap: ImapServer;
let lines: LogLine[];

afterEach(async () => {
  await imap.stop();
});

async function serve(mails: number, script: Script = {}): Promise<MailboxSettings> {
  lines = [];
  const all = Array.from({ length: mails }, (_, n) => ({ source: bounceNumber(n).report }));
  imap = await startImapServer({ users: [USER], tls: true, folders: [{ path: 'INBOX', mails: all }], script });
  return {
    ...{ name: 'campaigns', host: 'localhost', port: imap.port, tls: 'implicit', ca: TEST_CA, pollMs: 50 },
    ...{ user: USER.user, password: new Secret(USER.password), backfillDays: 7 },
  };
}

const tools = () => ({ log: logTo(lines), clock: systemClock, random: () => 0 });
const fetches = (): number => imap.commands.filter(line => line.includes(' UID FETCH ')).length;

describe('two commands at a time', () => {
  test('the second is there before the first is answered, and each gets its own mails', async () => {
    const connection = await Connection.open(await serve(6), tools(), signal);
    await connection.examine('INBOX', signal);
    imap.script.pace = { bytes: 64, everyMs: 1 };
    const before: number[] = [];
    const take = (uids: readonly number[]) =>
      connection.fetch(uids, { uid: true, headers: ['subject'] }, signal).then(all => {
        before.push(fetches());
        return all.map(({ uid }) => uid);
      });
    expect(await Promise.all([take([1, 3, 5]), take([2, 4])])).toEqual([
      [1, 3, 5],
      [2, 4],
    ]);
    expect(before).toEqual([2, 2]);
    expect(connection.pipelined).toBe(true);
    await connection.close();
  });

  test('no more than eight are sent, and what is no FETCH waits until it can be answered', async () => {
    const connection = await Connection.open(await serve(13), tools(), signal);
    await connection.examine('INBOX', signal);
    imap.script.pace = { bytes: 64, everyMs: 1 };
    const sent: number[] = [];
    const asked = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(async uid => {
      const [one] = await connection.fetch([uid], { uid: true, headers: ['subject'] }, signal);
      sent.push(fetches());
      return one?.uid;
    });
    while (fetches() === 0) await systemClock.sleep(1, signal);
    const found = connection.search({ uid: '11:*' }, signal);
    await asked[0];
    expect(sent[0]).toBeGreaterThanOrEqual(8);
    expect(sent[0]).toBeLessThanOrEqual(9);
    expect(imap.commands.filter(line => line.includes('SEARCH'))).toEqual([]);
    expect(await Promise.all(asked)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(await found).toEqual([11, 12, 13]);
    await connection.close();
  });

  test('a connection that ends fails them all', async () => {
    const connection = await Connection.open(await serve(6), tools(), signal);
    await connection.examine('INBOX', signal);
    imap.script.stall = ['FETCH'];
    const all = [1, 2, 3].map(uid => connection.fetch([uid], { uid: true, size: true }, signal));
    const failed = Promise.all(all.map(one => expect(one).rejects.toMatchObject({ code: 'CONNECTION_LOST' })));
    imap.dropConnections('rst');
    await failed;
  });

  test('a library that sends in another way is a fault that does not pass', async () => {
    await serve(0);
    expect(() => sendFetchesEarly({})).toThrow(expect.objectContaining({ code: 'IMAPFLOW', retry: 'never' }));
  });
});

describe('a server that takes one command at a time', () => {
  test.each([
    ['refuses the others', { answer: 'BAD one at a time' }],
    ['ends the connection', 'end'],
  ] as const)('and %s: every mail is read, and soon nothing is sent early', async (_, tooEarly) => {
    const settings = await serve(2_000, { tooEarly });
    const mailbox = openMailbox(settings, { fields: CANDIDATE_FIELDS, isCandidate, wantedParts }, tools());
    const chunks: Chunk[] = [];
    const cursorOf = () => Promise.resolve(chunks.at(-1)?.cursor);
    for await (const chunk of mailbox.watch(cursorOf, signal, { once: true })) chunks.push(chunk);
    await mailbox.close();
    const read = new Set(chunks.flatMap(({ messages }) => messages.map(({ uid }) => uid)));
    expect(read.size).toBe(2_000);
    // None was suspected and read by itself.
    expect(fetches()).toBeLessThan(100);
  });
});

describe('whether several are sent', () => {
  const imapFault = new Fault('the mailbox could not be read', { code: 'IMAP', retry: 'later' });

  test('a chunk that fails is tried without, and what fails then is for another reason', () => {
    const pipelining = new Pipelining();
    // No mail is at fault for a failure of the line's.
    expect(pipelining.failed(imapFault, true)).toMatchObject({ code: 'PIPELINING', retry: 'later' });
    expect(pipelining.on).toBe(false);
    expect(pipelining.failed(imapFault, false)).toBe(imapFault);
    expect(pipelining.on).toBe(true);
  });

  test('three chunks that only pass without end it, unless one passes with it between them', () => {
    const pipelining = new Pipelining();
    const failAndPass = (): void => {
      pipelining.failed(imapFault, true);
      // The rest of that connection's chunks.
      for (let times = 0; times < 3; times += 1) pipelining.passed(false);
    };
    failAndPass();
    failAndPass();
    expect(pipelining.on).toBe(true);
    // One passed with it in between.
    pipelining.passed(true);
    failAndPass();
    failAndPass();
    expect(pipelining.on).toBe(true);
    failAndPass();
    expect(pipelining.on).toBe(false);
    pipelining.passed(false);
    expect(pipelining.on).toBe(false);
  });

  test('a failure where only one was sent at a time tells nothing about it', () => {
    const pipelining = new Pipelining();
    for (let times = 0; times < 5; times += 1) expect(pipelining.failed(imapFault, false)).toBe(imapFault);
    expect(pipelining.on).toBe(true);
  });
});
