/**
 * The SQL of the SQLite store, by what it does. Text only; sqlite.ts binds and runs it.
 */

export const SQL = {
  fence: 'SELECT value, holder FROM fence',
  setFence: 'UPDATE fence SET value = ?, holder = ?',
  cursor: 'SELECT * FROM cursor WHERE mailbox = ? AND folder = ?',
  setCursor: `INSERT INTO cursor (mailbox, folder, uid_validity, last_uid) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET uid_validity = excluded.uid_validity, last_uid = excluded.last_uid`,
  // ON CONFLICT DO NOTHING, not OR IGNORE: that would swallow a broken row as well as a known one.
  addMessage: `INSERT INTO message
    (mailbox, folder, uid_validity, uid, gmail_id, digest, kind, because, reader, verdicts, recorded_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  addEvent: `INSERT INTO event
    (id, mailbox, callback, address, verdict, ts, proof, state, due_at, created_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting', ?, ?) ON CONFLICT DO NOTHING`,
  addHeld: `INSERT INTO event
    (id, mailbox, callback, address, verdict, ts, missing, original_ids, names, state, due_at, created_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'held', ?, ?) ON CONFLICT DO NOTHING`,
  addSkipped: `INSERT INTO skipped (mailbox, mails) VALUES (?, ?)
    ON CONFLICT DO UPDATE SET mails = mails + excluded.mails`,
  // A claim whose time is over belongs to nobody: its holder died between request and settlement.
  due: `SELECT * FROM event WHERE callback = ?
    AND ((state = 'waiting' AND due_at <= ?) OR (state = 'claimed' AND due_at <= ?)) ORDER BY seq LIMIT ?`,
  claim: `UPDATE event SET state = 'claimed', due_at = ? WHERE id = ?`,
  unclaim: `UPDATE event SET state = 'waiting', due_at = ?, ambiguous = ambiguous + 1 WHERE state = 'claimed'`,
  delivered: `UPDATE event SET state = 'delivered', due_at = NULL, settled_at = ? WHERE id = ? AND state = 'claimed'`,
  buried: `UPDATE event SET state = 'dead', due_at = NULL, because = ?, settled_at = ? WHERE id = ? AND state = 'claimed'`,
  retry: `UPDATE event SET state = 'waiting', due_at = ?, attempts = attempts + ?, ambiguous = ambiguous + ?, because = ?
    WHERE id = ? AND state = 'claimed'`,
  heldDue: `SELECT * FROM event WHERE state = 'held' AND mailbox = ? AND due_at <= ? ORDER BY due_at, seq LIMIT ?`,
  proven: `UPDATE event SET state = 'waiting', address = ?, verdict = ?, proof = ?, missing = NULL, due_at = ?
    WHERE id = ? AND state = 'held'`,
  stillHeld: `UPDATE event SET missing = ?, due_at = ? WHERE id = ? AND state = 'held'`,
  backlog: `SELECT
      sum(state = 'waiting') AS waiting, sum(state = 'claimed') AS claimed, sum(state = 'held') AS held,
      sum(state = 'delivered') AS delivered, sum(state = 'dead') AS dead,
      min(CASE WHEN state = 'waiting' THEN ts END) AS oldest,
      min(CASE WHEN state IN ('waiting', 'claimed') THEN due_at END) AS due
    FROM event WHERE ? IS NULL OR callback = ?`,
} as const;
