/**
 * When the courier posts, how it stops, and that nothing it says gives the URL away.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { openCourier, RETRY_SCHEDULE } from '../../../src/callback/callback.ts';
import { hideUrl } from '../../../src/callback/hide.ts';
import { Fault } from '../../../src/shared/fault.ts';
import { Secret } from '../../../src/shared/secret.ts';
import { startReceiver } from '../../servers/receiver.ts';
import { logTo, settingsFor, startRig } from './rig.ts';
import type { Rig } from './rig.ts';

const YEAR = 365 * 86_400;

let rig: Rig;
let stop: AbortController;
let running: Promise<void>;

beforeEach(async () => {
  rig = await startRig({ batchSize: 3 });
  stop = new AbortController();
  running = Promise.resolve();
});

afterEach(async () => {
  stop.abort();
  await running;
  await rig.stop();
});

function run(): void {
  running = rig.courier.run(stop.signal);
}

/** Records, and tells the courier, as the followers do. */
async function arrive(...addresses: string[]): Promise<void> {
  await rig.add(...addresses);
  rig.courier.wake();
  await settled();
}

async function recordFor(callback: string, lease = rig.lease): Promise<void> {
  const cursor = { mailbox: 'campaigns', folder: 'INBOX', uidValidity: 1, lastUid: 1 };
  const event = { id: `for-${callback}`, mailbox: 'campaigns', callback, address: 'other@example.com' };
  const events = [{ ...event, verdict: 'hard', tsSeconds: 1, proof: 'sent' } as const];
  await rig.store.record(lease, { cursor, outcomes: [], events, held: [], skipped: 0 }, rig.clock.nowSeconds());
}

/** Time enough for what must not happen. What must happen is waited for with `until`. */
async function settled(): Promise<void> {
  await pause(60);
}

async function until(reached: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 1_000; tries += 1) {
    if (await reached()) return;
    await pause(10);
  }
  throw new Error('never reached');
}

async function untilPosted(requests: number): Promise<void> {
  await until(() => rig.posted().length >= requests);
}

