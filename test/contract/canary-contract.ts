/**
 * What every Store must do for canaries: keep when they were sent, and when a self-test came back. Part of
 * `storeContract`.
 */
import { describe, expect, test } from '@jest/globals';
import type { CanaryLog, StoreSettings } from '../../src/outbox/outbox.ts';
import { oneStore } from './one-store.ts';
import { chunkOf, NOW, outcomeOf } from './store-values.ts';
import type { OpenedStore } from './store-values.ts';

const LOG: CanaryLog = {
  everySeconds: 86_400,
  triedAtSeconds: NOW,
  sentAtSeconds: NOW - 90_000,
  fault: { code: 'SMTP_BUSY', message: 'busy', cure: 'wait', atSeconds: NOW },
};
const back = (uid: number, receivedAtSeconds?: number) =>
  outcomeOf(uid, {
    selfTest: true,
    eventIds: [],
    ...(receivedAtSeconds === undefined ? {} : { receivedAtSeconds }),
  });

export function canaryContract(name: string, open: (settings?: StoreSettings) => Promise<OpenedStore>): void {
  const start = oneStore(open);

  describe(`${name}: canaries`, () => {
    test('what is kept takes the place of what was, mailbox by mailbox, and leaves what came back', async () => {
      const { store, lease } = await start();
      await store.record(lease, chunkOf(1, { outcomes: [back(1, NOW - 10)] }), NOW);
      await store.keepCanary(lease, 'campaigns', LOG);
      await store.keepCanary(lease, 'other', LOG);
      expect(await store.canaries()).toEqual([
        { mailbox: 'campaigns', ...LOG, provenAtSeconds: NOW - 10 },
        { mailbox: 'other', ...LOG },
      ]);
      await store.keepCanary(lease, 'campaigns', { triedAtSeconds: NOW + 5 });
      expect((await store.canaries())[0]).toEqual({
        mailbox: 'campaigns',
        triedAtSeconds: NOW + 5,
        provenAtSeconds: NOW - 10,
      });
    });

    test('the last one that came back counts, in whatever order they are read; none came in the future', async () => {
      const { store, lease } = await start();
      const proven = async () => (await store.canaries())[0]?.provenAtSeconds;
      await store.record(lease, chunkOf(3, { outcomes: [outcomeOf(3)] }), NOW);
      expect(await store.canaries()).toEqual([]);
      await store.record(lease, chunkOf(2, { outcomes: [back(1, NOW - 50), back(2, NOW - 400)] }), NOW);
      expect(await proven()).toBe(NOW - 50);
      await store.record(lease, chunkOf(4, { outcomes: [back(4, NOW + 9_000)] }), NOW);
      expect(await proven()).toBe(NOW);
    });

    test('one that is read once more counts by its arrival; a saved one, whose arrival nobody knows, does not', async () => {
      const { store } = await start();
      const place = { mailbox: 'campaigns', folder: 'INBOX', uidValidity: 1, lastUid: 0 };
      const again = (outcome: ReturnType<typeof back>, dryRun = false) =>
        store.recordAgain({ place, outcomes: [outcome], events: [], held: [], readBy: '1' }, NOW, dryRun);
      await again(back(1));
      await again(back(2, NOW - 30), true);
      expect(await store.canaries()).toEqual([]);
      await again(back(2, NOW - 30));
      expect(await store.canaries()).toEqual([{ mailbox: 'campaigns', provenAtSeconds: NOW - 30 }]);
    });

    test('a daemon that has lost its right to write keeps nothing', async () => {
      const { store, lease } = await start();
      await store.release(lease);
      await expect(store.keepCanary(lease, 'campaigns', LOG)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    });
  });
}
