/**
 * Schema step: what a person asks about later, namely which mails speak of an address or of a Message-ID, and each
 * request that an event was in. Takes nothing, gives SQL. Never edited after a release.
 */
export const ROAD = `
-- What a mail speaks of: its own Message-ID, those of the mails that bounced, the addresses that failed.
CREATE TABLE mentions (
  kind    TEXT NOT NULL CHECK (kind IN ('own', 'original', 'address')),
  word    TEXT NOT NULL, -- a Message-ID without brackets, or an address in the form that compares
  message INTEGER NOT NULL REFERENCES messages (id),
  PRIMARY KEY (word, kind, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX mentions_of_message ON mentions (message);
INSERT OR IGNORE INTO mentions (kind, word, message) SELECT 'address', lower(recipient), message FROM verdicts;

-- The requests that an event was in. Those in a row with the same answer are one row; of many, the last ones stay.
CREATE TABLE posts (
  event    INTEGER NOT NULL, -- events.seq
  ordinal  INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  last_at  INTEGER NOT NULL,
  times    INTEGER NOT NULL,
  outcome  TEXT NOT NULL CHECK (outcome IN ('delivered', 'failed', 'unclear', 'refused')),
  answer   TEXT NOT NULL,
  PRIMARY KEY (event, ordinal)
) STRICT, WITHOUT ROWID;
`;
