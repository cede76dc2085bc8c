/**
 * The requests that an event was in, each with its answer. Takes a database (inside a transaction where it writes),
 * gives them in their order. Keeps few rows an event, however long the callback is down.
 */
import type { Database } from './database.ts';
import type { PastPost } from './operator.ts';

/** Rows of one event; those in a row with the same answer are one. */
const KEPT_ROWS = 20;
const CRASHED = 'the program ended while it was being posted';

const REPEAT = `UPDATE posts SET last_at = ?2, times = times + 1 WHERE event = ?1 AND outcome = ?3 AND answer = ?4
  AND ordinal = (SELECT max(ordinal) FROM posts WHERE event = ?1)`;
const ADD = `INSERT INTO posts (event, ordinal, first_at, last_at, times, outcome, answer)
  VALUES (?1, coalesce((SELECT max(ordinal) FROM posts WHERE event = ?1), 0) + 1, ?2, ?2, 1, ?3, ?4)`;
const DROP_OLDEST = `DELETE FROM posts WHERE event = ?1
  AND ordinal <= (SELECT max(ordinal) FROM posts WHERE event = ?1) - ${KEPT_ROWS}`;
// An event is delivered once: its last request can have no such row before it.
const ADD_DELIVERED = `INSERT INTO posts (event, ordinal, first_at, last_at, times, outcome, answer)
  SELECT seq, coalesce((SELECT max(ordinal) FROM posts WHERE event = seq), 0) + 1, ?2, ?2, 1, 'delivered', ?3
  FROM events INDEXED BY states WHERE state = 'claimed' AND id IN (SELECT value FROM json_each(?1))`;
// Whoever was in a request before has an answer, or is in doubt; most have not.
const DROP_OLDEST_OF_ALL = `DELETE FROM posts WHERE event IN (SELECT seq FROM events INDEXED BY states
    WHERE state = 'claimed' AND (last_answer IS NOT NULL OR ambiguous > 0)
      AND id IN (SELECT value FROM json_each(?1)))
  AND ordinal <= (SELECT max(ordinal) FROM posts AS whole WHERE whole.event = posts.event) - ${KEPT_ROWS}`;
const CLAIMED = "SELECT seq FROM events WHERE state = 'claimed'";
const OF_EVENT = 'SELECT first_at, last_at, times, outcome, answer FROM posts WHERE event = ? ORDER BY ordinal';
const FORGET = 'DELETE FROM posts WHERE event = ?';

/** Notes one request that the event of this `seq` was in. */
export function notePost(
  database: Database,
  seq: number,
  outcome: PastPost['outcome'],
  answer: string,
  nowSeconds: number,
): void {
  const repeated = database.run(REPEAT, seq, nowSeconds, outcome, answer) > 0;
  if (repeated) return;
  database.run(ADD, seq, nowSeconds, outcome, answer);
  database.run(DROP_OLDEST, seq);
}

/** Notes of those claimed events that have one of these ids (a JSON array) that their request was taken. */
export function noteDelivered(database: Database, ids: string, answer: string, nowSeconds: number): void {
  database.run(ADD_DELIVERED, ids, nowSeconds, answer);
  database.run(DROP_OLDEST_OF_ALL, ids);
}

/** Notes of every claimed event that nobody knows how its request ended. */
export function noteCrash(database: Database, nowSeconds: number): void {
  for (const { seq } of database.all(CLAIMED) as { seq: number }[]) {
    notePost(database, seq, 'unclear', CRASHED, nowSeconds);
  }
}

export function readPosts(database: Database, seq: number): PastPost[] {
  const rows = database.all(OF_EVENT, seq) as {
    first_at: number;
    last_at: number;
    times: number;
    outcome: PastPost['outcome'];
    answer: string;
  }[];
  return rows.map(({ first_at, last_at, times, outcome, answer }) => ({
    firstAtSeconds: first_at,
    lastAtSeconds: last_at,
    times,
    outcome,
    answer,
  }));
}

export function forgetPosts(database: Database, seq: number): void {
  database.run(FORGET, seq);
}
