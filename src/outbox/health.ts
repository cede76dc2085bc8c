/**
 * Whether a database is whole. Takes an open one, throws a Fault (exit 74) with the first fault found. Only reads.
 */
import type { Database } from './database.ts';
import { damaged } from './disk-faults.ts';

/**
 * Up to this size all of it is checked, in about half a second a gigabyte once the disk has given it; above, only the
 * tables that decide what is read and posted, so that a start takes seconds.
 */
const CHECKED_WHOLE_BYTES = 1024 ** 3;
const DECIDING_TABLES = ['lease', 'cursors', 'events', 'breakers', 'acts'];

/** https://sqlite.org/pragma.html#pragma_quick_check: structure and constraints, without comparing indexes. */
export function checkHealth(database: Database): void {
  const { page_count: pages } = database.one('PRAGMA page_count') as { page_count: number };
  const { page_size: bytes } = database.one('PRAGMA page_size') as { page_size: number };
  const checks =
    pages * bytes <= CHECKED_WHOLE_BYTES
      ? ['PRAGMA quick_check(1)']
      : DECIDING_TABLES.map(table => `PRAGMA quick_check(${table})`);
  for (const sql of checks) {
    const { quick_check: words } = database.one(sql) as { quick_check: string };
    if (words !== 'ok') throw damaged(database.path, words);
  }
}
