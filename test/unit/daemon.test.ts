/**
 * What the daemon tells its supervisor: fed while its loops turn, not when one stands still; a disk that is full for a
 * while is no reason to end, another daemon on the same outbox is. Canaries go out beside it, and none in a rehearsal.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { runDaemon } from '../../src/daemon.ts';
import type { DaemonTools } from '../../src/daemon.ts';
import type { Mailbox } from '../../src/mailbox/mailbox.ts';
import type { Store } from '../../src/outbox/outbox.ts';
import { openSqliteStore } from '../../src/outbox/sqlite.ts';
import type { Config } from '../../src/runtime/config.ts';
import { EXIT, Fault } from '../../src/shared/fault.ts';
import type { Heart } from '../../src/shared/heart.ts';
import { silentLog } from '../../src/shared/silent-log.ts';
import { Secret } from '../../src/shared/secret.ts';
import { startSmtpServer } from '../servers/smtp-server.ts';
import type { SmtpServer } from '../servers/smtp-server.ts';
import { TEST_CA } from '../servers/tls.ts';
import { settingsFor } from './callback/rig.ts';

const FULL = new Fault('/state/bounced.db: the disk is full', { code: 'DISK_FULL', retry: 'later', exit: EXIT.disk });
const HELD = new Fault('another bounced', { code: 'LEASE_HELD', retry: 'later', exit: EXIT.leaseHeld });

const config = {
  stateDir: '/nowhere',
  mailboxes: [{ name: 'campaigns', callback: 'clevertap', user: 'news@shop.example', password: new Secret('p') }],
  callbacks: [settingsFor('http://127.0.0.1:9/secret')],
  verdict: { policy: {}, maxAgeSeconds: 1 },
  provenance: { mode: 'required' },
  breaker: { hardPerHour: 500 },
  retention: { keepSeconds: 86_400 },
} as unknown as Config;

interface Run {
  /** States told to the supervisor, in order. */
  readonly told: string[];
  heart: Heart;
  /** What the next renewals fail with. */
  fault: Fault | undefined;
  nowMs(): number;
  until(predicate: () => boolean): Promise<void>;
  stop(): void;
  readonly ended: Promise<void>;
}

/** A daemon whose time flies: each sleep lasts a millisecond, and whose mailbox never ends its turn. */
function run(running: Config = config, dryRun = false): Run {
  const stop = new AbortController();
  let nowMs = 1_800_000_000_000;
  const told: string[] = [];
  const tools: DaemonTools = {
    ...{ log: silentLog, random: () => 0.5, version: 'test', print: () => undefined },
    notify: state => void told.push(state),
    clock: {
      nowMs: () => nowMs,
      nowSeconds: () => Math.floor(nowMs / 1000),
      async sleep(ms, signal) {
        nowMs += signal.aborted ? 0 : ms;
        await new Promise(resolve => setTimeout(resolve, 1));
      },
    },
  };
  const state: Run = {
    told,
    heart: { beat: () => undefined, behind: () => undefined },
    fault: undefined,
    nowMs: () => nowMs,
    async until(predicate) {
      const endMs = Date.now() + 15_000;
      while (!predicate()) {
        if (Date.now() > endMs) throw new Error(`it did not come about; told: ${told.slice(-5).join(' | ')}`);
        await new Promise(resolve => setTimeout(resolve, 5));
      }
    },
    stop: () => stop.abort(),
    ended: runDaemon(running, tools, { dryRun, once: false }, stop.signal, {
      async openStore() {
        const store = await openSqliteStore(':memory:');
        const lease: Store['lease'] = (...args) => (state.fault ? Promise.reject(state.fault) : store.lease(...args));
        return new Proxy(store, {
          get: (target, name) => {
            const member: unknown = name === 'lease' ? lease : Reflect.get(target, name);
            return typeof member === 'function' ? (member.bind(target) as unknown) : member;
          },
        });
      },
      openMailbox(_settings, _interest, { heart }): Mailbox {
        if (heart) state.heart = heart;
        return {
          async *watch(_cursorOf, signal) {
            await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve()));
            yield* [];
          },
          again: () => {
            throw new Error('not asked');
          },
          findSent: () => Promise.reject(new Error('not asked')),
          inspect: () => Promise.reject(new Error('not asked')),
          state: () => ({ connected: true }),
          close: () => Promise.resolve(),
        };
      },
    }),
  };
  return state;
}

