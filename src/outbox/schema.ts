/**
 * The database's shape in numbered steps. Takes an open database, brings it to the newest step; never goes back.
 */
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { EXIT, Fault } from '../shared/fault.ts';

/** Step n brings a database from user_version n-1 to n. A step that has been released is never edited. */
const STEPS: readonly string[] = [
  `
  CREATE TABLE fence (id INTEGER PRIMARY KEY CHECK (id = 1), value INTEGER NOT NULL, holder TEXT);
  INSERT INTO fence VALUES (1, 0, NULL);

  CREATE TABLE cursor (
    mailbox TEXT NOT NULL, folder TEXT NOT NULL,
    uid_validity INTEGER NOT NULL, last_uid INTEGER NOT NULL,
    PRIMARY KEY (mailbox, folder)
  ) STRICT;

  -- Every message looked at, once: known again by Gmail's id or by the digest of its header.
  CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    mailbox TEXT NOT NULL, folder TEXT NOT NULL, uid_validity INTEGER NOT NULL, uid INTEGER NOT NULL,
    gmail_id TEXT, digest TEXT NOT NULL,
    kind TEXT NOT NULL, because TEXT NOT NULL, reader TEXT, verdicts TEXT,
    recorded_at INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX message_digest ON message (mailbox, digest);
  CREATE UNIQUE INDEX message_gmail_id ON message (mailbox, gmail_id) WHERE gmail_id IS NOT NULL;

  -- state: held (waits for proof), waiting, claimed, delivered, dead.
  CREATE TABLE event (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    mailbox TEXT NOT NULL, callback TEXT NOT NULL,
    address TEXT NOT NULL, verdict TEXT NOT NULL, ts INTEGER NOT NULL, proof TEXT,
    state TEXT NOT NULL CHECK (state IN ('held', 'waiting', 'claimed', 'delivered', 'dead')),
    due_at INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    ambiguous INTEGER NOT NULL DEFAULT 0,
    because TEXT,
    missing TEXT, original_ids TEXT, names TEXT,
    created_at INTEGER NOT NULL, settled_at INTEGER
  ) STRICT;
  CREATE INDEX event_due ON event (callback, state, due_at);
  CREATE INDEX event_held ON event (mailbox, due_at) WHERE state = 'held';

  CREATE TABLE skipped (mailbox TEXT PRIMARY KEY, mails INTEGER NOT NULL) STRICT;
  `,
];

/** Brings the database to the newest step, each step one transaction. Refuses one that is newer than this program. */
export function migrate(database: DatabaseSyncInstance, path: string): void {
  const row = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (row.user_version > STEPS.length) {
    throw new Fault(
      `${path} was written by a newer bounced (schema ${row.user_version}, known up to ${STEPS.length})`,
      {
        code: 'SCHEMA_NEWER',
        retry: 'never',
        exit: EXIT.config,
        hint: 'install the newer version again, or name another state_dir',
      },
    );
  }
  for (let step = row.user_version; step < STEPS.length; step += 1) {
    database.exec(`BEGIN IMMEDIATE; ${STEPS[step] ?? ''}; PRAGMA user_version = ${step + 1}; COMMIT`);
  }
}
