/**
 * A mail that harms its reader costs its own outcome and nothing else.
 */
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Worker } from 'node:worker_threads';
import { DEFAULT_POLICY, readBounce } from '../../src/index.ts';
import { rawFromSource } from '../../src/message/message.ts';
import { readMails } from '../../src/read-mail.ts';
import type { Job, Word } from '../../src/reading-jobs.ts';
import { openReadingThread } from '../../src/reading-thread.ts';
import type { ReadingThread } from '../../src/reading-thread.ts';
import type { ReadMail } from '../../src/river.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { Clock } from '../../src/shared/clock.ts';
import type { LogFields } from '../../src/shared/log.ts';
import { silentLog } from '../../src/shared/silent-log.ts';
import { wholeVerdict } from '../../src/verdict/verdict.ts';
import type { Ruling } from '../../src/verdict/verdict.ts';
import { loadFixtures } from '../fixtures/load.ts';
import { asFetched } from '../fuzz/fetched.ts';
import { bounceNumber, ordinaryNumber } from '../servers/synthetic.ts';
import { startThread } from '../threads/start.ts';

const NOW = 4_000_000_000;
/** A second of it passes twice as fast: a mail that hangs is given up after five, one that is read has five. */
const clock: Clock = { ...systemClock, sleep: (ms, signal) => systemClock.sleep(ms / 2, signal) };

const complaints: { message: string; fields: LogFields }[] = [];
const log = { ...silentLog, error: (message: string, fields: LogFields = {}) => complaints.push({ message, fields }) };
const open: ReadingThread[] = [];
const started: Worker[] = [];

function openOdd(settings: { resourceLimits?: { maxOldGenerationSizeMb: number } } = {}): ReadingThread {
  const entry = new URL('../threads/odd-reading-entry.ts', import.meta.url);
  const thread = openReadingThread({ log, clock }, () => {
    const worker = startThread(entry, { ...settings, stdout: true, stderr: true });
    started.push(worker);
    return worker;
  });
  open.push(thread);
  return thread;
}

/** A thread of which is known how many bytes of mail it had at most, without an answer to them. */
function openWeighed(): { thread: ReadingThread; mostBytes: () => number } {
  const held: number[] = [];
  let most = 0;
  const thread = openReadingThread({ log, clock: systemClock }, () => {
    const worker = startThread(new URL('../threads/odd-reading-entry.ts', import.meta.url), {});
    const post = worker.postMessage.bind(worker);
    worker.postMessage = (job: Job, moved: ArrayBuffer[]) => {
      if (job.kind === 'mails') held.push(job.bytes.length);
      most = Math.max(
        most,
        held.reduce((sum, bytes) => sum + bytes, 0),
      );
      post(job, moved);
    };
    // Heard before the thread's owner hears it: what it sends next comes on top of the rest.
    worker.on('message', ({ kind }: Word) => {
      if (kind === 'answers') held.shift();
    });
    return worker;
  });
  open.push(thread);
  return { thread, mostBytes: () => most };
}

function openReal(): ReadingThread {
  const thread = openReadingThread({ log, clock: systemClock });
  open.push(thread);
  return thread;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map(thread => thread.close()));
  complaints.length = 0;
  started.length = 0;
});

const RECEIVER = { user: 'news@shop.example', authservId: 'mx.google.com' };
const odd = (what: string): Buffer =>
  Buffer.from(
    bounceNumber(1)
      .report.toString()
      .replace(/^Subject: .*$/m, `Subject: Undelivered Mail ${what}`),
  );
const read = (thread: ReadingThread, source: Buffer): Promise<ReadMail> =>
  thread.read(rawFromSource(source), DEFAULT_POLICY, NOW, RECEIVER);

function gistOf(ruling: Ruling): Partial<Ruling> {
  const { whole, ...gist } = { whole: '', ...ruling };
  expect(whole).not.toBe('');
  return gist;
}

