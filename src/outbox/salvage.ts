/**
 * Rows out of a damaged database. Takes its path and a new database, gives how much of each table could be read. Reads
 * from both ends, so that one bad place costs no more than what lies in it. Never writes to the damaged file.
 */
import { asFault } from '../shared/fault.ts';
import { Database } from './database.ts';
import type { Value } from './database.ts';
import { rememberName } from './retention.ts';
import { admit, migrate, schemaOf } from './schema/steps.ts';

/** How much of one table was saved. */
export interface SavedTable {
  readonly table: string;
  readonly rows: number;
  /** False: some could not be read. */
  readonly whole: boolean;
}

/** In the order in which they refer to each other, each with its key. */
const TABLES: Readonly<Record<string, string>> = {
  cursors: 'mailbox, folder',
  messages: 'id',
  message_names: 'mailbox, name',
  verdicts: 'message, ordinal',
  events: 'seq',
  breakers: 'mailbox',
  acts: 'seq',
  remembered: 'hash',
  mentions: 'word, kind, message',
  posts: 'event, ordinal',
  noted: 'id',
  canaries: 'mailbox',
};
const WITHOUT_ROWID = "SELECT wr FROM pragma_table_list WHERE schema = 'main' AND name = ?";
const LOST_NAMES = `SELECT mailbox, name FROM message_names WHERE message NOT IN (SELECT id FROM messages)`;
const MEND = `
  DELETE FROM message_names WHERE message NOT IN (SELECT id FROM messages);
  DELETE FROM verdicts WHERE message NOT IN (SELECT id FROM messages);
  DELETE FROM mentions WHERE message NOT IN (SELECT id FROM messages);
  DELETE FROM posts WHERE event NOT IN (SELECT seq FROM events);
  UPDATE events SET message = NULL WHERE message NOT IN (SELECT id FROM messages)`;

/** Faults that say nothing about the damaged file. */
const OF_THE_NEW_ONE = new Set(['DISK_FULL', 'STORE_BUSY', 'STORE_UNWRITABLE']);

/** Fills the new database; no table at all when not even the schema could be read. */
export function salvage(path: string, fresh: Database): SavedTable[] {
  let damaged: Database | undefined;
  try {
    damaged = new Database(path, undefined, true);
    damaged.readPastTheEnd();
    admit(damaged);
    const schema = schemaOf(damaged);
    if (schema === 0) return [];
    migrate(fresh, schema);
    const source = damaged;
    const known = Object.keys(TABLES).filter(table => hasTable(fresh, table));
    const saved = known.map(table => saveTable(source, fresh, table));
    migrate(fresh);
    mend(fresh);
    return saved;
  } catch (error) {
    const fault = asFault(error);
    if (fault.code === 'STORE_DAMAGED') return [];
    throw fault;
  } finally {
    damaged?.close();
  }
}

function saveTable(damaged: Database, fresh: Database, table: string): SavedTable {
  return fresh.transaction(() => {
    const forward = copyRows(damaged, fresh, table, 'ASC');
    const whole = forward || (copyRows(damaged, fresh, table, 'DESC'), false);
    const { rows } = fresh.one(`SELECT count(*) AS rows FROM ${table}`) as { rows: number };
    return { table, rows, whole };
  });
}

/** True when all rows came, each of them sound. */
function copyRows(damaged: Database, fresh: Database, table: string, order: 'ASC' | 'DESC'): boolean {
  const keys = keyOf(fresh, table).map(key => `${key} ${order}`);
  // NOT INDEXED: the rows themselves, whatever became of the indexes.
  const sql = `SELECT * FROM ${table} NOT INDEXED ORDER BY ${keys.join(', ')}`;
  let sound = true;
  try {
    for (const row of damaged.each(sql)) sound = insert(fresh, table, row) && sound;
    return sound;
  } catch (error) {
    if (OF_THE_NEW_ONE.has(asFault(error).code)) throw error;
    return false;
  }
}

/** By which the rows themselves lie: any other order sorts them first, and one bad place would cost all of them. */
function keyOf(fresh: Database, table: string): readonly string[] {
  const { wr: isWithoutRowid } = fresh.one(WITHOUT_ROWID, table) as { wr: number };
  return isWithoutRowid === 1 ? (TABLES[table] ?? '').split(', ') : ['rowid'];
}

function insert(fresh: Database, table: string, row: Readonly<Record<string, Value>>): boolean {
  const names = Object.keys(row);
  const marks = names.map(() => '?').join(', ');
  try {
    fresh.run(`INSERT OR IGNORE INTO ${table} (${names.join(', ')}) VALUES (${marks})`, ...Object.values(row));
    return true;
  } catch (error) {
    if (OF_THE_NEW_ONE.has(asFault(error).code)) throw error;
    // A value of the wrong kind: what is in this row is no longer what was written.
    return false;
  }
}

/** A name whose message is gone is still one that was read: it must not give a second event. */
function mend(fresh: Database): void {
  fresh.transaction(() => {
    for (const { mailbox, name } of fresh.all(LOST_NAMES) as { mailbox: string; name: string }[]) {
      rememberName(fresh, mailbox, name);
    }
    fresh.exec(MEND);
  });
}

function hasTable(database: Database, table: string): boolean {
  return database.one("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", table) !== undefined;
}
