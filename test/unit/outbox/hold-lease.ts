/**
 * A process that takes the lease of the outbox at PATH at the time NOW, says so, and lives until it is killed.
 *   node --import tsx hold-lease.ts PATH NOW
 */
import { openSqliteStore } from '../../../src/outbox/sqlite.ts';

const [, , path = '', now = '0'] = process.argv;
const store = await openSqliteStore(path);
await store.lease('one', Number(now), 1_000_000);
console.log('held');
// Held on to: what nobody can reach any more is collected, and its lock with it.
setInterval(() => store, 60_000);
