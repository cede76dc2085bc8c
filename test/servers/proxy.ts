/**
 * A TCP proxy on loopback that can be told to spoil the line between two programs: refuse, delay, throttle, stall,
 * corrupt, cut. Knows nothing of what passes, TLS or not.
 */
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How the line is. Counts are bytes of one direction of one connection. */
export interface Mood {
  /** New connections are reset at once. */
  readonly refuse?: boolean;
  /** Before each piece is passed on; the next one waits for it. */
  readonly delayMs?: number;
  /** Each piece arrives so much later, and many are under way together, as on a long line. Set before a connection. */
  readonly lagMs?: number;
  readonly bytesPerSecond?: number;
  /** Nothing passes, and nobody is told. */
  readonly stall?: boolean;
  /** One bit of about every so many bytes is turned, from server to client. */
  readonly corruptEvery?: number;
  /** A connection ends after so many bytes from the server; with a reset, by a plain end, or one side only. */
  readonly cutAfter?: number;
  readonly cut?: 'rst' | 'fin' | 'half';
  /** The same after so many bytes from the client: what it sends is cut short. */
  readonly cutUpAfter?: number;
}

export interface Proxy {
  readonly port: number;
  /** Holds for open connections too. */
  mood: Mood;
  /** Open connections. */
  readonly open: number;
  /** What came in so far, both directions of all connections together. */
  readonly bytes: number;
  /** How often a client spoke after its server had: round trips that somebody waited for, those of TLS included. */
  readonly turns: number;
  /** Ends all connections now. */
  cut(how: 'rst' | 'fin'): void;
  stop(): Promise<void>;
}

const STALL_LOOK_MS = 25;
const SLICES_PER_SECOND = 20;

/** @param target the port on loopback, asked for each connection */
export async function startProxy(target: () => number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let bytes = 0;
  let turns = 0;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (piece: Buffer) => (bytes += piece.length));
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer({ allowHalfOpen: true }, client => {
    keep(client);
    if (proxy.mood.refuse === true) {
      reset(client);
      return;
    }
    const upstream = connect({ port: target(), host: '127.0.0.1', allowHalfOpen: true });
    keep(upstream);
    let spoke: 'client' | 'server' = 'server';
    client.on('data', () => {
      if (spoke === 'server') turns += 1;
      spoke = 'client';
    });
    upstream.on('data', () => (spoke = 'server'));
    pass(client, upstream, () => proxy.mood, 'up');
    pass(upstream, client, () => proxy.mood, 'down');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const proxy: Proxy = {
    port: (server.address() as AddressInfo).port,
    mood: {},
    get open() {
      return Math.ceil(sockets.size / 2);
    },
    get bytes() {
      return bytes;
    },
    get turns() {
      return turns;
    },
    cut(how) {
      for (const socket of sockets) end(socket, how);
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise(resolve => server.close(resolve));
    },
  };
  return proxy;
}

/** One direction: piece after piece, in order, spoiled as the mood of the moment has it. */
function pass(from: Socket, to: Socket, mood: () => Mood, direction: 'up' | 'down'): void {
  const { lagMs } = mood();
  if (lagMs !== undefined) {
    passLater(from, to, lagMs);
    return;
  }
  let passed = 0;
  let queue = Promise.resolve();
  const next = (work: () => Promise<void>): void => void (queue = queue.then(work, () => undefined));
  from.on('data', (bytes: Buffer) => {
    from.pause();
    next(async () => {
      passed = await forward(bytes, passed, from, to, mood, direction);
      from.resume();
    });
  });
  // An end comes after what was sent before it; a connection that broke breaks the other.
  from.on('end', () => next(() => Promise.resolve().then(() => void to.end())));
  from.on('error', () => reset(to));
  from.on('close', () =>
    next(() => {
      if (!to.destroyed) to.end();
      return Promise.resolve();
    }),
  );
}

/** One direction of a long line: what is said, and that it is over, arrives in order and so much later. */
function passLater(from: Socket, to: Socket, lagMs: number): void {
  const later = (arrive: () => void): void => void setTimeout(arrive, lagMs);
  from.on('data', (bytes: Buffer) =>
    later(() => {
      if (!to.destroyed) to.write(bytes);
    }),
  );
  const over = (): void => later(() => void to.end());
  from.on('end', over);
  from.on('close', over);
}

async function forward(
  bytes: Buffer,
  passed: number,
  from: Socket,
  to: Socket,
  mood: () => Mood,
  direction: 'up' | 'down',
): Promise<number> {
  const { delayMs, corruptEvery, cutAfter, cutUpAfter, cut = 'rst' } = mood();
  if (delayMs !== undefined) await sleep(delayMs);
  while (mood().stall === true && !to.destroyed && !from.destroyed) await sleep(STALL_LOOK_MS);
  const limit = (direction === 'down' ? cutAfter : cutUpAfter) ?? Infinity;
  const piece = bytes.subarray(0, Math.max(0, limit - passed));
  const sent = direction === 'down' && corruptEvery !== undefined ? corrupt(piece, passed, corruptEvery) : piece;
  await write(to, sent, mood);
  if (piece.length < bytes.length) {
    if (cut === 'half') to.end();
    else for (const socket of [from, to]) end(socket, cut);
  }
  return passed + bytes.length;
}

async function write(to: Socket, bytes: Buffer, mood: () => Mood): Promise<void> {
  for (let at = 0; at < bytes.length && to.writable;) {
    const { bytesPerSecond } = mood();
    const size =
      bytesPerSecond === undefined ? bytes.length : Math.max(1, Math.floor(bytesPerSecond / SLICES_PER_SECOND));
    to.write(bytes.subarray(at, at + size));
    at += size;
    if (bytesPerSecond !== undefined) await sleep(1_000 / SLICES_PER_SECOND);
  }
}

function end(socket: Socket, how: 'rst' | 'fin'): void {
  if (how === 'rst') reset(socket);
  else socket.end();
}

/** One that is just saying its end cannot be reset: libuv refuses, and Node then forgets to close it, for ever. */
function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

/** Always the same bytes of a stream, so that a run can be repeated. */
function corrupt(bytes: Buffer, passed: number, every: number): Buffer {
  const copy = Buffer.from(bytes);
  const first = every - 1 - (passed % every);
  for (let at = first; at < copy.length; at += every) copy[at] = (copy[at] ?? 0) ^ 0x04;
  return copy;
}
