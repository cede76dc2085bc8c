/**
 * /healthz, /readyz and /metrics over HTTP. Takes an address and three questions, answers them; a probe that fails says
 * in plain lines why. Gives out no address of anybody, takes no orders.
 */
import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { asFault, EXIT, Fault } from '../shared/fault.ts';

export interface Listen {
  readonly host: string;
  readonly port: number;
}

/** What the probes ask; each answer lists what is wrong, and is empty when all is well. */
export interface Questions {
  readonly healthz: () => Promise<readonly string[]>;
  readonly readyz: () => Promise<readonly string[]>;
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
}

export interface HealthServer {
  /** The port in use, also where 0 was asked for. */
  readonly port: number;
  close(): Promise<void>;
}

const PATHS = '/healthz\n/readyz\n/metrics\n';
/** Probes are small and quick; whoever is not is cut off. */
const REQUEST_LIMIT_MS = 10_000;
const MAX_CONNECTIONS = 32;

/** Rejects with a Fault (exit 78) when the address cannot be had. */
export async function serveHealth(listen: Listen, questions: Questions): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const reads = request.method === 'GET' || request.method === 'HEAD';
    const answered = reads ? answer(path, questions, response) : say(response, 405, 'GET or HEAD\n');
    void answered.catch((error: unknown) => say(response, 503, `${asFault(error).message}\n`));
  });
  server.requestTimeout = REQUEST_LIMIT_MS;
  server.headersTimeout = REQUEST_LIMIT_MS;
  server.maxConnections = MAX_CONNECTIONS;
  await begin(server, listen);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close: () =>
      new Promise(resolve => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function answer(path: string, questions: Questions, response: ServerResponse): Promise<void> {
  switch (path) {
    case '/healthz':
      return sayWrong(response, await questions.healthz());
    case '/readyz':
      return sayWrong(response, await questions.readyz());
    case '/metrics': {
      const { contentType, text } = await questions.metrics();
      return say(response, 200, text, contentType);
    }
    default:
      return say(response, 404, PATHS);
  }
}

function sayWrong(response: ServerResponse, wrong: readonly string[]): Promise<void> {
  return wrong.length === 0 ? say(response, 200, 'ok\n') : say(response, 503, `${wrong.join('\n')}\n`);
}

function say(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8') {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
  response.end(text);
  return Promise.resolve();
}

function begin(server: Server, { host, port }: Listen): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(cannotListen(host, port, error));
    });
    server.listen(port, host, () => {
      server.removeAllListeners('error');
      // A connection that cannot be accepted is the prober's loss.
      server.on('error', () => undefined);
      resolve();
    });
  });
}

function cannotListen(host: string, port: number, error: NodeJS.ErrnoException): Fault {
  const taken = error.code === 'EADDRINUSE';
  const why = taken ? 'something else listens there' : `it cannot be had (${error.code ?? 'error'})`;
  return new Fault(`[http] listen = "${host}:${port}": ${why}`, {
    code: 'LISTEN_FAILED',
    retry: 'never',
    exit: EXIT.config,
    hint: taken
      ? `"ss -ltnp sport = :${port}" shows what; choose another port, one for each daemon`
      : 'name an address of this machine, such as "127.0.0.1:9650", with a port above 1023',
    cause: error,
  });
}
