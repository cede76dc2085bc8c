/**
 * The receiver in CleverTap's place: what it keeps, what it calls malformed, how it can fail.
 */
import { afterEach, expect, test } from '@jest/globals';
import { request } from 'node:https';
import { startReceiver } from '../../servers/receiver.ts';
import type { Receiver, Reply } from '../../servers/receiver.ts';
import { TEST_CA } from '../../servers/tls.ts';

const BODY = JSON.stringify([
  { event: 'softbounce', data: [{ e: 'a@shop.example', ts: 1_800_000_000 }] },
  { event: 'hardbounce', data: [{ e: 'b@shop.example', ts: 1_800_000_001 }] },
]);

let receiver: Receiver;

afterEach(async () => receiver.stop());

async function post(body: string, signal?: AbortSignal): Promise<Response> {
  return fetch(receiver.url, { method: 'POST', body, ...(signal ? { signal } : {}) });
}

test('keeps requests and events in their order', async () => {
  receiver = await startReceiver();
  expect((await post(BODY)).status).toBe(200);
  await receiver.waitFor(() => receiver.requests.length === 1, 1_000);
  expect(receiver.requests[0]).toMatchObject({ method: 'POST', path: '/email/callback-f3a91c', body: BODY });
  expect(receiver.events()).toEqual([
    { event: 'softbounce', address: 'a@shop.example', ts: 1_800_000_000 },
    { event: 'hardbounce', address: 'b@shop.example', ts: 1_800_000_001 },
  ]);
  expect(receiver.malformed).toEqual([]);
});

test('events of a refused request did not happen', async () => {
  receiver = await startReceiver();
  receiver.answer = (_, index) => (index === 0 ? { status: 503, headers: { 'retry-after': '7' } } : {});
  const refused = await post(BODY);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '7']);
  expect(receiver.events()).toEqual([]);
  await post(BODY);
  expect(receiver.events()).toHaveLength(2);
});

test.each([
  ['no JSON', '[{'],
  ['no array', '{"event":"softbounce","data":[]}'],
  ['no group', '[]'],
  ['no address', '[{"event":"softbounce","data":[]}]'],
  ['another event', BODY.replace('softbounce', 'spam')],
  ['a field too many in a group', BODY.replace('"event"', '"v":2,"event"')],
  ['a field too many beside an address', BODY.replace('"ts"', '"why":"x","ts"')],
  ['milliseconds', BODY.replace('1800000000', '1800000000000')],
  ['a time that is text', BODY.replace('1800000000', '"1800000000"')],
  ['an address that is none', BODY.replace('a@shop.example', 'a')],
])('%s is malformed', async (_, body) => {
  receiver = await startReceiver();
  await post(body);
  expect(receiver.malformed).toEqual([body]);
  expect(receiver.events()).toEqual([]);
});

test('a GET is malformed, whatever it carries', async () => {
  receiver = await startReceiver();
  await (await fetch(receiver.url)).text();
  expect(receiver.malformed).toHaveLength(1);
});

test.each<[string, Reply]>([
  ['hangs', { hang: true }],
  ['pours without end', { endless: true }],
  ['waits longer than anyone', { delayMs: 60_000 }],
])('%s until the client goes, and stops all the same', async (_, reply) => {
  receiver = await startReceiver();
  receiver.answer = () => reply;
  const gone = new AbortController();
  const answer = post(BODY, gone.signal).then(async response => response.text());
  await receiver.waitFor(() => receiver.requests.length === 1, 1_000);
  gone.abort();
  await expect(answer).rejects.toThrow(/abort/);
});

test('closes before it answers', async () => {
  receiver = await startReceiver();
  receiver.answer = () => ({ close: true });
  await expect(post(BODY)).rejects.toThrow(/fetch failed/);
  expect(receiver.requests).toHaveLength(1);
  expect(receiver.events()).toEqual([]);
});

test('answers late when told to', async () => {
  receiver = await startReceiver();
  receiver.answer = () => ({ delayMs: 5, status: 202, body: 'later' });
  const response = await post(BODY);
  expect([response.status, await response.text()]).toEqual([202, 'later']);
});

test('a request that is cut off half way is not kept, and harms nobody', async () => {
  receiver = await startReceiver();
  const gone = new AbortController();
  const never = new ReadableStream({ start: stream => stream.enqueue(new TextEncoder().encode('[{"event"')) });
  const cut = fetch(receiver.url, { method: 'POST', body: never, duplex: 'half', signal: gone.signal });
  setTimeout(() => gone.abort(), 20);
  await expect(cut).rejects.toThrow(/abort/);
  await post(BODY);
  expect(receiver.requests).toHaveLength(1);
});

test('over TLS with the committed authority', async () => {
  receiver = await startReceiver({ tls: true });
  const status = await new Promise((resolve, reject) => {
    const sent = request(receiver.url, { method: 'POST', ca: TEST_CA }, response =>
      resolve(response.resume().statusCode),
    );
    sent.on('error', reject).end(BODY);
  });
  expect(status).toBe(200);
  expect(receiver.events()).toHaveLength(2);
});

test('waiting has an end', async () => {
  receiver = await startReceiver();
  await expect(receiver.waitFor(() => false, 30)).rejects.toThrow('not within 30 ms; 0 requests so far');
});
