/**
 * Schema step: when each mailbox last sent a canary, and when a self-test of it last came back. Takes nothing, gives
 * SQL. Never edited after a release.
 */
export const CANARIES = `
CREATE TABLE canaries (
  mailbox   TEXT PRIMARY KEY,
  every     INTEGER,  -- seconds between two, by the configuration; NULL: none are sent
  tried_at  INTEGER,  -- the last try to send one
  sent_at   INTEGER,  -- the last that may have been sent
  proven_at INTEGER,  -- when the last bounce of a self-test arrived, by the mailbox's own clock
  fault     TEXT      -- JSON: why the last try failed; NULL: it did not
) STRICT, WITHOUT ROWID;
`;
