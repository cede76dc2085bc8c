/**
 * Canaries on a clock of our own, through a real SMTP server: never more often than asked, whatever starts anew, jumps
 * or fails; each failure with its cure, counted.
 */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { followCanaries, isMissing } from '../../src/canary.ts';
import type { CanaryNeeds } from '../../src/canary.ts';
import type { Canary, Lease, Store } from '../../src/outbox/outbox.ts';
import { openSqliteStore } from '../../src/outbox/sqlite.ts';
import type { MailboxConfig } from '../../src/runtime/config.ts';
import { Secret } from '../../src/shared/secret.ts';
import { startSmtpServer } from '../servers/smtp-server.ts';
import type { SmtpServer } from '../servers/smtp-server.ts';
import { TEST_CA } from '../servers/tls.ts';
import { chunkOf, outcomeOf } from '../contract/store-values.ts';
import { logTo } from './callback/rig.ts';
import type { LogLine } from './callback/rig.ts';

const USER = 'news@shop.example';
const START_MS = 1_800_000_000_000;
const HOUR_MS = 3_600_000;
const DAY_SECONDS = 86_400;

let smtp: SmtpServer;
let store: Store;
let lease: Lease;
let nowMs: number;
let lines: LogLine[];
let faults: string[];
/** When each canary came to the SMTP server, in hours since the start. */
let sentAtHours: number[];

beforeEach(async () => {
  smtp = await startSmtpServer({ user: USER, password: 'right-password' });
  smtp.deliver = () => void sentAtHours.push(Math.floor((nowMs - START_MS) / HOUR_MS));
  store = await openSqliteStore(':memory:');
  nowMs = START_MS;
  lease = await store.lease('one', nowMs / 1000, 1e9);
  [lines, faults, sentAtHours] = [[], [], []];
});

afterEach(async () => {
  await Promise.all([smtp.stop(), store.close()]);
});

function mailbox(canary: MailboxConfig['canary'] | undefined): MailboxConfig {
  return {
    ...{ name: 'campaigns', callback: 'clevertap', host: 'localhost', port: 1, tls: 'implicit', ca: TEST_CA },
    ...{ user: USER, password: new Secret('right-password'), backfillDays: 7, pollMs: 60_000 },
    smtp: { host: 'localhost', port: smtp.port, tls: 'implicit' },
    ...(canary === undefined ? {} : { canary }),
  };
}

/** A daemon's canaries for so many hours; each sleep is over at once, and the time with it. */
async function daemonFor(
  hours: number,
  canary: MailboxConfig['canary'] = { everySeconds: DAY_SECONDS },
): Promise<void> {
  const stop = new AbortController();
  const untilMs = nowMs + hours * HOUR_MS;
  const log = logTo(lines);
  const clock = {
    nowMs: () => nowMs,
    nowSeconds: () => Math.floor(nowMs / 1000),
    sleep: (ms: number) => {
      nowMs += ms;
      if (nowMs >= untilMs) stop.abort();
      return Promise.resolve();
    },
  };
  const tools = { log, clock, random: () => 0.5, version: 'test', print: () => undefined, notify: () => undefined };
  const metrics = { canaryFault: (_mailbox: string, code: string) => void faults.push(code) };
  const sights = { metrics } as unknown as CanaryNeeds['sights'];
  const config = mailbox(canary.everySeconds === 0 ? undefined : canary);
  await followCanaries({ store, lease, tools, sights, log, config }, stop.signal);
}

async function canary(): Promise<Canary | undefined> {
  return (await store.canaries())[0];
}

/** The bounce of a canary has come. */
async function comesBack(): Promise<void> {
  const atSeconds = Math.floor(nowMs / 1000);
  const outcome = outcomeOf(atSeconds, { selfTest: true, eventIds: [], receivedAtSeconds: atSeconds });
  await store.record(lease, chunkOf(atSeconds, { outcomes: [outcome] }), atSeconds);
}

test('one is sent soon after the first start, marked, to nobody; then one a day, whatever is restarted', async () => {
  await daemonFor(1);
  expect(smtp.mails).toHaveLength(1);
  expect(smtp.mails[0]).toMatchObject({ from: USER, to: expect.stringMatching(/^selftest-.*@bounced\.invalid$/) });
  expect(smtp.mails[0]?.source).toMatch(/^x-bounced-selftest: [0-9a-f-]{36}\r$/m);
  for (let restart = 0; restart < 20; restart += 1) await daemonFor(0.1);
  expect(smtp.mails).toHaveLength(1);
  await daemonFor(72);
  expect(sentAtHours).toEqual([0, 24, 48, 72]);
});