describe('when it posts', () => {
  test('a lone event waits for company as long as configured, counted from when it was recorded', async () => {
    run();
    await arrive('a@example.com');
    rig.clock.move(20);
    await arrive('b@example.com');
    expect(rig.posted()).toEqual([]);
    rig.clock.move(10);
    await untilPosted(1);
    expect(rig.posted()).toEqual([['a@example.com', 'b@example.com']]);
  });

  test('a full batch goes at once; what is left over waits for company', async () => {
    run();
    await arrive('a@example.com', 'b@example.com', 'c@example.com', 'd@example.com');
    await untilPosted(1);
    await settled();
    expect(rig.posted()).toEqual([['a@example.com', 'b@example.com', 'c@example.com']]);
    rig.clock.move(30);
    await untilPosted(2);
    expect(rig.posted()[1]).toEqual(['d@example.com']);
  });

  test('what waited before the start goes at once', async () => {
    await rig.add('a@example.com');
    rig.clock.move(100);
    run();
    await untilPosted(1);
    expect(rig.posted()).toEqual([['a@example.com']]);
  });

  test('an event whose hint was lost is found all the same', async () => {
    run();
    await settled();
    await rig.add('a@example.com');
    rig.clock.move(30);
    await untilPosted(1);
    expect(rig.posted()).toEqual([['a@example.com']]);
  });

  test('while the other side asks for a pause nothing is posted, not even a full batch', async () => {
    run();
    rig.receiver.answer = (_posted, index) =>
      index === 0 ? { status: 429, headers: { 'retry-after': '120' } } : { status: 200 };
    await arrive('a@example.com', 'b@example.com', 'c@example.com');
    await until(() => rig.lines.some(({ level }) => level === 'warn'));
    await arrive('d@example.com', 'e@example.com', 'f@example.com');
    for (let moves = 0; moves < 7; moves += 1) {
      rig.clock.move(17);
      await settled();
    }
    expect(rig.posted()).toHaveLength(1);
    for (let moves = 0; moves < 2; moves += 1) {
      rig.clock.move(30);
      await settled();
    }
    await untilPosted(3);
  });

  test('a clock that goes back a year keeps nothing waiting, neither what was tried nor what is new', async () => {
    rig.clock.move(YEAR);
    run();
    rig.receiver.answer = (_posted, index) => ({ status: index === 0 ? 503 : 200 });
    await arrive('a@example.com', 'b@example.com', 'c@example.com');
    await until(() => rig.lines.some(({ level }) => level === 'warn'));
    await rig.add('d@example.com');
    rig.clock.move(-YEAR);
    rig.courier.wake();
    await untilPosted(3);
    expect(rig.posted().slice(1).flat().sort()).toEqual(['a', 'b', 'c', 'd'].map(name => `${name}@example.com`));
  });

  test('while the other side has asked for a pause, what is new is not counted with all that waits', async () => {
    rig.receiver.answer = () => ({ status: 503, headers: { 'retry-after': '3600' } });
    run();
    await arrive('a@example.com', 'b@example.com', 'c@example.com');
    await until(() => rig.lines.some(({ level }) => level === 'warn'));
    await settled();
    const due = rig.store.due.bind(rig.store);
    let counted = 0;
    rig.store.due = (...args) => {
      counted += 1;
      return due(...args);
    };
    for (let chunk = 0; chunk < 5; chunk += 1) await arrive(`d${chunk}@example.com`);
    expect(counted).toBe(0);
    rig.receiver.answer = () => ({ status: 200 });
    rig.clock.move(3_600);
    await until(async () => (await rig.backlog()).delivered === 8);
  });

  test.each([1, 2])('at most %i requests at once, as configured', async concurrency => {
    await rig.stop();
    rig = await startRig({ batchSize: 1, concurrency, timeoutMs: 1_000 });
    // Those under way end without an answer, and then the line pauses: only they can have arrived.
    rig.receiver.answer = () => ({ hang: true });
    await rig.add('a@example.com', 'b@example.com', 'c@example.com');
    await rig.deliver();
    expect(rig.posted()).toHaveLength(concurrency);
  });

  test('a callback that is down does not hold up another', async () => {
    const second = await startReceiver();
    const { store, lease, clock, lines, receiver } = rig;
    const callbacks = [settingsFor(receiver.url), { ...settingsFor(second.url), name: 'second' }];
    const tools = { store, lease, clock, callbacks, log: logTo(lines), random: () => 0, userAgent: 'bounced/1.2.3' };
    receiver.answer = () => ({ status: 500 });
    await rig.add('a@example.com');
    await recordFor('second');
    await openCourier(tools).deliverDue(stop.signal);
    await second.stop();
    expect(second.events()).toHaveLength(1);
    expect(await store.backlog('second')).toMatchObject({ delivered: 1 });
    expect(await store.backlog('clevertap')).toMatchObject({ delivered: 0, waiting: 1 });
  });
});

describe('how it ends', () => {
  test('the request in flight is finished and settled', async () => {
    rig.receiver.answer = () => {
      stop.abort();
      return { status: 200 };
    };
    run();
    await arrive('a@example.com', 'b@example.com', 'c@example.com');
    await running;
    expect(await rig.backlog()).toMatchObject({ delivered: 3, claimed: 0 });
  });

  test('a lost lease ends it with a Fault', async () => {
    run();
    await settled();
    await rig.store.release(rig.lease);
    const ended = expect(running).rejects.toMatchObject({ code: 'LEASE_LOST', exit: 75 });
    running = Promise.resolve();
    await recordFor('clevertap', await rig.store.lease('second', rig.clock.nowSeconds(), 1_000));
    rig.clock.move(30);
    rig.courier.wake();
    await ended;
    expect(rig.posted()).toEqual([]);
  });

  test('a full disk after the answer: noted as soon as there is room, and not posted again', async () => {
    const settle = rig.store.settle.bind(rig.store);
    let failures = 2;
    rig.store.settle = (...args) => {
      failures -= 1;
      if (failures < 0) return settle(...args);
      return Promise.reject(new Fault('the disk is full', { code: 'DISK_FULL', retry: 'later', hint: 'free space' }));
    };
    run();
    await arrive('a@example.com', 'b@example.com', 'c@example.com');
    const errors = (): number => rig.lines.filter(({ level }) => level === 'error').length;
    await until(() => errors() === 1);
    rig.clock.move(1);
    await until(() => errors() === 2);
    rig.clock.move(2);
    await until(async () => (await rig.backlog()).delivered === 3);
    expect(rig.posted()).toHaveLength(1);
    expect(errors()).toBe(2);
  });
});

