/**
 * A mailbox followed against a scripted server with Gmail's extensions.
 */
import { afterEach, describe, expect, test } from '@jest/globals';
import type { AccessTokens, Chunk, Mailbox, MailboxSettings } from '../../../src/mailbox/mailbox.ts';
import { openMailbox } from '../../../src/mailbox/mailbox.ts';
import { CANDIDATE_FIELDS, isCandidate, wantedParts } from '../../../src/report/report.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import type { Cursor } from '../../../src/shared/cursor.ts';
import { silentLog } from '../../../src/shared/silent-log.ts';
import { Secret } from '../../../src/shared/secret.ts';
import { startImapServer } from '../../servers/imap-server.ts';
import type { ImapServer, ImapServerSettings } from '../../servers/imap-server.ts';
import { bounceNumber, ordinaryNumber } from '../../servers/synthetic.ts';
import { TEST_CA } from '../../servers/tls.ts';

const USER = { user: 'news@shop.example', password: 'right-password' };
const ALL = '[Gmail]/Alle E-Mails';
const SENT = '[Gmail]/Gesendet';

let imap: ImapServer;
let mailbox: Mailbox;
let stop: AbortController;

afterEach(async () => {
  stop.abort();
  await mailbox.close();
  await imap.stop();
});

async function start(more: Partial<ImapServerSettings> = {}, settings: Partial<MailboxSettings> = {}): Promise<void> {
  stop = new AbortController();
  imap = await startImapServer({
    users: [USER],
    tls: true,
    gmail: true,
    folders: [
      { path: 'INBOX', mails: [{ source: ordinaryNumber(99) }] },
      { path: ALL, specialUse: '\\All', mails: [0, 1, 2].map(n => ({ source: bounceNumber(n).report })) },
      { path: SENT, specialUse: '\\Sent', mails: [0, 1].map(n => ({ source: bounceNumber(n).original })) },
    ],
    ...more,
  });
  mailbox = openMailbox(
    {
      ...{ name: 'campaigns', host: 'localhost', port: imap.port, tls: 'implicit', ca: TEST_CA },
      ...{ user: USER.user, password: new Secret(USER.password), backfillDays: 7, pollMs: 60_000 },
      ...settings,
    },
    { fields: CANDIDATE_FIELDS, isCandidate, wantedParts },
    { log: silentLog, clock: systemClock, random: () => 0 },
  );
}

/** Keeps the cursor of the last chunk, as the outbox would. */
function follow(once = false): { chunks: Chunk[]; ended: Promise<void>; cursor: () => Cursor | undefined } {
  const chunks: Chunk[] = [];
  const cursor = (): Cursor | undefined => chunks.at(-1)?.cursor;
  const run = async (): Promise<void> => {
    for await (const chunk of mailbox.watch(() => Promise.resolve(cursor()), stop.signal, { once })) chunks.push(chunk);
  };
  return { chunks, ended: run(), cursor };
}

