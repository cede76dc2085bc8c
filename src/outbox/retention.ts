/**
 * Forgetting what is settled, and never that it was: identities stay, as 16 bytes each. Takes a database inside a
 * transaction. Never touches an event that somebody may still act on: waiting, stopped, claimed, held, dead.
 */
import { hash } from 'node:crypto';
import type { Database } from './database.ts';
import { forgetPosts } from './posts.ts';

/**
 * So many UIDs below the cursor stay whole, however old they are: the mailbox reads a few of them again after each
 * start (UIDs can become visible late), and what is whole is known without being recorded anew.
 */
const KEPT_BELOW_CURSOR = 1_000;

const OLD_EVENTS = `SELECT seq, id, message FROM events INDEXED BY settled
  WHERE state IN ('delivered', 'dropped', 'duplicate') AND settled_at < ? ORDER BY settled_at LIMIT ?`;
const NAMES = 'SELECT mailbox, name FROM message_names WHERE message = ?';
const REMEMBER = 'INSERT INTO remembered (hash) VALUES (?) ON CONFLICT DO NOTHING';
const REMEMBERS = 'SELECT 1 FROM remembered LIMIT 1';
const IS_REMEMBERED = 'SELECT 1 FROM remembered WHERE hash = ?';
const FORGET_EVENT = 'DELETE FROM events WHERE seq = ?';
const OLD_MESSAGES = `SELECT id FROM messages AS m WHERE recorded_at < ?
  AND NOT EXISTS (SELECT 1 FROM events WHERE message = m.id)
  AND NOT EXISTS (SELECT 1 FROM cursors AS c WHERE c.mailbox = m.mailbox AND c.folder = m.folder
    AND c.uid_validity = m.uid_validity AND m.uid > c.last_uid - ${KEPT_BELOW_CURSOR})
  ORDER BY id LIMIT ?`;
const FORGET_MESSAGE = [
  'DELETE FROM verdicts WHERE message = ?',
  'DELETE FROM message_names WHERE message = ?',
  'DELETE FROM mentions WHERE message = ?',
  'DELETE FROM messages WHERE id = ?',
];

/** Forgets up to `limit` events and as many messages from before this time; gives how many rows of them went. */
export function pruneSettled(database: Database, beforeSeconds: number, limit: number): number {
  const events = database.all(OLD_EVENTS, beforeSeconds, limit) as {
    seq: number;
    id: string;
    message: number | null;
  }[];
  for (const { seq, id, message } of events) {
    forgetPosts(database, seq);
    rememberEvent(database, id);
    const names = database.all(NAMES, message) as { mailbox: string; name: string }[];
    for (const { mailbox, name } of names) rememberName(database, mailbox, name);
    database.run(FORGET_EVENT, seq);
  }
  // A mail that never gave an event may be forgotten altogether: read again, it gives none again.
  const messages = database.all(OLD_MESSAGES, beforeSeconds, limit) as { id: number }[];
  for (const { id } of messages) forgetMessage(database, id);
  return events.length + messages.length;
}

/** Forgets a mail that gave no event. */
export function forgetMessage(database: Database, id: number): void {
  for (const sql of FORGET_MESSAGE) database.run(sql, id);
}

/** Keeps in mind that a message of this name gave an event. */
export function rememberName(database: Database, mailbox: string, name: string): void {
  database.run(REMEMBER, hashOf('name', mailbox, name));
}

export function rememberEvent(database: Database, id: string): void {
  database.run(REMEMBER, hashOf('event', id));
}

/** What is remembered of messages and events whose rows are gone. */
export interface Memory {
  /** True when a message of one of these names gave an event. */
  knowsMessage(mailbox: string, names: readonly string[]): boolean;
  /** True when there was an event with this id. */
  knowsEvent(id: string): boolean;
}

const EMPTY: Memory = { knowsMessage: () => false, knowsEvent: () => false };

/** Good for one transaction. In an outbox that has forgotten nothing yet, no name has to be looked up. */
export function readMemory(database: Database): Memory {
  if (database.one(REMEMBERS) === undefined) return EMPTY;
  const has = (...words: readonly string[]): boolean => database.one(IS_REMEMBERED, hashOf(...words)) !== undefined;
  return {
    knowsMessage: (mailbox, names) => names.some(name => has('name', mailbox, name)),
    knowsEvent: id => has('event', id),
  };
}

/** 128 bits: among a thousand million names, one chance in 10^20 that any two are taken for one. */
function hashOf(...words: readonly string[]): Uint8Array {
  return hash('sha256', words.join('\n'), 'buffer').subarray(0, 16);
}
