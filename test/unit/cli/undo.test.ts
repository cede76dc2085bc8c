/**
 * `bounced undo`: who is resubscribed, who is left out and why, what is sent and written, and that nobody is twice.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sinceSeconds } from '../../../src/cli/since.ts';
import { undoCommand } from '../../../src/cli/undo.ts';
import type { EventDetails } from '../../../src/outbox/outbox.ts';
import { heldOf } from '../../contract/store-values.ts';
import { startReceiver } from '../../servers/receiver.ts';
import type { Receiver } from '../../servers/receiver.ts';
import { captured } from './captured.ts';
import type { Captured } from './captured.ts';
import { outboxFolder } from './outbox-folder.ts';
import type { OutboxFolder, Story } from './outbox-folder.ts';

const NOW = Math.floor(Date.now() / 1000);
const DAY = 86_400;
const TAKEN = { as: 'delivered', because: 'HTTP 200' } as const;
const LOST = { as: 'retry', nextAtSeconds: NOW, because: 'no answer', ambiguous: true, countsAsAttempt: true } as const;
const SOFT = { event: { verdict: 'soft' } } as const;
const ACCOUNT = 'W9R-486-4W5Z';
const PASSCODE = '6b4f7c-correct-horse';

let receiver: Receiver;
let outbox: OutboxFolder;

beforeEach(async () => {
  receiver = await startReceiver();
  outbox = await outboxFolder(`api_url = "${new URL(receiver.url).origin}"
api_account_id_file = "account"
api_passcode_file = "passcode"
timeout = "20s"`);
  await writeFile(join(outbox.folder, 'account'), `${ACCOUNT}\n`, { mode: 0o600 });
  await writeFile(join(outbox.folder, 'passcode'), `${PASSCODE}\n`, { mode: 0o600 });
});

afterEach(async () => {
  await receiver.stop();
  await outbox.remove();
});

function posted(n: number, more: Partial<Story> = {}): Story {
  return { n, posts: [TAKEN], atSeconds: NOW - 1_000, ...more };
}

function customer(n: number): string {
  return `customer${n}@example.com`;
}

async function undo(...words: string[]): Promise<Captured> {
  return captured(undoCommand([...words, '--config', outbox.config]));
}

async function send(...words: string[]): Promise<Captured> {
  return undo(...words, '--send', '--reason', 'their server lied');
}

/** The addresses of each request to the API. */
function sent(): string[][] {
  return receiver.requests.map(({ body }) => (JSON.parse(body) as { d: { value: string }[] }).d.map(one => one.value));
}

async function acts(n: number): Promise<EventDetails['acts']> {
  return outbox.with(async store => (await store.show(`event-${n}`))?.acts ?? []);
}

