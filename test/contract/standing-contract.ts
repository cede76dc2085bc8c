/**
 * What every Store must do for `bounced status`: keep what the daemon knows, and give the overview. Part of
 * `storeContract`.
 */
import { describe, expect, test } from '@jest/globals';
import type { DaemonStanding, MailboxStanding, StoreSettings } from '../../src/outbox/outbox.ts';
import { oneStore } from './one-store.ts';
import { chunkOf, eventOf, NOW, outcomeOf, verdictOf } from './store-values.ts';
import type { OpenedStore } from './store-values.ts';

const DAEMON: DaemonStanding = { pid: 42, version: '1.2.3', startedAtSeconds: NOW - 60, configuredAtSeconds: NOW - 60 };
const CONNECTED: MailboxStanding = { connected: true, folder: 'All Mail', lastScanSeconds: NOW, behind: false };
const REFUSED: MailboxStanding = {
  connected: false,
  behind: false,
  fault: { code: 'LOGIN_REFUSED', message: 'login refused', cure: 'make an app password', atSeconds: NOW },
};

export function standingContract(name: string, open: (settings?: StoreSettings) => Promise<OpenedStore>): void {
  const start = oneStore(open);

  describe(`${name}: standing and overview`, () => {
    test('nothing is known of a new outbox, but that a daemon runs', async () => {
      const { store, lease } = await start();
      expect(await store.overview(0, NOW)).toEqual({
        runningPid: 'one',
        mailboxes: [],
        verdicts: [],
        mails: 0,
        unreadable: 0,
      });
      await store.release(lease);
      expect(await store.overview(0, NOW)).toEqual({ mailboxes: [], verdicts: [], mails: 0, unreadable: 0 });
    });

    test('what is kept of daemon and mailboxes takes the place of what was; mailboxes that are gone go', async () => {
      const { store, lease } = await start();
      await store.keepStandings(lease, DAEMON, { campaigns: CONNECTED, old: CONNECTED }, NOW);
      await store.keepStandings(lease, { ...DAEMON, pid: 43 }, { campaigns: REFUSED }, NOW + 5);
      expect(await store.overview(0, NOW + 5)).toMatchObject({
        daemon: { ...DAEMON, pid: 43 },
        daemonKeptAtSeconds: NOW + 5,
        mailboxes: [{ mailbox: 'campaigns', standing: REFUSED, keptAtSeconds: NOW + 5, cursors: [] }],
      });
      expect((await store.overview(0, NOW)).mailboxes).toHaveLength(1);
    });

    test('a daemon that has lost its right to write keeps nothing', async () => {
      const { store, lease } = await start();
      await store.release(lease);
      await expect(store.keepStandings(lease, DAEMON, {}, NOW)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    });

    test('places are shown without any daemon, verdicts by mailbox and reason since the time asked', async () => {
      const { store, lease } = await start();
      const full = { ...verdictOf('b@example.com'), verdict: 'soft', reason: 'mailboxFull' } as const;
      await store.record(lease, chunkOf(1, { outcomes: [outcomeOf(1)] }), NOW - 90_000);
      const outcomes = [
        outcomeOf(2),
        outcomeOf(3, { verdicts: [verdictOf('a@example.com'), full] }),
        outcomeOf(4, { kind: 'ordinary', verdicts: [] }),
      ];
      await store.record(lease, chunkOf(4, { outcomes }), NOW);
      const { mailboxes, verdicts, mails } = await store.overview(NOW - 86_400, NOW);
      expect(mailboxes).toEqual([{ mailbox: 'campaigns', cursors: [chunkOf(4).cursor] }]);
      expect(verdicts).toEqual([
        { mailbox: 'campaigns', verdict: 'hard', reason: 'userUnknown', count: 2 },
        { mailbox: 'campaigns', verdict: 'soft', reason: 'mailboxFull', count: 1 },
      ]);
      expect(mails).toBe(3);
      expect((await store.overview(0, NOW)).mails).toBe(4);
    });

    test('adopts another limit of the breaker', async () => {
      const { store, lease } = await start({ hardPerHour: 0 });
      await store.record(lease, chunkOf(1, { events: [eventOf(1)] }), NOW);
      await store.resetBreakers(undefined, { who: 'jane' }, NOW);
      store.adopt({ hardPerHour: 1 });
      await store.record(lease, chunkOf(3, { events: [eventOf(2), eventOf(3)] }), NOW);
      expect(await store.backlog()).toMatchObject({ waiting: 2, stopped: 1 });
    });
  });
}