test('goes to the address that is configured', async () => {
  await daemonFor(1, { everySeconds: DAY_SECONDS, to: 'nobody@elsewhere.example' });
  expect(smtp.mails).toMatchObject([{ to: 'nobody@elsewhere.example' }]);
});

test('a clock that was ahead for a while costs one interval, and brings no storm', async () => {
  nowMs += 10 * DAY_SECONDS * 1000;
  await daemonFor(1);
  nowMs = START_MS;
  await daemonFor(23);
  expect(smtp.mails).toHaveLength(1);
  await daemonFor(2);
  expect(smtp.mails).toHaveLength(2);
});

test('one that SMTP refuses is told with the cure, counted, kept for status, and tried again after an hour', async () => {
  smtp.answers['AUTH'] = '534 5.7.9 Application-specific password required.';
  await daemonFor(0.5);
  await daemonFor(0.4);
  expect(faults).toEqual(['APP_PASSWORD_NEEDED']);
  expect(lines).toMatchObject([
    {
      level: 'warn',
      message: expect.stringContaining('could not be sent'),
      fields: { cure: expect.stringContaining('apppasswords') },
    },
  ]);
  expect(await canary()).toMatchObject({ fault: { code: 'APP_PASSWORD_NEEDED', cure: expect.any(String) } });
  expect((await canary())?.sentAtSeconds).toBeUndefined();
  await daemonFor(3);
  expect(faults).toHaveLength(4);
  delete smtp.answers['AUTH'];
  await daemonFor(1);
  expect(smtp.mails).toHaveLength(1);
  expect((await canary())?.fault).toBeUndefined();
});

test('where the line breaks after the mail was handed over, it counts as sent', async () => {
  const deliver = smtp.deliver;
  smtp.deliver = mail => {
    deliver(mail);
    void smtp.stop();
  };
  await daemonFor(12);
  expect(sentAtHours).toEqual([0]);
  expect(faults).toEqual(['CONNECTION_LOST']);
  smtp = await startSmtpServer({ user: USER, password: 'right-password' });
  smtp.deliver = deliver;
  await daemonFor(13);
  expect(sentAtHours).toEqual([0, 24]);
});

test('when the last one has not come back, that is told before the next, and not where it has', async () => {
  await daemonFor(25);
  expect(lines.filter(({ level }) => level === 'warn')).toMatchObject([
    { message: 'the last canary has not come back', fields: { cure: expect.stringContaining('bounced selftest') } },
  ]);
  await comesBack();
  lines = [];
  await daemonFor(24);
  expect(lines.filter(({ level }) => level === 'warn')).toEqual([]);
});

test('when none are asked for any more, none is sent, and none is missed', async () => {
  await daemonFor(1);
  await daemonFor(72, { everySeconds: 0 });
  expect(smtp.mails).toHaveLength(1);
  const left = await canary();
  expect(left).toMatchObject({ mailbox: 'campaigns', sentAtSeconds: expect.any(Number) });
  expect(left?.everySeconds).toBeUndefined();
  expect(left === undefined || isMissing(left, nowMs / 1000)).toBe(false);
});

test('where none were ever asked for, nothing is kept', async () => {
  await daemonFor(72, { everySeconds: 0 });
  expect(await store.canaries()).toEqual([]);
});

test.each([
  ['just sent', { sentAtSeconds: -60 }, false],
  ['sent an hour ago, nothing came', { sentAtSeconds: -3_600 }, true],
  ['sent an hour ago, the one before came', { sentAtSeconds: -3_600, provenAtSeconds: -90_000 }, true],
  ['came back, by a clock that is a little behind', { sentAtSeconds: -3_600, provenAtSeconds: -3_605 }, false],
  ['never sent', {}, false],
])('%s', (_case, ago, missing) => {
  const now = 1_800_000_000;
  const at = Object.fromEntries(Object.entries(ago).map(([key, seconds]) => [key, now + seconds]));
  expect(isMissing({ mailbox: 'campaigns', everySeconds: DAY_SECONDS, ...at }, now)).toBe(missing);
});