describe('whom', () => {
  test('a dry run shows whom and why it bounced, and changes and sends nothing', async () => {
    await outbox.tell(posted(1), posted(2));
    const { out, err, exit } = await undo(customer(1), '--dry-run');
    expect(out).toMatch(/^customer1@example\.com +clevertap +20\d\d-.* +1 +userUnknown +550 5\.1\.1 no such user$/m);
    expect(out).not.toContain(customer(2));
    expect(err).toContain('1 would be resubscribed, also who has unsubscribed himself since; nothing was changed');
    expect({ exit, acts: await acts(1), requests: receiver.requests }).toEqual({ exit: 0, acts: [], requests: [] });
  });

  test.each<[string, Partial<Story>, RegExp]>([
    ['soft', SOFT, /nothing to undo: its bounce was soft, and CleverTap counts soft bounces .* unsubscribes nobody/],
    [
      'held',
      { held: heldOf(1), posts: [] },
      /nothing to undo: .* not posted, it is held\n {2}cure: "bounced held discard/,
    ],
    [
      'waiting',
      { posts: [] },
      /nothing to undo: .* not posted, it is waiting\n {2}cure: "bounced outbox drop event-1 /,
    ],
    [
      'posted, and to be posted again',
      { posts: [LOST] },
      /is waiting and would unsubscribe it again\n {2}cure: "bounced/,
    ],
    ['refused', { posts: [{ as: 'buried', because: 'no' } as const] }, /nothing to undo: .* not posted, it is dead\n/],
  ])('left out with the reason: %s', async (_title, more, words) => {
    await outbox.tell(posted(1, more));
    const { err, exit } = await send(customer(1));
    expect(err).toMatch(words);
    expect({ exit, requests: receiver.requests }).toEqual({ exit: 65, requests: [] });
  });

  test('one that may have been counted, once it is dropped', async () => {
    await outbox.tell(posted(1, { posts: [LOST] }));
    await outbox.with(store => store.act('drop', ['event-1'], { who: 'jane' }, NOW));
    await send(customer(1));
    expect(sent()).toEqual([[customer(1)]]);
  });

  test('named but unknown: told, and the others are done', async () => {
    await outbox.tell(posted(1));
    const { err, exit } = await send('nobody@example.com', customer(1).toUpperCase());
    expect(err).toContain('left out: nobody@example.com: nothing is recorded of it');
    expect({ exit, sent: sent() }).toEqual({ exit: 65, sent: [[customer(1)]] });
  });

  test('all since a time; not who has bounced hard before it as well', async () => {
    const twice = { event: { address: 'twice@example.com' } };
    await outbox.tell(
      posted(1, { atSeconds: NOW - 3 * DAY }),
      posted(2, { ...twice, atSeconds: NOW - 3 * DAY }),
      posted(3, twice),
      posted(4, SOFT),
      posted(5),
    );
    const { err, exit } = await send('--since', '2h');
    expect({ exit, sent: sent() }).toEqual({ exit: 0, sent: [[customer(5)]] });
    expect(err).toMatch(/left out: twice@example\.com: another hard bounce of it was posted at .*\n {2}cure: name the/);
    await send('twice@example.com');
    expect(sent().at(-1)).toEqual(['twice@example.com']);
    expect([await acts(2), await acts(3)]).toMatchObject([[{ act: 'undo' }], [{ act: 'undo' }]]);
  });

  test('of one mailbox, of one callback', async () => {
    await outbox.tell(posted(1), posted(2, { event: { mailbox: 'second' } }));
    await send('--since', '1d', '--mailbox', 'second');
    expect(sent()).toEqual([[customer(2)]]);
    for (const word of ['--mailbox', '--callback']) {
      expect((await undo('--since', '1d', word, 'third', '--dry-run')).err).toContain('there was none');
    }
  });
});

