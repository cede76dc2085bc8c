/**
 * What is asked for while a chunk is being fetched: the server is never without something to do, and nothing is asked
 * for twice.
 */
import { afterEach, expect, test } from '@jest/globals';
import { readBacklog } from '../../../src/mailbox/backlog.ts';
import { openBreather } from '../../../src/mailbox/breather.ts';
import { ChunkSize } from '../../../src/mailbox/chunk-size.ts';
import { Connection } from '../../../src/mailbox/connection.ts';
import { Pipelining } from '../../../src/mailbox/pipelining.ts';
import { openPortions } from '../../../src/mailbox/portion.ts';
import { openWithheld } from '../../../src/mailbox/withheld.ts';
import { CANDIDATE_FIELDS, isCandidate, wantedParts } from '../../../src/report/report.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { Secret } from '../../../src/shared/secret.ts';
import { silentLog } from '../../../src/shared/silent-log.ts';
import { startImapServer } from '../../servers/imap-server.ts';
import type { ImapServer } from '../../servers/imap-server.ts';
import { bounceNumber } from '../../servers/synthetic.ts';
import { TEST_CA } from '../../servers/tls.ts';

const USER = { user: 'news@shop.example', password: 'right-password' };
const TOOLS = { log: silentLog, clock: systemClock, random: () => 0 };
const INTEREST = { fields: CANDIDATE_FIELDS, isCandidate, wantedParts };
const ORDINARY = Buffer.from('From: ada@example.org\r\nSubject: Lunch?\r\n\r\nAt one.\r\n');
const { signal } = new AbortController();

let imap: ImapServer;
let expected: { candidates: number; shapesAsked: number }[];

afterEach(async () => {
  await imap.stop();
});

/** A busy machine answers late, which looks like a long line, over which chunks grow. */
class OnShortLine extends ChunkSize {
  override begin(): number {
    return super.begin(0);
  }
}

async function connect(sources: readonly Buffer[]): Promise<Connection> {
  const mails = sources.map(source => ({ source }));
  imap = await startImapServer({ users: [USER], tls: true, folders: [{ path: 'INBOX', mails }] });
  const place = { name: 'campaigns', host: 'localhost', port: imap.port, tls: 'implicit', ca: TEST_CA } as const;
  const login = { user: USER.user, password: new Secret(USER.password) };
  const connection = await Connection.open({ ...place, ...login, pollMs: 50, backfillDays: 7 }, TOOLS, signal);
  await connection.examine('INBOX', signal);
  return connection;
}

function backlogOf(connection: Connection, mails: number): ReturnType<typeof readBacklog> {
  const uids = Array.from({ length: mails }, (_, n) => n + 1);
  const cursor = { mailbox: 'campaigns', folder: 'INBOX', uidValidity: 1, lastUid: 0 };
  const portions = openPortions();
  expected = [];
  const tools = {
    ...{ interest: INTEREST, portions, chunkSize: new OnShortLine(), pipelining: new Pipelining() },
    breather: openBreather(TOOLS, INTEREST, portions, 50),
    withheld: openWithheld('localhost', silentLog),
    expects: (candidates: number) => expected.push({ candidates, shapesAsked: shapes().length }),
  };
  return readBacklog({ connection, uids, cursor, handedOn: new Set(), waits: false }, tools, signal);
}

/** UIDs of each FETCH that asks for this, in their order. */
function asked(what: RegExp): string[] {
  return imap.commands.flatMap(line => (what.test(line) ? [/ UID FETCH (\S+) /.exec(line)?.[1] ?? ''] : []));
}
async function until(reached: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1_000 && !reached(); tries += 1) await systemClock.sleep(5, signal);
}
const firstLooks = (): string[] => asked(/HEADER\.FIELDS/);
const shapes = (): string[] => asked(/BODYSTRUCTURE/);

test('while the parts of a chunk come, the shapes of the next one are asked for, and the header fields behind it', async () => {
  const connection = await connect(Array.from({ length: 2_000 }, (_, n) => bounceNumber(n).report));
  const chunks = backlogOf(connection, 2_000);
  await chunks.next();
  // Nobody asks for the next chunk meanwhile.
  await until(() => shapes().length === 2 && firstLooks().length === 3);
  expect(firstLooks()).toEqual(['1:500', '501:1000', '1001:1500']);
  expect(shapes()).toEqual(['1:500', '501:1000']);
  await chunks.next();
  await until(() => shapes().length === 3 && firstLooks().length === 4);
  expect(firstLooks().slice(3)).toEqual(['1501:2000']);
  expect(shapes().slice(2)).toEqual(['1001:1500']);
  await chunks.return(undefined);
  await connection.close();
});

test('a chunk that was too much for one is begun anew behind what has fitted, and each mail comes once', async () => {
  const pad = `X-Pad: ${'x'.repeat(60)}\r\n`.repeat(800);
  const sources = Array.from({ length: 1_300 }, (_, n) =>
    n % 2 === 0 ? Buffer.concat([Buffer.from(pad), bounceNumber(n).report]) : bounceNumber(n).report,
  );
  const connection = await connect(sources);
  const uids: number[] = [];
  for await (const { messages } of backlogOf(connection, 1_300)) uids.push(...messages.map(({ uid }) => uid));
  expect(uids).toEqual(Array.from({ length: 1_300 }, (_, n) => n + 1));
  expect(firstLooks().length).toBeGreaterThan(4);
  await connection.close();
});

test('how many candidates a backlog has is guessed from its first mails, and told before their content comes', async () => {
  const sources = Array.from({ length: 1_500 }, (_, n) => (n % 4 === 0 ? bounceNumber(n).report : ORDINARY));
  const connection = await connect(sources);
  for await (const { messages } of backlogOf(connection, 1_500)) expect(messages.length).toBe(500);
  expect(expected).toEqual([{ candidates: 375, shapesAsked: 0 }]);
  await connection.close();
});