async function until(predicate: () => boolean): Promise<void> {
  const limitMs = Date.now() + 8_000;
  while (!predicate()) {
    if (Date.now() > limitMs) throw new Error('not within eight seconds');
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}

const uidsOf = (chunks: readonly Chunk[]): number[] => chunks.flatMap(chunk => chunk.messages.map(raw => raw.uid));

describe('reading', () => {
  test('takes All Mail by its special use, whatever it is called, and hands on each mail once', async () => {
    await start();
    const { chunks, ended } = follow(true);
    await ended;
    expect(uidsOf(chunks)).toEqual([1, 2, 3]);
    expect(chunks.at(-1)).toMatchObject({ caughtUp: true, cursor: { folder: ALL, uidValidity: 11, lastUid: 3 } });
    expect(chunks[0]?.messages[0]?.identity.gmailId).toMatch(/^\d+$/);
    expect(imap.violations).toEqual([]);
  });

  test('own sent mails and drafts in All Mail are counted, not handed on', async () => {
    const mails = [{ source: bounceNumber(0).original, labels: ['\\Sent'] }, { source: bounceNumber(0).report }];
    await start({ folders: [{ path: ALL, specialUse: '\\All', mails }] });
    const { chunks, ended } = follow(true);
    await ended;
    expect(uidsOf(chunks)).toEqual([2]);
    expect(chunks[0]?.skipped).toBe(1);
  });

  test('without All Mail it reads INBOX', async () => {
    await start({ gmail: false, folders: [{ path: 'INBOX', mails: [{ source: bounceNumber(0).report }] }] });
    const { chunks, ended } = follow(true);
    await ended;
    expect(chunks[0]?.cursor.folder).toBe('INBOX');
  });

  test('an empty folder still gives a place to go on from', async () => {
    await start({ folders: [{ path: ALL, specialUse: '\\All', mails: [] }] });
    const { chunks, ended } = follow(true);
    await ended;
    expect(chunks).toMatchObject([{ messages: [], cursor: { lastUid: 0 } }]);
  });

  test('backfill 0 leaves what is there and takes what comes', async () => {
    await start({}, { backfillDays: 0 });
    const { chunks } = follow();
    await until(() => chunks.length === 1);
    imap.append(ALL, { source: bounceNumber(7).report });
    await until(() => uidsOf(chunks).length === 1);
    expect(uidsOf(chunks)).toEqual([4]);
  });
});

describe('following', () => {
  test('a mail that arrives during IDLE is handed on', async () => {
    await start();
    const { chunks } = follow();
    await until(() => uidsOf(chunks).length === 3);
    imap.append(ALL, { source: bounceNumber(5).report });
    await until(() => uidsOf(chunks).includes(4));
    expect(uidsOf(chunks)).toEqual([1, 2, 3, 4]);
  });

  test('a mail that is never announced is found by the poll', async () => {
    await start({ script: { silent: true } }, { pollMs: 200 });
    const { chunks } = follow();
    await until(() => uidsOf(chunks).length === 3);
    imap.append(ALL, { source: bounceNumber(5).report });
    await until(() => uidsOf(chunks).includes(4));
  });

  test.each(['bye', 'fin', 'rst'] as const)(
    'a connection ended by %s is made again, and nothing is missed',
    async how => {
      await start();
      const { chunks } = follow();
      await until(() => uidsOf(chunks).length === 3);
      imap.dropConnections(how);
      imap.append(ALL, { source: bounceNumber(5).report });
      await until(() => uidsOf(chunks).includes(4));
    },
  );

  test('after UIDVALIDITY has changed it reads again by date', async () => {
    await start();
    const { chunks } = follow();
    await until(() => uidsOf(chunks).length === 3);
    imap.setUidValidity(ALL, 12);
    imap.dropConnections('fin');
    await until(() => uidsOf(chunks).length === 6);
    expect(chunks.at(-1)?.cursor).toMatchObject({ uidValidity: 12, lastUid: 3 });
  });

  test('too many connections at first is no reason to give up', async () => {
    const script = { loginAnswer: 'NO [UNAVAILABLE] Temporary System Problem (Failure)', loginRefusals: 1 };
    await start({ script });
    const { ended, chunks } = follow(true);
    await ended;
    expect(uidsOf(chunks)).toEqual([1, 2, 3]);
  });

  test('a refused password ends it with exit code 77', async () => {
    await start({ script: { loginAnswer: 'NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)' } });
    await expect(follow().ended).rejects.toMatchObject({ code: 'LOGIN_REFUSED', exit: 77, retry: 'never' });
  });
});

describe('looking up Sent', () => {
  test('finds mails by Message-ID with their recipients, and no other', async () => {
    await start();
    const found = await mailbox.findSent(['campaign-0@shop.example', 'campaign-5@shop.example'], stop.signal);
    expect(found.searched).toBe(true);
    expect([...found.mails.keys()]).toEqual(['campaign-0@shop.example']);
    expect(found.mails.get('campaign-0@shop.example')).toMatchObject({
      recipients: [bounceNumber(0).address],
      campaignMeta: expect.stringContaining(bounceNumber(0).address) as unknown,
    });
    expect(imap.commands.some(command => command.includes('X-GM-RAW "rfc822msgid:campaign-0@shop.example'))).toBe(true);
  });

  test('works without Gmail too, several ids at once', async () => {
    await start({ gmail: false });
    const ids = ['campaign-0@shop.example', 'campaign-1@shop.example', 'campaign-9@shop.example'];
    expect([...(await mailbox.findSent(ids, stop.signal)).mails.keys()]).toEqual(ids.slice(0, 2));
  });

  test('opens the folder anew each time, so that a mail sent a moment ago is found', async () => {
    await start();
    await mailbox.findSent(['campaign-0@shop.example'], stop.signal);
    const before = imap.commands.filter(command => command.includes('EXAMINE')).length;
    imap.append(SENT, { source: bounceNumber(9).original });
    const { mails } = await mailbox.findSent(['campaign-9@shop.example'], stop.signal);
    expect([...mails.keys()]).toEqual(['campaign-9@shop.example']);
    expect(imap.commands.filter(command => command.includes('EXAMINE'))).toHaveLength(before + 1);
    expect(imap.commands.filter(command => command.includes('AUTHENTICATE'))).toHaveLength(1);
  });

  test.each(['a@b" OR from:(x', 'a@b in:anywhere', 'a@b\r\nA1 DELETE INBOX', 'a@b) OR (c@d', '{3}a@b'])(
    'an id that would speak the query language is never sent: %j',
    async id => {
      await start();
      expect((await mailbox.findSent([id], stop.signal)).mails.size).toBe(0);
      expect(imap.commands.filter(command => command.includes('SEARCH'))).toEqual([]);
    },
  );

  test('a server that shows no Sent folder says so', async () => {
    await start({ folders: [{ path: 'INBOX', mails: [] }] });
    expect(await mailbox.findSent(['a@b.example'], stop.signal)).toMatchObject({ searched: false });
  });

  test('a look-up that fails rejects: nothing found is something else', async () => {
    await start({ script: { stall: [], loginAnswer: 'NO [UNAVAILABLE] Temporary System Problem (Failure)' } });
    await expect(mailbox.findSent(['a@b.example'], stop.signal)).rejects.toMatchObject({ retry: 'later' });
  });
});

describe('logging in by access token', () => {
  /** Gives these tokens one after the other. */
  function tokensOf(...texts: string[]): { tokens: AccessTokens; asked: () => number } {
    const secrets = texts.map(text => new Secret(text));
    let asked = 0;
    const current = (_signal: AbortSignal, refused?: Secret): Promise<Secret> => {
      if (refused !== undefined) asked += 1;
      return Promise.resolve(secrets[Math.min(asked, secrets.length - 1)] as Secret);
    };
    return { tokens: { settings: {}, current, secrets: () => secrets }, asked: () => asked };
  }

  test.each(['XOAUTH2', 'OAUTHBEARER'] as const)('by %s; one that is refused is renewed once', async mechanism => {
    const { tokens } = tokensOf('revoked-token', 'good-token');
    await start({ users: [{ ...USER, tokens: ['good-token'] }], tokenMechanisms: [mechanism] }, { tokens });
    const { chunks, ended } = follow(true);
    await ended;
    expect(uidsOf(chunks)).toEqual([1, 2, 3]);
    expect(imap.commands.filter(line => line.includes('AUTHENTICATE'))).toHaveLength(2);
  });

  test('no more than once: then it ends with the cure for a token', async () => {
    const { tokens, asked } = tokensOf('one', 'two', 'three');
    await start({ tokenMechanisms: ['XOAUTH2'] }, { tokens });
    await expect(follow(true).ended).rejects.toMatchObject({ code: 'TOKEN_NOT_TAKEN', exit: 77 });
    expect(asked()).toBe(1);
  });

  test('too many connections are no reason for another token', async () => {
    const { tokens, asked } = tokensOf('good-token');
    const loginAnswer = 'NO [ALERT] Too many simultaneous connections. (Failure)';
    const users = [{ ...USER, tokens: ['good-token'] }];
    await start({ users, tokenMechanisms: ['XOAUTH2'], script: { loginAnswer } }, { tokens });
    await expect(mailbox.inspect(stop.signal)).rejects.toMatchObject({ code: 'TOO_MANY_CONNECTIONS' });
    expect(asked()).toBe(0);
  });
});

test('what gets ready for look-ups ends with the mailbox, however slow its login is', async () => {
  const mails = Array.from({ length: 120 }, (_, n) => ({ source: bounceNumber(n).report }));
  await start({ folders: [{ path: ALL, specialUse: '\\All', mails }] });
  const how = { once: false, looksUp: true };
  const chunks = mailbox.watch(() => Promise.resolve(undefined), stop.signal, how)[Symbol.asyncIterator]();
  const first = chunks.next();
  await until(() => imap.commands.some(command => command.includes('EXAMINE')));
  imap.script.stall = ['LOGIN', 'AUTHENTICATE'];
  expect((await first).done).toBe(false);
  await until(() => imap.connections() === 2);
  await mailbox.close();
  await until(() => imap.connections() === 0);
});