const fed = ({ told }: Run): number => told.filter(state => state === 'WATCHDOG=1').length;

/** Where the status last began with these words; -1: never. */
const saysFrom = ({ told }: Run, words: string): number =>
  told.findLastIndex(state => state.startsWith(`STATUS=${words}`));

describe('the watchdog', () => {
  test('is fed while all turn, starves when a follower stands still, and is told why', async () => {
    const daemon = run();
    await daemon.until(() => fed(daemon) > 10);
    await daemon.until(() => saysFrom(daemon, 'following 1 mailbox; nothing waiting') >= 0);
    await daemon.until(() => saysFrom(daemon, 'mailbox campaigns: has not turned for 15 minutes') >= 0);
    const before = fed(daemon);
    await daemon.until(() => saysFrom(daemon, 'mailbox campaigns: has not turned for 17 minutes') >= 0);
    expect(fed(daemon)).toBe(before);
    daemon.heart.beat();
    await daemon.until(() => fed(daemon) > before);
    daemon.stop();
    await daemon.ended;
  });

  test('starves while mails are there and none is read, though everything turns', async () => {
    const daemon = run();
    await daemon.until(() => fed(daemon) > 0);
    const beats = setInterval(() => daemon.heart.beat(), 2);
    daemon.heart.behind(2);
    await daemon.until(() =>
      daemon.told.some(state => state.includes('mails are there (2), and none of them was read')),
    );
    daemon.heart.behind(1);
    const before = fed(daemon);
    await daemon.until(() => fed(daemon) > before);
    clearInterval(beats);
    daemon.stop();
    await daemon.ended;
  });
});

describe('a renewal that fails', () => {
  test('for a full disk is told and waited for', async () => {
    const daemon = run();
    await daemon.until(() => fed(daemon) > 0);
    daemon.fault = FULL;
    await daemon.until(() => saysFrom(daemon, FULL.message) >= 0);
    daemon.fault = undefined;
    await daemon.until(() => saysFrom(daemon, 'following 1 mailbox') > saysFrom(daemon, FULL.message));
    daemon.stop();
    await daemon.ended;
  });

  test('because another daemon has the outbox ends this one', async () => {
    const daemon = run();
    await daemon.until(() => fed(daemon) > 0);
    daemon.fault = HELD;
    await expect(daemon.ended).rejects.toMatchObject({ code: 'LEASE_HELD' });
  });
});

describe('canaries', () => {
  const DAY_MS = 86_400_000;
  let smtp: SmtpServer;

  beforeEach(async () => {
    smtp = await startSmtpServer({ user: 'news@shop.example', password: 'p' });
  });

  afterEach(() => smtp.stop());

  function withCanary(): Config {
    const sending = { smtp: { host: 'localhost', port: smtp.port, tls: 'implicit' }, ca: TEST_CA } as const;
    const mailboxes = config.mailboxes.map(one => ({ ...one, ...sending, canary: { everySeconds: DAY_MS / 1000 } }));
    return { ...config, mailboxes };
  }

  test('are sent day by day, and not within one; where SMTP refuses, the mailbox is followed all the same', async () => {
    const daemon = run(withCanary());
    await daemon.until(() => smtp.mails.length >= 3);
    smtp.answers['AUTH'] = '535 5.7.8 Username and Password not accepted.';
    const before = { atMs: daemon.nowMs(), fed: fed(daemon) };
    await daemon.until(() => daemon.nowMs() > before.atMs + 2 * DAY_MS);
    daemon.heart.beat();
    await daemon.until(() => fed(daemon) > before.fed);
    daemon.stop();
    await daemon.ended;
    const datesMs = smtp.mails.map(({ source }) => Date.parse(/^Date: (.*)\r$/m.exec(source)?.[1] ?? ''));
    for (const [n, next] of datesMs.slice(1).entries()) expect(next - (datesMs[n] ?? 0)).toBeGreaterThanOrEqual(DAY_MS);
  });

  test('are not sent in a rehearsal', async () => {
    const daemon = run(withCanary(), true);
    const fromMs = daemon.nowMs();
    await daemon.until(() => daemon.nowMs() > fromMs + 3 * DAY_MS);
    daemon.stop();
    await daemon.ended;
    expect(smtp.mails).toEqual([]);
  });
});