describe('what a mail does to its reader costs this mail alone', () => {
  test.each([
    ['hang', /^too slow: reading it took more than 10 seconds$/],
    ['eat', /^too large: reading it took more than \d+ MB of memory$/],
    ['throw', /^its reader failed: a bug$/],
    ['end', /^its reading ended by itself$/],
  ])(
    '%s',
    async (what, because) => {
      const thread = openOdd({ resourceLimits: { maxOldGenerationSizeMb: 64 } });
      // All at once, as several mailboxes do: each answer belongs to its own mail.
      const mails = await Promise.all([0, 1, 2].map(n => read(thread, n === 1 ? odd(what) : bounceNumber(n).report)));
      expect(mails.map(({ reading, verdicts }) => [reading.kind, verdicts.map(one => one.recipient)])).toEqual([
        ['failure', [bounceNumber(0).address]],
        ['unreadable', []],
        ['failure', [bounceNumber(2).address]],
      ]);
      expect(mails[1]?.reading).toMatchObject({ because: expect.stringMatching(because) });
      expect(complaints).toHaveLength(1);
    },
    60_000,
  );

  test('whatever it had been given besides', async () => {
    const thread = openOdd();
    const sources = Array.from({ length: 45 }, (_, n) => (n === 13 || n === 27 ? odd('end') : bounceNumber(n).report));
    const mails = await Promise.all(sources.map(source => read(thread, source)));
    expect(mails.map(({ verdicts }) => verdicts.map(one => one.recipient))).toEqual(
      sources.map((_, n) => (n === 13 || n === 27 ? [] : [bounceNumber(n).address])),
    );
    expect(complaints).toHaveLength(2);
  }, 60_000);

  test('a file is given up just so', async () => {
    const thread = openReadingThread({ log, clock }, () =>
      startThread(new URL('../threads/deaf-entry.ts', import.meta.url), {}),
    );
    open.push(thread);
    expect(await thread.readFile(bounceNumber(1).report, DEFAULT_POLICY, NOW)).toMatchObject({
      isBounce: false,
      kind: 'unreadable',
      because: expect.stringMatching(/^too slow/),
      verdicts: [],
    });
  }, 60_000);

  test('what is printed in there stays in there', async () => {
    const thread = openOdd();
    const printed: unknown[] = [];
    const write = process.stderr.write.bind(process.stderr);
    process.stderr.write = (...args: unknown[]) => printed.push(args[0]) > 0;
    try {
      expect((await read(thread, odd('print'))).reading.kind).toBe('failure');
      await thread.close();
    } finally {
      process.stderr.write = write;
    }
    expect(printed).toEqual([]);
  }, 60_000);
});

