/**
 * The schema as numbered steps. Takes an open database, gives it at the newest step, or refuses it. Never touches a
 * database that another program, or a newer version of this one, has made.
 */
import { EXIT, Fault } from '../../shared/fault.ts';
import type { Database } from '../database.ts';
import { FIRST } from './0001-first.ts';
import { OPERATOR } from './0002-operator.ts';
import { STANDINGS } from './0003-standings.ts';
import { ROAD } from './0004-road.ts';
import { REREADING } from './0005-rereading.ts';
import { CANARIES } from './0006-canaries.ts';
import { AHEAD } from './0007-ahead.ts';
import { WIDE_VERDICTS } from './0008-wide-verdicts.ts';

/** In order; `PRAGMA user_version` counts how many a file has taken. */
const STEPS: readonly string[] = [FIRST, OPERATOR, STANDINGS, ROAD, REREADING, CANARIES, AHEAD, WIDE_VERDICTS];

/** The schema that this version of the program reads and writes. */
export const NEWEST_SCHEMA = STEPS.length;

/** The first schema that knows by which version a mail was read. */
export const REREADING_STEP = STEPS.indexOf(REREADING) + 1;

/** "bncd": tells our files from other programs' (sqlite.org/pragma.html#pragma_application_id). */
const APPLICATION_ID = 0x626e6364;

/** Throws a Fault for a file of another program (exit 74) or of a newer version of this one (exit 78). Only reads. */
export function admit(database: Database): void {
  const version = schemaOf(database);
  const ours = pragma(database, 'application_id') === APPLICATION_ID;
  if (!ours && !(isBlank(database) && version === 0)) throw foreign(database.path);
  if (version > NEWEST_SCHEMA) throw newer(database.path, version);
}

/** As `admit`, and the schema must be the newest: for commands, which leave migrating to the daemon. */
export function admitNewest(database: Database): void {
  admit(database);
  const version = schemaOf(database);
  if (version < NEWEST_SCHEMA) throw older(database.path, version);
}

/** Steps that a file has taken; 0: none. */
export function schemaOf(database: Database): number {
  return pragma(database, 'user_version');
}

/** True for a database that holds nothing at all, such as a new one. */
export function isBlank(database: Database): boolean {
  return database.one('SELECT 1 FROM sqlite_schema LIMIT 1') === undefined;
}

/** Takes the missing steps up to `newest`, each in one transaction, so that each is taken whole or not at all. */
export function migrate(database: Database, newest = NEWEST_SCHEMA): void {
  for (const [index, step] of STEPS.slice(0, newest).entries()) {
    database.transaction(() => {
      // Again, now that nobody else can write: another program may have been here since.
      admit(database);
      if (schemaOf(database) > index) return;
      database.exec(step);
      database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${index + 1}`);
    });
  }
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
  return new Fault(`${path}: schema ${version} is newer than this version of bounced knows (${NEWEST_SCHEMA})`, {
    code: 'STORE_NEWER',
    retry: 'never',
    exit: EXIT.config,
    hint:
      'install the version of bounced that wrote it, or a later one; or go back to the copy beside it that was made ' +
      `before the change (${path}.before-N), which does not know what was posted since; the file was not changed`,
  });
}

function older(path: string, version: number): Fault {
  return new Fault(`${path}: schema ${version} is of an older version of bounced; this one needs ${NEWEST_SCHEMA}`, {
    code: 'STORE_OLDER',
    retry: 'never',
    exit: EXIT.config,
    hint: 'restart the daemon (systemctl restart bounced): it keeps a copy and brings the outbox up to date',
  });
}
