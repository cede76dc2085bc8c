/**
 * An outbox from before mails were known by the addresses they speak of.
 */
import { expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Database } from '../../../src/outbox/database.ts';
import { migrate } from '../../../src/outbox/schema/steps.ts';
import { openSqliteStore } from '../../../src/outbox/sqlite.ts';
import { verdictOf } from '../../contract/store-values.ts';

test('what was recorded before is found by the address that failed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bounced-before-'));
  const path = join(folder, 'bounced.db');
  const old = new Database(path);
  migrate(old, 3);
  old.exec(`INSERT INTO messages (id, mailbox, folder, uid_validity, uid, kind, because, recorded_at)
      VALUES (7, 'campaigns', 'All Mail', 1, 70, 'failure', 'hard', 5);
    INSERT INTO verdicts (message, ordinal, recipient, verdict, reason, whole)
      VALUES (7, 0, 'Jane@Example.com', 'hard', 'userUnknown', '${JSON.stringify(verdictOf('Jane@Example.com'))}')`);
  old.close();
  const store = await openSqliteStore(path);
  expect(await store.trace({ address: 'jane@example.com' }, 9)).toMatchObject([{ mail: { uid: 70 }, events: [] }]);
  await store.close();
  await rm(folder, { recursive: true });
});