describe('sending', () => {
  test('posts the documented body with account id and passcode; who, when and why is kept', async () => {
    await outbox.tell(posted(1), posted(2));
    const { out, exit } = await send(customer(1), customer(2));
    const headers = { 'x-clevertap-account-id': ACCOUNT, 'x-clevertap-passcode': PASSCODE };
    expect(receiver.requests).toMatchObject([
      { method: 'POST', path: '/1/subscribe', headers: { ...headers, 'content-type': 'application/json' } },
    ]);
    expect(JSON.parse(receiver.requests[0]?.body ?? '')).toEqual({
      d: [1, 2].map(n => ({ type: 'email', value: customer(n), status: 'Resubscribe' })),
    });
    expect({ out, exit }).toEqual({ out: `${customer(1)}  resubscribed\n${customer(2)}  resubscribed\n`, exit: 0 });
    expect(await acts(1)).toMatchObject([{ act: 'undo', because: 'their server lied' }]);
  });

  test('nobody twice, unless asked to; a new hard bounce is a new reason', async () => {
    await outbox.tell(posted(1));
    await send(customer(1));
    const again = await send(customer(1));
    expect(again.err).toMatch(/it was resubscribed already \(.* undo by .*their server lied\)\n {2}cure: --again/);
    expect({ exit: again.exit, requests: receiver.requests.length }).toEqual({ exit: 65, requests: 1 });
    await send(customer(1), '--again');
    expect(receiver.requests).toHaveLength(2);
    await outbox.tell(posted(2, { event: { address: customer(1) } }));
    await send(customer(1));
    expect(receiver.requests).toHaveLength(3);
    expect([(await acts(1)).length, (await acts(2)).length]).toEqual([2, 1]);
  });

  test('1000 a request; what was taken before one failed is left out the next time', async () => {
    await outbox.with(async store => {
      const lease = await store.lease('daemon', NOW, 60);
      const events = Array.from({ length: 1_001 }, (_, n) => ({
        ...{ id: `event-${n}`, mailbox: 'campaigns', callback: 'clevertap', address: customer(n) },
        ...({ verdict: 'hard', tsSeconds: NOW - 60, proof: 'sent' } as const),
      }));
      const cursor = { mailbox: 'campaigns', folder: 'All Mail', uidValidity: 1, lastUid: 1 };
      await store.record(lease, { cursor, outcomes: [], events, held: [], skipped: 0 }, NOW);
      await store.claim(lease, 'clevertap', 2_000, NOW, 60);
      const settlements = events.map(({ id }) => ({ id, ...TAKEN }));
      await store.settle(lease, settlements, NOW);
      await store.release(lease);
    });
    receiver.answer = (_request, index) => ({ status: index === 1 ? 503 : 200 });
    await expect(send('--since', '1h')).rejects.toMatchObject({ exit: 69, retry: 'later' });
    await send('--since', '1h');
    expect(sent().map(({ length }) => length)).toEqual([1_000, 1, 1]);
    expect(sent()[2]).toEqual(sent()[1]);
  }, 60_000);

  test('whom CleverTap refuses is told and not noted; the others are', async () => {
    await outbox.tell(posted(1), posted(2));
    const record = { type: 'email', value: customer(2), status: 'Resubscribe' };
    const unprocessed = [{ status: 'fail', code: 512, error: 'no such profile', record }];
    receiver.answer = () => ({ body: JSON.stringify({ status: 'partial', processed: 1, unprocessed }) });
    await expect(send(customer(1), customer(2))).rejects.toMatchObject({
      exit: 65,
      message: 'CleverTap refused 1 of them; the others are resubscribed',
    });
    expect([(await acts(1)).length, (await acts(2)).length]).toEqual([1, 0]);
  });

  test.each([
    ['a wrong passcode', { status: 401, body: `${PASSCODE} is wrong` }, 77, /refuses account id or passcode/],
    ['a wrong region', { status: 404 }, 78, /no Subscribe API at api_url/],
    ['a redirect, which is not followed', { status: 302, headers: { location: '/x' } }, 78, /no Subscribe API/],
    ['too many requests', { status: 429 }, 69, /did not take it/],
    ['a success that says failure', { body: '{"status":"fail","error":"down"}' }, 69, /did not take it/],
    ['an answer about somebody else', { body: '{"unprocessed":[{"record":{"value":"x@y.example"}}]}' }, 69, /did not/],
    ['a refusal of the whole', { status: 400, body: 'Malformed' }, 65, /refuses the request: HTTP 400: Malformed/],
    ['no answer', { close: true }, 69, /did not take it/],
  ])('%s: nobody is noted, and the cure is told without a secret', async (_title, reply, exit, words) => {
    await outbox.tell(posted(1));
    receiver.answer = () => reply;
    const fault: unknown = await send(customer(1)).catch((error: unknown) => error);
    expect(fault).toMatchObject({ exit, message: expect.stringMatching(words), hint: expect.any(String) });
    expect((fault as Error).message).not.toContain(PASSCODE);
    expect({ acts: await acts(1), requests: receiver.requests.length }).toEqual({ acts: [], requests: 1 });
  });

  test('without an api_url nothing can be sent, and the cure says what to set', async () => {
    const bare = await outboxFolder();
    try {
      await bare.tell(posted(1));
      const sending = captured(undoCommand([customer(1), '--send', '--reason', 'x', '--config', bare.config]));
      await expect(sending).rejects.toMatchObject({ exit: 78, message: expect.stringContaining('has no api_url') });
    } finally {
      await bare.remove();
    }
  });
});