describe('the thread', () => {
  test('reads every sample as it is read without a thread', async () => {
    const thread = openReal();
    const raws = (await loadFixtures()).flatMap(({ source }) => [rawFromSource(source), asFetched(source)]);
    // All at once, as a chunk does it: they are sent and read together.
    const read = await Promise.all(raws.map(raw => thread.read(raw, DEFAULT_POLICY, NOW, RECEIVER)));
    // What is sent of a verdict is its gist, and the whole as a text.
    const whole = (mail: ReadMail | undefined) => ({ ...mail, verdicts: mail?.verdicts.map(wholeVerdict) });
    for (const [at, raw] of raws.entries()) {
      expect([whole(read[at])]).toEqual(await readMails([raw], DEFAULT_POLICY, NOW, RECEIVER));
      for (const ruling of read[at]?.verdicts ?? []) expect(wholeVerdict(ruling)).toMatchObject(gistOf(ruling));
    }
    const source = bounceNumber(1).report;
    expect(await thread.readFile(source, DEFAULT_POLICY, NOW)).toEqual(await readBounce(source, { nowSeconds: NOW }));
  }, 60_000);

  test('goes on while we are busy with something else', async () => {
    const thread = openReal();
    const answered: number[] = [];
    const all = Array.from({ length: 30 }, async (_, n) => {
      await read(thread, bounceNumber(n).report);
      answered.push(n);
    });
    await all[0];
    expect(answered.length).toBeLessThan(30);
    // Nothing of ours runs meanwhile.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
    for (let turn = 0; turn < 3; turn += 1) await new Promise(resolve => setImmediate(resolve));
    expect(answered).toHaveLength(30);
    await Promise.all(all);
  }, 60_000);

  test('is not given more of large mails than it soon reads', async () => {
    const { thread, mostBytes } = openWeighed();
    const large = Buffer.concat([bounceNumber(1).report, Buffer.alloc(700_000, 'and more of it\r\n')]);
    const mails = await Promise.all(Array.from({ length: 12 }, () => read(thread, large)));
    expect(mails.map(({ reading }) => reading.kind)).toEqual(Array.from(mails, () => 'failure'));
    // One that it reads and two that wait, with their headers once more; not all 8 MB.
    expect(mostBytes()).toBeGreaterThan(2_000_000);
    expect(mostBytes()).toBeLessThan(2_500_000);
  }, 60_000);

  test('is told when the policy changes', async () => {
    const thread = openReal();
    const raw = rawFromSource(bounceNumber(0).report);
    const softer = { ...DEFAULT_POLICY, overrides: { userUnknown: 'soft' } } as const;
    const words = [];
    for (const policy of [DEFAULT_POLICY, softer, DEFAULT_POLICY]) {
      words.push((await thread.read(raw, policy, NOW, RECEIVER)).verdicts.map(one => one.verdict));
    }
    expect(words).toEqual([['hard'], ['soft'], ['hard']]);
  }, 60_000);

  test('is not started for mail that is no candidate, ends when idle, and is started again', async () => {
    const thread = openOdd();
    const ordinary = { ...rawFromSource(ordinaryNumber(1)), candidate: false };
    expect((await thread.read(ordinary, DEFAULT_POLICY, NOW, RECEIVER)).reading.kind).toBe('ordinary');
    expect(started).toHaveLength(0);
    await read(thread, bounceNumber(0).report);
    expect(started).toHaveLength(1);
    await new Promise(resolve => started[0]?.once('exit', resolve));
    expect((await read(thread, bounceNumber(1).report)).reading.kind).toBe('failure');
    expect(started).toHaveLength(2);
  }, 60_000);

  test('is started once when mail is announced, before there is any', async () => {
    const thread = openOdd();
    for (let n = 0; n < 3; n += 1) thread.prepare();
    await new Promise(resolve => setTimeout(resolve, 50));
    thread.prepare();
    expect(started).toHaveLength(1);
    expect((await read(thread, bounceNumber(1).report)).reading.kind).toBe('failure');
    thread.prepare();
    expect(started).toHaveLength(1);
    // Nothing comes after all: it is not kept for good, and the next mail has another.
    await new Promise(resolve => started[0]?.once('exit', resolve));
    thread.prepare();
    expect((await read(thread, bounceNumber(2).report)).reading.kind).toBe('failure');
    expect(started).toHaveLength(2);
  }, 60_000);

  test('that cannot be started is no fault of the mail: it is to be read again', async () => {
    const thread = openReadingThread({ log, clock }, () =>
      startThread(new URL('./no-such-entry.ts', import.meta.url), {}),
    );
    open.push(thread);
    thread.prepare();
    await expect(read(thread, bounceNumber(1).report)).rejects.toMatchObject({
      code: 'NO_READING_THREAD',
      retry: 'later',
    });
  }, 60_000);

  test('leaves the bytes of the mail where they are', async () => {
    const thread = openReal();
    const raw = rawFromSource(bounceNumber(1).report);
    await thread.read(raw, DEFAULT_POLICY, NOW, RECEIVER);
    expect(raw.source?.length).toBe(bounceNumber(1).report.length);
  }, 60_000);
});
