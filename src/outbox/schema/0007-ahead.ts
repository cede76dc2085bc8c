/**
 * Schema step: which claims were made ahead, while another request was under way, and what was noted of the batches
 * before them. Takes nothing, gives SQL. Never edited after a release.
 */
export const AHEAD = `
-- One row a batch, gone as soon as it may be on its way: events of a row were certainly not posted under this claim.
CREATE TABLE ahead (
  id    INTEGER PRIMARY KEY AUTOINCREMENT,
  until INTEGER NOT NULL, -- events.next_at of this claim
  seqs  TEXT NOT NULL     -- JSON
) STRICT;
-- Batches that were taken, noted before the next request begins; their events become delivered while it is under way.
CREATE TABLE noted (
  id     INTEGER PRIMARY KEY,
  at     INTEGER NOT NULL,
  answer TEXT NOT NULL,
  ids    TEXT NOT NULL -- events.id, JSON
) STRICT;
`;
