/**
 * An HTTP server in CleverTap's place: keeps what it got, answers as told. On loopback, any free port.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { TEST_CERTIFICATE, TEST_KEY } from './tls.ts';

export interface Posted {
  readonly path: string;
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly atMs: number;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Milliseconds before the answer. */
  readonly delayMs?: number;
  /** Never answer. */
  readonly hang?: boolean;
  /** Close the connection instead of answering. */
  readonly close?: boolean;
  /** Answer with a body that never ends. */
  readonly endless?: boolean;
}

export interface ReceivedEvent {
  readonly event: string;
  readonly address: string;
  readonly ts: number;
}

export interface Receiver {
  readonly url: string;
  /** Whole requests in the order in which they were complete. */
  readonly requests: readonly Posted[];
  /** Bodies that are not the documented array, whatever was answered. */
  readonly malformed: readonly string[];
  /** Events of the requests that were answered with 2xx, in order. */
  events(): ReceivedEvent[];
  /** What to answer; 200 without a body until it is set. */
  answer: (request: Posted, index: number) => Reply;
  /** Rejects when the predicate is not true within the limit. */
  waitFor(predicate: () => boolean, limitMs: number): Promise<void>;
  stop(): Promise<void>;
}

/** Eight times what 1000 of the longest addresses need. */
const BODY_BYTES = 4 * 1024 * 1024;

/** Starts a receiver whose URL ends in a secret path; with `tls` it shows the test certificate, or that one. */
export async function startReceiver({
  tls = false,
  certificate: cert = TEST_CERTIFICATE,
}: { readonly tls?: boolean; readonly certificate?: string } = {}): Promise<Receiver> {
  const requests: Posted[] = [];
  const taken: ReceivedEvent[] = [];
  const malformed: string[] = [];
  const sockets = new Set<Socket>();
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    if (body === undefined) {
      response.destroy();
      return;
    }
    const { url: path = '', method = '', headers } = request;
    const posted = { path, method, headers, body, atMs: Date.now() };
    const index = requests.push(posted) - 1;
    const events = method === 'POST' ? parseBody(body) : undefined;
    if (events === undefined) malformed.push(body);
    reply(response, receiver.answer(posted, index), () => void taken.push(...(events ?? [])));
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void =>
    // An answer that throws is the test's fault: the client sees a dead connection and the test its own time limit.
    void take(request, response).catch(() => response.destroy());
  const server = tls ? createTlsServer({ cert, key: TEST_KEY }, listener) : createServer(listener);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http${tls ? 's' : ''}://127.0.0.1:${port}/email/callback-f3a91c`,
    requests,
    malformed,
    events: () => [...taken],
    answer: () => ({ status: 200 }),
    async waitFor(predicate, limitMs) {
      const untilMs = Date.now() + limitMs;
      while (!predicate()) {
        if (Date.now() > untilMs) throw new Error(`not within ${limitMs} ms; ${requests.length} requests so far`);
        await new Promise(resolve => setTimeout(resolve, 20));
      }
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise(resolve => server.close(resolve));
    },
  };
  return receiver;
}

/** Undefined when it is cut off or longer than any real one. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > BODY_BYTES) return undefined;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString();
  } catch {
    return undefined;
  }
}

function reply(response: ServerResponse, how: Reply, keepIt: () => void): void {
  const { status = 200, headers, body, delayMs, hang, close, endless } = how;
  if (hang === true) return;
  if (delayMs !== undefined) {
    const { delayMs: _, ...then } = how;
    const timer = setTimeout(() => reply(response, then, keepIt), delayMs);
    response.on('close', () => clearTimeout(timer));
    return;
  }
  if (close === true) {
    response.destroy();
    return;
  }
  if (status < 300) keepIt();
  response.writeHead(status, headers);
  if (endless === true) pour(response);
  else response.end(body);
}

function pour(response: ServerResponse): void {
  while (!response.destroyed && response.write('x'.repeat(16_384)));
  if (!response.destroyed) response.once('drain', () => pour(response));
}

/** The documented shape and nothing else: [{event, data: [{e, ts}]}]. */
function parseBody(body: string): ReceivedEvent[] | undefined {
  let groups: unknown;
  try {
    groups = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (!Array.isArray(groups)) return undefined;
  const events = groups.map(eventsOf);
  return events.length === 0 || events.includes(undefined) ? undefined : events.flatMap(list => list ?? []);
}

function eventsOf(group: unknown): ReceivedEvent[] | undefined {
  if (!hasExactly(group, ['event', 'data'])) return undefined;
  const { event, data } = group;
  const isKnown = event === 'softbounce' || event === 'hardbounce';
  if (!isKnown || !Array.isArray(data) || data.length === 0) return undefined;
  const events: ReceivedEvent[] = [];
  for (const one of data as unknown[]) {
    if (!hasExactly(one, ['e', 'ts'])) return undefined;
    const { e, ts } = one;
    if (typeof e !== 'string' || !e.includes('@') || !isEpochSeconds(ts)) return undefined;
    events.push({ event, address: e, ts });
  }
  return events;
}

function hasExactly<K extends string>(value: unknown, keys: readonly K[]): value is Record<K, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  return Object.keys(value).sort().join() === [...keys].sort().join();
}

/** A number of twelve digits would be milliseconds. */
function isEpochSeconds(ts: unknown): ts is number {
  return typeof ts === 'number' && Number.isInteger(ts) && ts > 0 && ts < 1e11;
}