test('written: the body into a file for its owner alone, the call of curl, a note; never over a file', async () => {
  await outbox.tell(posted(1), posted(2));
  const file = join(outbox.folder, 'undo it.json');
  const words = ['--write', file, '--reason', 'their server lied'];
  const { out, err, exit } = await undo(customer(1), ...words);
  expect({ out, exit }).toEqual({ out: `${customer(1)}  written\n`, exit: 0 });
  expect(err).toContain(`--data-binary @'${file}' ${new URL(receiver.url).origin}/1/subscribe`);
  expect(err).not.toContain(PASSCODE);
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
    d: [{ type: 'email', value: customer(1), status: 'Resubscribe' }],
  });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await acts(1)).toMatchObject([{ because: `their server lied (written to ${file}, to be sent by hand)` }]);
  const over = undo(customer(2), ...words);
  await expect(over).rejects.toMatchObject({ exit: 74, hint: expect.stringContaining('not overwritten') });
  expect({ acts: await acts(2), requests: receiver.requests }).toEqual({ acts: [], requests: [] });
});

test('for programs: an object a customer, those left out included', async () => {
  await outbox.tell(posted(1), posted(2, SOFT));
  const { out } = await undo(customer(1), customer(2), '--dry-run', '--json');
  const [one, other] = out
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as object);
  expect(one).toEqual({
    ...{ address: customer(1), callback: 'clevertap', postedAt: NOW - 940, events: ['event-1'] },
    ...{ reason: 'userUnknown', quote: '550 5.1.1 no such user', result: 'would be resubscribed' },
  });
  expect(other).toMatchObject({ address: customer(2), result: 'left out', because: expect.stringContaining('soft') });
});

describe('mistakes', () => {
  const all = ['--reason', 'x', '--config', 'x'];
  test.each([
    [['a@example.com', '--reason', 'x', '--send'], '--config FILE is missing'],
    [['--send', ...all], 'expected an ADDRESS, or --since TIME'],
    [['a@example.com', '--since', '2h', '--send', ...all], 'not both'],
    [['example.com', '--send', ...all], 'not "example.com"'],
    [['a@example.com', ...all], 'expected one of --dry-run, --write FILE and --send'],
    [['a@example.com', '--send', '--dry-run', ...all], 'expected one of --dry-run'],
    [['a@example.com', '--send', '--config', 'x'], '--reason TEXT is missing'],
    [['--since', 'yesterday', '--send', ...all], '--since expects a time that is past'],
  ])('%j', (words, message) => {
    expect(() => undoCommand(words)).toThrow(message);
  });

  test('the time of --since: how long ago, or a date in UTC that is past', () => {
    const now = Date.UTC(2026, 10, 24) / 1_000;
    expect(['90m', '2h', '3d'].map(text => now - sinceSeconds('undo', text, now))).toEqual([5_400, 7_200, 3 * DAY]);
    expect(sinceSeconds('undo', '2026-11-23', now)).toBe(now - DAY);
    expect(sinceSeconds('undo', '2026-11-23T20:55', now)).toBe(now - DAY + 75_300);
    expect(sinceSeconds('undo', '2026-11-23 20:55:30Z', now)).toBe(now - DAY + 75_330);
    for (const text of ['2026-11-25', '2026-02-30', '2026-13-01', '23.11.2026', '', '2w', '-2h', '2026-11-23T25:00']) {
      expect(() => sinceSeconds('undo', text, now)).toThrow('--since expects');
    }
  });
});
