/**
 * The schema as numbered steps. Takes an open database, gives it at the newest step, or refuses it. Never touches a
 * database that another program, or a newer version of this one, has made.
 */
import { EXIT, Fault } from '../../shared/fault.ts';
import type { Database } from '../database.ts';
import { FIRST } from './0001-first.ts';

/** In order; `PRAGMA user_version` counts how many a file has taken. */
const STEPS: readonly string[] = [FIRST];

/** "bncd": tells our files from other programs' (sqlite.org/pragma.html#pragma_application_id). */
const APPLICATION_ID = 0x626e6364;

/** Throws a Fault for a file of another program (exit 74) or of a newer version of this one (exit 78). Only reads. */
export function admit(database: Database): void {
  const version = pragma(database, 'user_version');
  const ours = pragma(database, 'application_id') === APPLICATION_ID;
  const empty = database.one('SELECT 1 FROM sqlite_schema LIMIT 1') === undefined;
  if (!ours && !(empty && version === 0)) throw foreign(database.path);
  if (version > STEPS.length) throw newer(database.path, version);
}

/** Takes the missing steps, all in one transaction. */
export function migrate(database: Database): void {
  database.transaction(() => {
    // Again, now that nobody else can write: another process may have migrated since.
    admit(database);
    const version = pragma(database, 'user_version');
    if (version === STEPS.length) return;
    for (const step of STEPS.slice(version)) database.exec(step);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${STEPS.length}`);
  });
}

function pragma(database: Database, name: 'user_version' | 'application_id'): number {
  return Object.values(database.one(`PRAGMA ${name}`) as Record<string, number>)[0] ?? 0;
}

function foreign(path: string): Fault {
  return new Fault(`${path}: this database was not made by bounced`, {
    code: 'STORE_FOREIGN',
    retry: 'never',
    exit: EXIT.disk,
    hint: 'move that file away or choose another state_dir; it was not changed',
  });
}

function newer(path: string, version: number): Fault {
  return new Fault(`${path}: schema ${version} is newer than this version of bounced knows (${STEPS.length})`, {
    code: 'STORE_NEWER',
    retry: 'never',
    exit: EXIT.config,
    hint: 'install the version of bounced that wrote it, or a later one; the file was not changed',
  });
}
