/**
 * Which engine keeps the outbox: the one place that names it. Takes the state directory, gives a Store. Everyone else
 * knows the contract alone.
 */
import { join } from 'node:path';
import type { History, Store, StoreSettings } from './outbox/outbox.ts';
import { openHistory, openPresentStore, openSqliteStore, recoverOutboxFile } from './outbox/sqlite.ts';
import type { Recovery } from './outbox/sqlite.ts';

/** Where the outbox lies in the state directory; `undefined`: in memory, gone with the program. */
export function outboxPath(stateDir: string | undefined): string {
  return stateDir === undefined ? ':memory:' : join(stateDir, 'bounced.db');
}

/** The daemon's: made where there is none, checked, brought up to date. Rejects with a Fault of exit 74, 75 or 78. */
export async function openOutbox(path: string, settings: StoreSettings): Promise<Store> {
  return openSqliteStore(path, settings);
}

/** A command's, beside a daemon or not: there must be one. Rejects with a Fault of exit 74 or 78. */
export async function openPresentOutbox(stateDir: string, access: 'read' | 'write'): Promise<Store> {
  return openPresentStore(outboxPath(stateDir), access);
}

/** What is recorded in one that an older version may keep, and run on. Rejects with a Fault of exit 74 or 78. */
export async function openOutboxHistory(stateDir: string): Promise<History> {
  return openHistory(outboxPath(stateDir));
}

/**
 * Saves what can be read of a damaged outbox into a new one, and sets the damaged one aside.
 * @param nowMs for the dated name
 * Rejects with a Fault: exit 75 while a daemon runs on it; 74 where too little can be saved and that was not accepted.
 */
export async function recoverOutbox(stateDir: string, nowMs: number, acceptDoubles: boolean): Promise<Recovery> {
  const stamp = new Date(nowMs).toISOString().replace(/\.\d+/, '').replace(/[-:]/g, '');
  return recoverOutboxFile(outboxPath(stateDir), stamp, acceptDoubles);
}
