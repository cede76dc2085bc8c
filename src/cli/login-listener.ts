/**
 * Where the browser comes back to after the sign-in (RFC 8252 7.3): an HTTP server on 127.0.0.1 for one answer. Takes
 * the state it must bear, gives the code. Answers nobody else, keeps nothing.
 */
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EXIT, Fault } from '../shared/fault.ts';

export interface LoginListener {
  /** http://127.0.0.1:PORT/ */
  readonly redirectUri: string;
  readonly port: number;
  /** Takes the address that the browser ended at, where a person pastes it; false when it is none of ours. */
  paste(text: string): boolean;
  /** The code; rejects with a Fault when the person refused or the signal aborts. */
  code(signal: AbortSignal): Promise<string>;
  close(): Promise<void>;
}

/**
 * Listens on this machine alone.
 * @param port 0: a free one
 * Rejects with a Fault of exit 64 when the port is taken.
 */
export async function openLoginListener(state: string, port: number): Promise<LoginListener> {
  const waiting = answerOf();
  const take = (url: URL): boolean => {
    // Whoever does not know the state is not the browser that we sent off (RFC 6749 10.12).
    if (url.searchParams.get('state') !== state) return false;
    const code = url.searchParams.get('code');
    const error = url.searchParams.get('error');
    if (code !== null && code !== '') waiting.resolve(code);
    else if (error !== null) waiting.reject(refused(error));
    else return false;
    return true;
  };
  const server = createServer((request, response) => {
    const target = request.url ?? '/';
    const url = URL.canParse(target, 'http://127.0.0.1') ? new URL(target, 'http://127.0.0.1') : undefined;
    const taken = request.method === 'GET' && url !== undefined && take(url);
    answer(response, taken, url?.searchParams.has('code') === true);
  });
  const bound = await listen(server, port);
  return {
    redirectUri: `http://127.0.0.1:${bound}/`,
    port: bound,
    paste: text => URL.canParse(text.trim()) && take(new URL(text.trim())),
    code: signal => {
      signal.addEventListener('abort', () => {
        waiting.reject(tooLate());
      });
      return waiting.promise;
    },
    async close() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

function answerOf(): { promise: Promise<string>; resolve: (code: string) => void; reject: (fault: Fault) => void } {
  let resolve: (code: string) => void = () => undefined;
  let reject: (fault: Fault) => void = () => undefined;
  const promise = new Promise<string>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // Nobody may be listening yet.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new Fault(`login: port ${port} of 127.0.0.1 cannot be listened on (${error.code ?? 'error'})`, {
          code: 'PORT_TAKEN',
          retry: 'never',
          exit: EXIT.usage,
          hint: 'name another one with --port, or leave it out: a free one is taken',
        }),
      );
    });
    server.listen(port, '127.0.0.1', () => {
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function answer(response: ServerResponse, taken: boolean, granted: boolean): void {
  const words = granted ? 'Signed in. Go back to the terminal.' : 'Not signed in. Go back to the terminal.';
  response
    .writeHead(taken ? 200 : 404, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
    .end(taken ? `${words}\n` : 'Nothing is here.\n');
}

function refused(error: string): Fault {
  const said = /^[\w.-]{1,60}$/.test(error) ? error : 'refused';
  return new Fault(`login: the sign-in was not granted (${said})`, {
    code: 'NOT_GRANTED',
    retry: 'never',
    exit: EXIT.loginRefused,
    hint:
      said === 'access_denied'
        ? 'run it again and allow the access; while the consent screen is in "Testing", the user must be a test user'
        : 'look at the OAuth client in https://console.cloud.google.com/auth/clients: its type must be "Desktop app"',
  });
}

function tooLate(): Fault {
  return new Fault('login: nobody has signed in within the time', {
    code: 'LOGIN_TIMEOUT',
    retry: 'later',
    exit: EXIT.unavailable,
    hint:
      'run it again; where the browser is on another machine, paste the address it ended at, or forward the port by ' +
      'ssh as shown',
  });
}
