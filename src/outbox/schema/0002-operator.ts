/**
 * Schema step 2: what an operator does, the breaker, and what is remembered of mails after their rows are gone. Takes
 * nothing, gives SQL. Never edited after a release.
 */
export const OPERATOR = `
-- Two more states, when the mail arrived, and when an operator asked for a new try. AUTOINCREMENT: no seq comes twice,
-- also after the newest row is gone.
CREATE TABLE events_2 (
  seq          INTEGER PRIMARY KEY AUTOINCREMENT,
  id           TEXT NOT NULL UNIQUE,
  message      INTEGER REFERENCES messages (id),
  mailbox      TEXT NOT NULL,
  callback     TEXT NOT NULL,
  address      TEXT NOT NULL,
  address_key  TEXT NOT NULL,
  verdict      TEXT NOT NULL CHECK (verdict IN ('hard', 'soft')),
  ts           INTEGER NOT NULL,
  proof        TEXT,             -- NULL while it is missing
  state        TEXT NOT NULL CHECK (state IN
               ('held', 'waiting', 'stopped', 'claimed', 'delivered', 'dead', 'dropped', 'duplicate')),
  recorded_at  INTEGER NOT NULL,
  arrived_at   INTEGER NOT NULL, -- its mail, by the mailbox's own clock
  queued_at    INTEGER,          -- when it began to wait for the callback
  -- waiting: due from then on; claimed: the claim runs out; held: next look-up, NULL is never
  next_at      INTEGER,
  asked_at     INTEGER,          -- when an operator last asked for another try
  attempts     INTEGER NOT NULL DEFAULT 0,
  ambiguous    INTEGER NOT NULL DEFAULT 0, -- how often it may have been counted without our knowing
  last_answer  TEXT,
  settled_at   INTEGER,
  missing      TEXT,
  original_ids TEXT,             -- JSON
  names        TEXT              -- JSON
) STRICT;
INSERT INTO events_2 (seq, id, message, mailbox, callback, address, address_key, verdict, ts, proof, state,
    recorded_at, arrived_at, queued_at, next_at, attempts, ambiguous, last_answer, settled_at, missing, original_ids,
    names)
  SELECT seq, id, message, mailbox, callback, address, address_key, verdict, ts, proof, state,
    recorded_at, recorded_at, queued_at, next_at, attempts, ambiguous, last_answer, settled_at, missing, original_ids,
    names FROM events ORDER BY seq;
DROP TABLE events;
ALTER TABLE events_2 RENAME TO events;

-- One bounce mail and one address give at most one event that is posted.
CREATE UNIQUE INDEX one_event_per_address ON events (message, address_key)
  WHERE message IS NOT NULL AND state NOT IN ('held', 'duplicate');
-- The queue of a callback in the order of claims; covers what the courier asks before it claims.
CREATE INDEX queue ON events (callback, seq, next_at, queued_at, state, asked_at)
  WHERE state IN ('waiting', 'claimed');
CREATE INDEX held_due ON events (mailbox, next_at, seq) WHERE state = 'held';
CREATE INDEX states ON events (state, callback, ts);
CREATE INDEX addresses ON events (address_key);
CREATE INDEX hard_arrivals ON events (mailbox, arrived_at, seq)
  WHERE verdict = 'hard' AND state NOT IN ('held', 'duplicate', 'dropped');
CREATE INDEX settled ON events (settled_at) WHERE state IN ('delivered', 'dropped', 'duplicate');
CREATE INDEX events_of_message ON events (message);
CREATE INDEX names_of_message ON message_names (message);

CREATE TABLE breakers (
  mailbox       TEXT PRIMARY KEY,
  open_since    INTEGER,          -- NULL: closed
  counted_after INTEGER NOT NULL  -- events up to this seq count no more: the operator has seen them
) STRICT, WITHOUT ROWID;

-- Who did what, when and why; kept for good. No address: that goes with the event.
CREATE TABLE acts (
  seq     INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  who     TEXT NOT NULL,
  act     TEXT NOT NULL,
  subject TEXT NOT NULL, -- event:ID or breaker:MAILBOX
  because TEXT
) STRICT;
CREATE INDEX acts_on ON acts (subject);

-- Names of messages that gave events, and ids of events, after their rows are gone: the first 16 bytes of a SHA-256.
CREATE TABLE remembered (
  hash BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;
`;
