/**
 * What is recorded, page by page, also of an outbox that an older version keeps; nothing of it can be changed by that.
 */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../../../src/outbox/database.ts';
import type { Decided, History } from '../../../src/outbox/outbox.ts';
import { migrate } from '../../../src/outbox/schema/steps.ts';
import { openHistory, openPresentStore, openSqliteStore } from '../../../src/outbox/sqlite.ts';
import { shortened } from '../../../src/verdict/words.ts';
import { chunkOf, NOW, outcomeOf, TTL, verdictOf } from '../../contract/store-values.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bounced-history-'));
  path = join(folder, 'bounced.db');
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function pages(limit: number): Promise<Decided[][]> {
  const history: History = await openHistory(path);
  const all: Decided[][] = [];
  for (let page = await history.decided(undefined, limit); page.length > 0;) {
    all.push([...page]);
    page = await history.decided(page.at(-1)?.at, limit);
  }
  await history.close();
  return all;
}

test('every verdict once, whatever the page; with its place and the version that read it', async () => {
  const store = await openSqliteStore(path);
  const lease = await store.lease('daemon', NOW, TTL);
  const several = ['a@example.com', 'b@example.com', 'c@example.com'].map(address => verdictOf(address));
  const outcomes = [outcomeOf(1, { verdicts: several }), outcomeOf(2, { verdicts: [] }), outcomeOf(3)];
  await store.record(lease, { ...chunkOf(3, { outcomes }), readBy: '0.3.0' }, NOW);
  await store.close();
  const found = await pages(2);
  expect(found.map(page => page.map(({ uid, verdict }) => `${uid} ${verdict.recipient}`))).toEqual([
    ['1 a@example.com', '1 b@example.com'],
    ['1 c@example.com', '3 customer3@example.com'],
  ]);
  expect(found[0]?.[0]).toMatchObject({ recordedAtSeconds: NOW, readBy: '0.3.0', verdict: several[0] });
});

test('a verdict that came as bytes is kept as the text it is, whatever its letters', async () => {
  const store = await openSqliteStore(path);
  const lease = await store.lease('daemon', NOW, TTL);
  const verdict = { ...verdictOf('jürgen@example.com'), diagnostic: '550 Überfüllt — 用户不存在 \u0000 🚫' };
  await store.record(lease, chunkOf(1, { outcomes: [outcomeOf(1, { verdicts: [shortened(verdict)] })] }), NOW);
  await store.close();
  expect((await pages(9)).flat()).toMatchObject([{ uid: 1, verdict }]);
});

test('an older outbox is read as it is, byte for byte; other commands wait for the daemon', async () => {
  const old = new Database(path);
  migrate(old, 3);
  old.exec(`INSERT INTO messages (id, mailbox, folder, uid_validity, uid, kind, because, recorded_at)
      VALUES (7, 'campaigns', 'All Mail', 1, 70, 'failure', 'hard', 5);
    INSERT INTO verdicts (message, ordinal, recipient, verdict, reason, whole)
      VALUES (7, 0, 'jane@example.com', 'hard', 'userUnknown', '${JSON.stringify(verdictOf('jane@example.com'))}')`);
  old.close();
  const before = await readFile(path);
  const [only] = (await pages(9)).flat();
  expect(only).toMatchObject({ mailbox: 'campaigns', folder: 'All Mail', uid: 70, recordedAtSeconds: 5 });
  expect(only?.readBy).toBeUndefined();
  expect(await readFile(path)).toEqual(before);
  await expect(openPresentStore(path)).rejects.toMatchObject({ code: 'STORE_OLDER' });
});
