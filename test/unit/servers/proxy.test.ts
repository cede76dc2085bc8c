/**
 * The proxy and the journal spoil and write down exactly what they say: the audits rest on them.
 */
import { afterEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { refused, startJournal } from '../../servers/journal.ts';
import { startProxy } from '../../servers/proxy.ts';
import type { Mood, Proxy } from '../../servers/proxy.ts';

const SENT = Buffer.from('abcdefghij'.repeat(100));

let server: Server;
let proxy: Proxy;
const taken: Buffer[] = [];

/** A server that says 1000 bytes, keeps what it is told, and ends when the other side does. */
async function start(mood: Mood): Promise<void> {
  taken.length = 0;
  server = createServer(socket => {
    socket.on('error', () => undefined);
    socket.on('data', bytes => void taken.push(bytes));
    socket.write(SENT);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  proxy = await startProxy(() => (server.address() as AddressInfo).port);
  proxy.mood = mood;
}

interface Heard {
  readonly bytes: () => Buffer;
  readonly socket: Socket;
  readonly over: Promise<void>;
}

function listen(): Heard {
  const chunks: Buffer[] = [];
  const socket = connect(proxy.port, '127.0.0.1');
  socket.on('data', (bytes: Buffer) => void chunks.push(bytes));
  socket.on('error', () => undefined);
  const over = new Promise<void>(resolve => socket.on('close', () => resolve()));
  return { bytes: () => Buffer.concat(chunks), socket, over };
}

async function until(predicate: () => boolean): Promise<void> {
  const endMs = Date.now() + 10_000;
  while (!predicate()) {
    if (Date.now() > endMs) throw new Error('it did not come about');
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}

describe('the proxy', () => {
  afterEach(async () => {
    await proxy.stop();
    await new Promise(resolve => server.close(resolve));
  });

  test.each<[string, Mood]>([
    ['nothing', {}],
    ['a delay', { delayMs: 20 }],
    ['a throttle', { bytesPerSecond: 10_000 }],
    ['a lag', { lagMs: 20 }],
  ])('passes all on, in order, with %s', async (_name, mood) => {
    await start(mood);
    const { bytes, socket } = listen();
    socket.write('hello');
    await until(() => bytes().length === SENT.length && Buffer.concat(taken).length === 5);
    expect(bytes()).toEqual(SENT);
    socket.destroy();
  });

  test.each<[string, Mood, number]>([
    ['a reset', { cutAfter: 300 }, 300],
    ['an end', { cutAfter: 300, cut: 'fin' }, 300],
    ['nothing at all', { refuse: true }, 0],
  ])('cuts with %s after so many bytes', async (_name, mood, length) => {
    await start(mood);
    const { bytes, over } = listen();
    await over;
    // A reset may overtake what was sent before it.
    expect(bytes().length).toBeLessThanOrEqual(length);
    if (mood.cut === 'fin') expect(bytes()).toEqual(SENT.subarray(0, length));
  });

  test('cuts what the client sends', async () => {
    await start({ cutUpAfter: 4 });
    const { socket, over } = listen();
    socket.write('hello there');
    await over;
    expect(Buffer.concat(taken).toString()).toMatch(/^(?:hell)?$/);
  });

  test('stalls, and goes on when told; turns the bits it says', async () => {
    await start({ stall: true, corruptEvery: 400 });
    const { bytes, socket } = listen();
    await until(() => proxy.open === 1);
    await new Promise(resolve => setTimeout(resolve, 60));
    expect(bytes()).toHaveLength(0);
    proxy.mood = { corruptEvery: 400 };
    await until(() => bytes().length === SENT.length);
    const wrong = [...bytes()].flatMap((byte, at) => (byte === SENT[at] ? [] : [at]));
    // The mood is the one from when the piece came in, or from when it went on.
    expect(wrong).toEqual([399, 799]);
    socket.destroy();
  });
});

test('the journal has what was counted before the answer goes out, and nothing that was refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bounced-journal-'));
  const file = join(folder, 'journal');
  const journal = await startJournal(file);
  const post = async (address: string): Promise<number> => {
    const body = JSON.stringify([{ event: 'softbounce', data: [{ e: address, ts: 1_700_000_000 }] }]);
    const { statusCode, body: answer } = await request(journal.receiver.url, { method: 'POST', body });
    await answer.dump();
    return statusCode;
  };
  journal.script = (_addresses, index) =>
    index === 0 ? refused({ status: 503 }) : { reply: { close: true }, counts: () => true };
  expect(await post('a@x.example')).toBe(503);
  await expect(post('b@x.example')).rejects.toThrow();
  expect(await readFile(file, 'utf8')).toBe(
    '{"event":"softbounce","address":"b@x.example","ts":1700000000,"request":1}\n',
  );
  expect(journal.counted()).toHaveLength(1);
  await journal.stop();
  await rm(folder, { recursive: true });
});
