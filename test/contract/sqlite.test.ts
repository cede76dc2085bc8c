/**
 * The Store contract on SQLite: in a file, and in memory.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store, StoreSettings } from '../../src/outbox/outbox.ts';
import { openSqliteStore } from '../../src/outbox/sqlite.ts';
import { durableStoreContract } from './durable-contract.ts';
import { storeContract } from './store-contract.ts';
import type { OpenedStore } from './store-values.ts';

async function inFile(settings?: StoreSettings): Promise<Required<OpenedStore>> {
  const folder = await mkdtemp(join(tmpdir(), 'bounced-store-'));
  const stores: Store[] = [];
  const reopen = async (): Promise<Store> => {
    const store = await openSqliteStore(join(folder, 'bounced.db'), settings);
    stores.push(store);
    return store;
  };
  return {
    store: await reopen(),
    reopen,
    async remove() {
      await Promise.all(stores.map(store => store.close()));
      await rm(folder, { recursive: true });
    },
  };
}

async function inMemory(settings?: StoreSettings): Promise<OpenedStore> {
  const store = await openSqliteStore(':memory:', settings);
  return { store, remove: () => store.close() };
}

storeContract('SQLite in a file', inFile);
storeContract('SQLite in memory', inMemory);
durableStoreContract('SQLite in a file', inFile);
