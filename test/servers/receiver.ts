/**
 * An HTTP server in CleverTap's place: keeps what it got, answers as told. On loopback, any free port.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

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
  /** Never answer. */
  readonly hang?: boolean;
  /** Close the connection instead of answering. */
  readonly close?: boolean;
  /** Answer 200 with a body that never ends. */
  readonly endless?: boolean;
}

export interface ReceivedEvent {
  readonly event: string;
  readonly address: string;
  readonly ts: number;
}

export interface Receiver {
  readonly url: string;
  readonly requests: readonly Posted[];
  /** Bodies that are not the documented array. */
  readonly malformed: readonly string[];
  /** Events of the requests that were answered with 2xx, in order. */
  events(): ReceivedEvent[];
  /** What to answer; 200 without a body until it is set. */
  answer: (request: Posted, index: number) => Reply;
  /** Rejects when the predicate is not true within the limit. */
  waitFor(predicate: () => boolean, limitMs: number): Promise<void>;
  stop(): Promise<void>;
}

interface State {
  requests: Posted[];
  taken: ReceivedEvent[];
  malformed: string[];
}

/** Starts a receiver whose URL ends in a secret path. */
export async function startReceiver(): Promise<Receiver> {
  const state: State = { requests: [], taken: [], malformed: [] };
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => void take(request, response));
  server.on('connection', socket => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/email/callback-f3a91c`,
    requests: state.requests,
    malformed: state.malformed,
    events: () => [...state.taken],
    answer: () => ({ status: 200 }),
    async waitFor(predicate, limitMs) {
      const untilMs = Date.now() + limitMs;
      while (!predicate()) {
        if (Date.now() > untilMs) throw new Error(`not within ${limitMs} ms; ${state.requests.length} requests so far`);
        await new Promise(resolve => setTimeout(resolve, 20));
      }
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise(resolve => server.close(resolve));
    },
  };
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const { url: path = '', method = '', headers } = request;
    const posted = { path, method, headers, body: Buffer.concat(chunks).toString(), atMs: Date.now() };
    const index = state.requests.push(posted) - 1;
    reply(response, receiver.answer(posted, index), () => keep(state, posted.body));
  };
  return receiver;
}

function reply(
  response: ServerResponse,
  { status = 200, headers, body, hang, close, endless }: Reply,
  keepIt: () => void,
): void {
  if (hang === true) return;
  if (close === true) {
    response.destroy();
    return;
  }
  if (status < 300) keepIt();
  response.writeHead(status, headers);
  if (endless !== true) {
    response.end(body);
    return;
  }
  const more = (): void => {
    while (!response.destroyed && response.write('x'.repeat(16_384)));
    if (!response.destroyed) response.once('drain', more);
  };
  more();
}

function keep(state: State, body: string): void {
  const events = parseBody(body);
  if (events === undefined) state.malformed.push(body);
  else state.taken.push(...events);
}

/** The documented shape and nothing else: [{event, data: [{e, ts}]}]. */
function parseBody(body: string): ReceivedEvent[] | undefined {
  try {
    const groups = JSON.parse(body) as { event: string; data: { e: string; ts: number }[] }[];
    const events = groups.flatMap(({ event, data, ...rest }) => {
      if (!['softbounce', 'hardbounce'].includes(event) || Object.keys(rest).length > 0) throw new Error('shape');
      return data.map(({ e, ts, ...more }) => {
        if (typeof e !== 'string' || !Number.isInteger(ts) || Object.keys(more).length > 0) throw new Error('shape');
        return { event, address: e, ts };
      });
    });
    return events.length === 0 ? undefined : events;
  } catch {
    return undefined;
  }
}
