/**
 * Schema step 1: everything of version 0.1. Takes nothing, gives SQL. Never edited after a release: a change is a new
 * step. Times are epoch seconds.
 */
export const FIRST = `
-- Who may write. The fence grows with each new holder.
CREATE TABLE lease (
  one        INTEGER PRIMARY KEY CHECK (one = 1),
  holder     TEXT,
  fence      INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
INSERT INTO lease (one, holder, fence, expires_at) VALUES (1, NULL, 0, 0);

CREATE TABLE cursors (
  mailbox      TEXT NOT NULL,
  folder       TEXT NOT NULL,
  uid_validity INTEGER NOT NULL,
  last_uid     INTEGER NOT NULL,
  skipped      INTEGER NOT NULL, -- mails passed without a row of their own, in all
  PRIMARY KEY (mailbox, folder)
) STRICT, WITHOUT ROWID;

CREATE TABLE messages (
  id           INTEGER PRIMARY KEY,
  mailbox      TEXT NOT NULL,
  folder       TEXT NOT NULL,
  uid_validity INTEGER NOT NULL,
  uid          INTEGER NOT NULL,
  kind         TEXT NOT NULL,
  because      TEXT NOT NULL,
  reader       TEXT,
  recorded_at  INTEGER NOT NULL
) STRICT;

-- A message has several names (gmail:X-GM-MSGID, digest:SHA-256); it is known when one of them is.
CREATE TABLE message_names (
  mailbox TEXT NOT NULL,
  name    TEXT NOT NULL,
  message INTEGER NOT NULL REFERENCES messages (id),
  PRIMARY KEY (mailbox, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE verdicts (
  message   INTEGER NOT NULL REFERENCES messages (id),
  ordinal   INTEGER NOT NULL,
  recipient TEXT NOT NULL,
  verdict   TEXT NOT NULL,
  reason    TEXT NOT NULL,
  whole     TEXT NOT NULL, -- the Verdict with its evidence, as JSON
  PRIMARY KEY (message, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  seq          INTEGER PRIMARY KEY,
  id           TEXT NOT NULL UNIQUE,
  message      INTEGER REFERENCES messages (id),
  mailbox      TEXT NOT NULL,
  callback     TEXT NOT NULL,
  address      TEXT NOT NULL,
  address_key  TEXT NOT NULL,
  verdict      TEXT NOT NULL CHECK (verdict IN ('hard', 'soft')),
  ts           INTEGER NOT NULL,
  proof        TEXT,             -- NULL while it is missing
  state        TEXT NOT NULL CHECK (state IN ('held', 'waiting', 'claimed', 'delivered', 'dead', 'duplicate')),
  recorded_at  INTEGER NOT NULL,
  queued_at    INTEGER,          -- when it began to wait for the callback
  -- waiting: due from then on; claimed: the claim runs out; held: next look-up, NULL is never
  next_at      INTEGER,
  attempts     INTEGER NOT NULL DEFAULT 0,
  ambiguous    INTEGER NOT NULL DEFAULT 0, -- how often it may have been counted without our knowing
  last_answer  TEXT,
  settled_at   INTEGER,
  missing      TEXT,
  original_ids TEXT,             -- JSON
  names        TEXT              -- JSON
) STRICT;

-- One bounce mail and one address give at most one event that is posted.
CREATE UNIQUE INDEX one_event_per_address ON events (message, address_key)
  WHERE message IS NOT NULL AND state NOT IN ('held', 'duplicate');
-- The queue of a callback in the order of claims; covers what the courier asks before it claims.
CREATE INDEX queue ON events (callback, seq, next_at, queued_at, state) WHERE state IN ('waiting', 'claimed');
CREATE INDEX held_due ON events (mailbox, next_at, seq) WHERE state = 'held';
CREATE INDEX states ON events (state, callback, ts);
`;
