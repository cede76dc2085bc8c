/**
 * Schema step: verdicts where rows as wide as theirs need no page of their own. Takes nothing, gives SQL. Never edited
 * after a release.
 */
export const WIDE_VERDICTS = `
-- A verdict with its evidence has 1,700 bytes on average. WITHOUT ROWID keeps a quarter of a page of a row among others
-- (sqlite.org/fileformat2.html 1.6); what is longer gets a page of its own, which stayed half empty.
CREATE TABLE verdicts_2 (
  message   INTEGER NOT NULL REFERENCES messages (id),
  ordinal   INTEGER NOT NULL,
  recipient TEXT NOT NULL,
  verdict   TEXT NOT NULL,
  reason    TEXT NOT NULL,
  whole     TEXT NOT NULL, -- the Verdict with its evidence, as JSON
  PRIMARY KEY (message, ordinal)
) STRICT;
INSERT INTO verdicts_2 SELECT message, ordinal, recipient, verdict, reason, whole FROM verdicts
  ORDER BY message, ordinal;
DROP TABLE verdicts;
ALTER TABLE verdicts_2 RENAME TO verdicts;
`;
