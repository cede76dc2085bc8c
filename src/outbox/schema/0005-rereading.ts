/**
 * Schema step: which mails no reader understood, and by which version each was read, so that a later one reads them
 * again. Takes nothing, gives SQL. Never edited after a release.
 */
export const REREADING = `
ALTER TABLE messages ADD COLUMN version TEXT;     -- of the program that read it last; NULL: before this step
ALTER TABLE messages ADD COLUMN looked_at INTEGER; -- when it did
-- A sign of a report that no reader understood, or a mail that could not be had.
ALTER TABLE messages ADD COLUMN puzzling INTEGER NOT NULL DEFAULT 0;
UPDATE messages SET puzzling = 1
  WHERE kind = 'unreadable' OR (kind IN ('ordinary', 'autoReply') AND because LIKE '%no reader knows it as a report');
CREATE INDEX puzzles ON messages (mailbox, uid) WHERE puzzling = 1;
`;
