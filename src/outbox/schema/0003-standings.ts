/**
 * Schema step 3: what a running daemon alone knows, for `bounced status`. Takes nothing, gives SQL. Never edited after
 * a release.
 */
export const STANDINGS = `
-- 'daemon', or 'mailbox ' and its name; overwritten, and wrong at no cost.
CREATE TABLE standings (
  subject TEXT PRIMARY KEY,
  whole   TEXT NOT NULL, -- JSON
  kept_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- The verdicts of the last day.
CREATE INDEX messages_recorded ON messages (recorded_at);
`;
