/**
 * What is fetched of mails that are too large, have too much header or too many parts: no more than the limits, and
 * the mails around them all the same.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openMailbox } from '../../../src/mailbox/mailbox.ts';
import type { Chunk, RawMessage } from '../../../src/mailbox/mailbox.ts';
import { CANDIDATE_FIELDS, isCandidate, wantedParts } from '../../../src/report/report.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { headerValue, parseHeaderFields } from '../../../src/shared/header-fields.ts';
import { LIMITS } from '../../../src/shared/limits.ts';
import { Secret } from '../../../src/shared/secret.ts';
import { silentLog } from '../../../src/shared/silent-log.ts';
import { startImapServer } from '../../servers/imap-server.ts';
import type { ImapServer } from '../../servers/imap-server.ts';
import { bounceNumber } from '../../servers/synthetic.ts';
import { TEST_CA } from '../../servers/tls.ts';

const USER = { user: 'news@shop.example', password: 'right-password' };
const FROM = 'From: MAILER-DAEMON@mx.example\r\n';
const REPORT = `${FROM}Content-Type: multipart/report; boundary=b\r\n\r\n`;
const MANY = { parts: 500, tooMany: 30_000 };

/** What each of the large mails is, by subject. */
const LARGE: Record<string, string> = {
  'a subject of 20 MiB': `Subject: a subject of 20 MiB${' x'.repeat(10 * 1024 * 1024)}\r\n${FROM}\r\nHi`,
  'a header of 1 MiB': `Subject: a header of 1 MiB\r\n${FROM}${`X: ${'y'.repeat(996)}\r\n`.repeat(1024)}\r\nHi`,
  'machine parts': `Subject: machine parts\r\n${REPORT}${`--b\r\nContent-Type: message/delivery-status\r\n\r\n${'A: b\r\n'.repeat(50_000)}\r\n`.repeat(30)}--b--`,
  'many parts': `Subject: many parts\r\n${REPORT}${'--b\r\n\r\nhi\r\n'.repeat(MANY.parts)}--b--`,
  'too many parts': `Subject: too many parts\r\n${REPORT}${'--b\r\n\r\nhi\r\n'.repeat(MANY.tooMany)}--b--`,
  'no text': `Subject: no text\r\n${FROM}Content-Type: application/x\r\n\r\n${'x'.repeat(9 * 1024 * 1024)}`,
};

let imap: ImapServer;
const chunks: Chunk[] = [];
let mails: RawMessage[] = [];

beforeAll(async () => {
  const sources = Object.values(LARGE).map(text => Buffer.from(text));
  const around = (n: number): Buffer => bounceNumber(n).report;
  imap = await startImapServer({
    users: [USER],
    tls: true,
    folders: [
      { path: 'INBOX', mails: [...sources, ...sources].flatMap((source, n) => [{ source: around(n) }, { source }]) },
    ],
  });
  const mailbox = openMailbox(
    {
      ...{ name: 'large', host: 'localhost', port: imap.port, tls: 'implicit', ca: TEST_CA },
      ...{ user: USER.user, password: new Secret(USER.password), backfillDays: 36_500, pollMs: 60_000 },
    },
    { fields: CANDIDATE_FIELDS, isCandidate, wantedParts },
    { log: silentLog, clock: systemClock, random: () => 0 },
  );
  const watched = mailbox.watch(() => Promise.resolve(chunks.at(-1)?.cursor), AbortSignal.timeout(100_000), {
    once: true,
  });
  for await (const chunk of watched) chunks.push(chunk);
  // Behind a failure the mails just below the cursor are looked at again.
  mails = [...new Map(chunks.flatMap(chunk => chunk.messages).map(mail => [mail.uid, mail])).values()];
  await mailbox.close();
}, 120_000);

afterAll(async () => imap.stop());

const subjectOf = ({ header }: RawMessage): string | undefined => headerValue(parseHeaderFields(header), 'subject');

const bytesOf = ({ parts = [], source, header }: RawMessage): number =>
  [...parts.map(part => part.bytes.length), source?.length ?? 0].reduce((sum, bytes) => sum + bytes, 0) + header.length;

test('every mail is looked at, the small ones whole', () => {
  expect(mails).toHaveLength(Object.keys(LARGE).length * 4);
  const small = mails.filter(mail => subjectOf(mail)?.startsWith('Undelivered') === true);
  expect(small).toHaveLength(Object.keys(LARGE).length * 2);
  expect(small.every(({ candidate, parts = [] }) => candidate && parts.length === 3)).toBe(true);
});

test('of a large one no more than the limits is held, and of a chunk no more than its bytes', () => {
  for (const mail of mails) {
    expect(bytesOf(mail)).toBeLessThanOrEqual(LIMITS.sourceBytes + LIMITS.headerBytes);
    expect(mail.parts?.length ?? 0).toBeLessThanOrEqual(LIMITS.parts);
  }
  expect(chunks.length).toBeGreaterThan(1);
  for (const chunk of chunks) {
    const held = chunk.messages.reduce((sum, mail) => sum + bytesOf(mail), 0);
    expect(held).toBeLessThanOrEqual(LIMITS.chunkBytes);
  }
});

test('of a mail of tens of thousands of parts the first ones are known, and read', () => {
  const bombs = mails.filter(mail => subjectOf(mail) === 'too many parts');
  // The multipart itself is one of them.
  const known = bombs.map(({ structure, parts = [] }) => [structure?.children.length, parts.length > 0]);
  expect(known).toEqual([
    [LIMITS.parts - 1, true],
    [LIMITS.parts - 1, true],
  ]);
});

test('a mail of an unknown type is fetched as a whole, and marked where it is cut', () => {
  const cut = mails.filter(({ source }) => (source?.length ?? 0) > 1024 * 1024);
  expect(cut.map(({ source, truncated }) => [source?.length, truncated])).toEqual([
    [LIMITS.sourceBytes, true],
    [LIMITS.sourceBytes, true],
  ]);
});
