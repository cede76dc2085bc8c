/**
 * An authorization server on loopback: hands out access tokens for refresh tokens, codes and signed requests, and
 * refuses on demand in Google's words. Checks what a real one checks; keeps every form it was sent.
 */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { importSPKI, jwtVerify } from 'jose';

export interface AuthorizationServer {
  readonly tokenUrl: string;
  readonly authorizationUrl: string;
  readonly forms: readonly Readonly<Record<string, string>>[];
  readonly given: readonly string[];
  /** The service account's key file, as the console would give it. */
  readonly keyFile: string;
  /** Changes how it answers from now on. */
  script: Script;
  stop(): Promise<void>;
}

export interface Script {
  /** Instead of a token. */
  answer?: { readonly status: number; readonly body: string; readonly date?: Date } | undefined;
  expiresInSeconds?: number;
  /** What the person does in the browser. */
  consent?: 'grant' | 'deny';
}

export const CLIENT = { id: 'client-1.apps.example', secret: 'client-secret-text' };
export const REFRESH_TOKEN = '1//refresh-token-text';

/** Starts one on a free port of 127.0.0.1. */
export async function startAuthorizationServer(): Promise<AuthorizationServer> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const forms: Record<string, string>[] = [];
  const given: string[] = [];
  const challenges = new Map<string, string>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (request.method === 'GET') authorize(url, challenges, started.script, response);
    else void answerToken(request, response);
  });
  const answerToken = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = await readForm(request);
    forms.push(form);
    const { answer, expiresInSeconds = 3_600 } = started.script;
    const refused: Script['answer'] = answer ?? (await refusal(form, publicKey, started.tokenUrl, challenges));
    if (refused !== undefined) {
      const date = refused.date === undefined ? {} : { date: refused.date.toUTCString() };
      response.writeHead(refused.status, { 'content-type': 'application/json', ...date }).end(refused.body);
      return;
    }
    const token = `ya29.access-token-${given.length + 1}`;
    given.push(token);
    const refresh = form['grant_type'] === 'authorization_code' ? { refresh_token: REFRESH_TOKEN } : {};
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ access_token: token, expires_in: expiresInSeconds, token_type: 'Bearer', ...refresh }));
  };
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const started: AuthorizationServer = {
    tokenUrl: `${base}/token`,
    authorizationUrl: `${base}/authorize`,
    forms,
    given,
    keyFile: JSON.stringify({
      type: 'service_account',
      private_key_id: 'key-1',
      private_key: privateKey,
      client_email: 'reader@project.iam.example',
      client_id: '1234567890',
    }),
    script: {},
    async stop() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
  return started;
}

/** An error in the shape of RFC 6749 5.2. */
export function oauthError(error: string, description?: string, status = 400): { status: number; body: string } {
  return { status, body: JSON.stringify({ error, error_description: description }) };
}

/** The person's browser is sent back with a code, or with a refusal. */
function authorize(url: URL, challenges: Map<string, string>, { consent }: Script, response: ServerResponse): void {
  const back = new URL(url.searchParams.get('redirect_uri') ?? 'http://127.0.0.1/');
  back.searchParams.set('state', url.searchParams.get('state') ?? '');
  if (consent === 'deny') back.searchParams.set('error', 'access_denied');
  else {
    const code = `code-${challenges.size + 1}`;
    challenges.set(code, url.searchParams.get('code_challenge') ?? '');
    back.searchParams.set('code', code);
  }
  response.writeHead(302, { location: back.href }).end();
}

async function refusal(
  form: Readonly<Record<string, string>>,
  publicKey: string,
  audience: string,
  challenges: Map<string, string>,
): Promise<{ status: number; body: string } | undefined> {
  if (form['grant_type'] === 'urn:ietf:params:oauth:grant-type:jwt-bearer') {
    const key = await importSPKI(publicKey, 'RS256');
    const checks = { issuer: 'reader@project.iam.example', audience, requiredClaims: ['sub', 'scope', 'iat', 'exp'] };
    return jwtVerify(form['assertion'] ?? '', key, { ...checks, algorithms: ['RS256'] }).then(
      () => undefined,
      () => oauthError('invalid_grant', 'Invalid JWT Signature.'),
    );
  }
  if (form['client_id'] !== CLIENT.id || form['client_secret'] !== CLIENT.secret) {
    return oauthError('invalid_client', 'The OAuth client was not found.', 401);
  }
  if (form['grant_type'] === 'refresh_token') {
    if (form['refresh_token'] === REFRESH_TOKEN) return undefined;
    return oauthError('invalid_grant', 'Token has been expired or revoked.');
  }
  const code = form['code'] ?? '';
  const challenge = challenges.get(code);
  challenges.delete(code);
  // RFC 7636 4.6
  const verifier = createHash('sha256')
    .update(form['code_verifier'] ?? '')
    .digest('base64url');
  return challenge === verifier ? undefined : oauthError('invalid_grant', 'Malformed auth code.');
}

async function readForm(request: IncomingMessage): Promise<Record<string, string>> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return Object.fromEntries(new URLSearchParams(text));
}
