/**
 * A store for each test of a contract. Takes a way to open one, gives a way to start with its lease; removes it behind
 * the test.
 */
import { afterEach } from '@jest/globals';
import type { Lease, StoreSettings } from '../../src/outbox/outbox.ts';
import { NOW, TTL } from './store-values.ts';
import type { OpenedStore } from './store-values.ts';

export type Start<Opened extends OpenedStore = OpenedStore> = (
  settings?: StoreSettings,
) => Promise<Opened & { readonly lease: Lease }>;

export function oneStore<Opened extends OpenedStore>(
  open: (settings?: StoreSettings) => Promise<Opened>,
): Start<Opened> {
  let opened: Opened | undefined;

  afterEach(async () => {
    await opened?.remove();
    opened = undefined;
  });

  return async settings => {
    opened = await open(settings);
    return { ...opened, lease: await opened.store.lease('one', NOW, TTL) };
  };
}
