/**
 * The same mail read as a whole file and through the parts fetched over IMAP: the same reading, the same verdicts.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readBounce } from '../src/index.ts';
import { openMailbox } from '../src/mailbox/mailbox.ts';
import type { RawMessage } from '../src/mailbox/mailbox.ts';
import { CANDIDATE_FIELDS, isCandidate, isReport, wantedParts } from '../src/report/report.ts';
import { readMails } from '../src/read-mail.ts';
import { systemClock } from '../src/runtime/clock.ts';
import { silentLog } from '../src/shared/silent-log.ts';
import { Secret } from '../src/shared/secret.ts';
import { DEFAULT_POLICY, wholeVerdict } from '../src/verdict/verdict.ts';
import { loadFixtures } from './fixtures/load.ts';
import type { Fixture } from './fixtures/load.ts';
import { startImapServer } from './servers/imap-server.ts';
import type { ImapServer } from './servers/imap-server.ts';
import { TEST_CA } from './servers/tls.ts';

const NOW = 4_000_000_000; // later than every date in the fixtures
const RECEIVER = { user: 'news@shop.example', authservId: 'mx.google.com' };
const INTERNAL_DATE = new Date('2026-11-20T12:00:00Z');

let imap: ImapServer;
let fixtures: readonly Fixture[];
const fetched = new Map<number, RawMessage>();

beforeAll(async () => {
  fixtures = await loadFixtures();
  imap = await startImapServer({
    users: [{ user: 'news@shop.example', password: 'secret-password' }],
    tls: true,
    folders: [{ path: 'INBOX', mails: fixtures.map(({ source }) => ({ source, internalDate: INTERNAL_DATE })) }],
  });
  const mailbox = openMailbox(
    {
      name: 'parity',
      host: 'localhost',
      port: imap.port,
      tls: 'implicit',
      ca: TEST_CA,
      user: 'news@shop.example',
      password: new Secret('secret-password'),
      backfillDays: 36_500,
      pollMs: 60_000,
    },
    { fields: CANDIDATE_FIELDS, isCandidate, wantedParts },
    { log: silentLog, clock: systemClock, random: Math.random },
  );
  const chunks = mailbox.watch(() => Promise.resolve(undefined), AbortSignal.timeout(15_000), { once: true });
  for await (const chunk of chunks) for (const raw of chunk.messages) fetched.set(raw.uid, raw);
  await mailbox.close();
});

afterAll(async () => imap.stop());

test('every fixture gives the same kind, recipients, verdicts and reasons both ways', async () => {
  expect(fetched.size).toBe(fixtures.length);
  const differing: object[] = [];
  for (const [index, { name, source }] of fixtures.entries()) {
    const raw = fetched.get(index + 1);
    if (raw === undefined) throw new Error(`${name} was not fetched`);
    const whole = await readBounce(source, { nowSeconds: NOW });
    // What Gmail's results say of it, the daemon weighs later, with the proof.
    if (whole.because?.startsWith('forged: ') === true) continue;
    const [mail] = await readMails([raw], DEFAULT_POLICY, NOW, RECEIVER);
    if (mail === undefined) throw new Error(`${name} was not read`);
    const { reading } = mail;
    const verdicts = mail.verdicts.map(wholeVerdict);
    const dated = reading.kind === 'failure' && verdicts.every(one => one.bouncedAtSeconds < NOW);
    const inParts = { kind: reading.kind, reader: isReport(reading) ? reading.reader : undefined, verdicts };
    // A mail that its header rules out is not fetched, so which other kind it is of, nobody asks.
    const kind = raw.candidate || whole.verdicts.length > 0 ? whole.kind : 'ordinary';
    const asFile = { kind, reader: whole.reader, verdicts: whole.verdicts };
    // A mail without any date of its own takes INTERNALDATE, which a file does not have.
    const comparable = (one: typeof asFile): string =>
      JSON.stringify(dated ? one : { ...one, verdicts: one.verdicts.map(({ bouncedAtSeconds: _, ...rest }) => rest) });
    if (comparable(inParts) !== comparable(asFile)) differing.push({ name, inParts, asFile });
  }
  expect(differing).toEqual([]);
});

test('little is fetched: never the returned body, never an image', () => {
  const fetches = imap.commands.filter(command => / FETCH /i.test(command)).join('\n');
  expect(fetches).toMatch(/BODY\.PEEK/i);
  expect(imap.violations).toEqual([]);
  const bytes = [...fetched.values()].reduce(
    (sum, raw) => sum + (raw.parts ?? []).reduce((n, part) => n + part.bytes.length, 0),
    0,
  );
  const total = fixtures.reduce((sum, { source }) => sum + source.length, 0);
  expect(bytes).toBeLessThan(total);
});