describe('what it says', () => {
  test('events of a callback that is not configured any more are told at the start', async () => {
    await recordFor('renamed');
    run();
    await until(() => rig.lines.length > 0);
    expect(rig.lines).toMatchObject([{ level: 'error', fields: { events: 1, cure: expect.stringMatching(/name/) } }]);
  });

  test('never the URL or a part of it, also where the other side repeats it', async () => {
    const page = (posted: { path: string }): string => `<pre>Cannot POST ${posted.path}</pre> ${rig.receiver.url}`;
    const statuses = [404, 500, 400, 200];
    rig.receiver.answer = (posted, index) =>
      (statuses[index % 4] ?? 0) === 200
        ? { body: JSON.stringify({ error: page(posted) }) }
        : { status: statuses[index % 4] ?? 500, body: page(posted) };
    await rig.add('a@example.com', 'b@example.com');
    for (let tries = 0; tries < 6; tries += 1) {
      await rig.deliver();
      await rig.untilNext();
    }
    const said = JSON.stringify([rig.lines, rig.reports]);
    expect(said).toContain('Cannot POST [secret]');
    for (const part of [rig.receiver.url, '/email/callback-f3a91c', 'callback-f3a91c'])
      expect(said).not.toContain(part);
  });

  test('hides what tells something of a URL, however it is escaped, and nothing else', () => {
    const hide = hideUrl(new Secret('https://eu1.callback.example/sms/generic-path?account=AB-CD/EF9&v=1'));
    expect(hide('POST /sms/generic-path?account=AB-CD/EF9&v=1')).toBe('POST [secret]');
    expect(hide('/sms/generic-path?account=AB-CD/EF9&amp;v=1')).toBe('[secret]');
    expect(hide('account AB-CD/EF9, AB-CD%2FEF9')).toBe('account [secret], [secret]');
    expect(hide('HTTP 503: sms v1 is busy')).toBe('HTTP 503: sms v1 is busy');
  });

  test('the schedule that the manual prints has words and bounds for every kind', () => {
    for (const { baseMs, capMs, when } of Object.values(RETRY_SCHEDULE)) {
      expect(capMs).toBeGreaterThanOrEqual(baseMs);
      expect(when).toMatch(/\w+ \w+/);
    }
  });
});

describe('an operator who asks for another try', () => {
  test('ends the pause of a callback that failed, and only once', async () => {
    rig.receiver.answer = () => ({ status: 503 });
    const [id = ''] = await rig.add('one@example.com', 'two@example.com', 'three@example.com');
    await rig.deliver();
    expect(rig.receiver.requests).toHaveLength(1);
    run();
    await rig.add('new1@example.com', 'new2@example.com', 'new3@example.com');
    rig.courier.wake();
    await settled();
    // All wait for the pause that the failure asked for.
    expect(rig.receiver.requests).toHaveLength(1);
    rig.clock.move(30);
    await rig.store.act('retry', [id], { who: 'jane' }, rig.clock.nowSeconds());
    rig.clock.move(30);
    await until(() => rig.receiver.requests.length === 2);
    rig.clock.move(60);
    await settled();
    // It failed again: the next pause holds.
    expect(rig.receiver.requests).toHaveLength(2);
  });
});
