/**
 * Access tokens: asked for as Google wants it, kept while they are good, and each refusal with its own cure.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { inspect } from 'node:util';
import { openTokens } from '../../../src/runtime/oauth.ts';
import type { Grant } from '../../../src/runtime/oauth.ts';
import { tokenFault } from '../../../src/runtime/oauth-fault.ts';
import type { AccessTokens } from '../../../src/mailbox/mailbox.ts';
import type { Fault } from '../../../src/shared/fault.ts';
import { Secret } from '../../../src/shared/secret.ts';
import { CLIENT, oauthError, REFRESH_TOKEN, startAuthorizationServer } from '../../servers/authorization-server.ts';
import type { AuthorizationServer } from '../../servers/authorization-server.ts';

let server: AuthorizationServer;
let nowMs: number;
const clock = {
  nowMs: () => nowMs,
  nowSeconds: () => Math.floor(nowMs / 1000),
  sleep: () => Promise.resolve(),
};
const never = new AbortController().signal;

beforeEach(async () => {
  server = await startAuthorizationServer();
  nowMs = Date.now();
});

afterEach(() => server.stop());

const refreshGrant = (token = REFRESH_TOKEN, secret = CLIENT.secret): Grant => ({
  kind: 'refreshToken',
  clientId: CLIENT.id,
  clientSecret: new Secret(secret),
  refreshToken: new Secret(token),
});

function serviceGrant(): Grant {
  const json = JSON.parse(server.keyFile) as { private_key: string; client_id: string; client_email: string };
  return {
    kind: 'serviceAccount',
    scope: 'https://mail.google.com/',
    key: {
      clientEmail: json.client_email,
      clientId: json.client_id,
      keyId: 'key-1',
      privateKey: new Secret(json.private_key),
    },
  };
}

function tokensOf(grant: Grant): AccessTokens {
  return openTokens({ where: 'mailbox "a"', user: 'news@shop.example', tokenUrl: server.tokenUrl, grant }, clock);
}

const faultOf = (work: Promise<unknown>): Promise<Fault> =>
  work.then(
    () => Promise.reject(new Error('no fault')),
    (error: unknown) => error as Fault,
  );

describe('a token', () => {
  test('is kept while it is good for five minutes, and fetched once for two that want it at once', async () => {
    const tokens = tokensOf(refreshGrant());
    const [one, other] = await Promise.all([tokens.current(never), tokens.current(never)]);
    expect(one.reveal()).toBe('ya29.access-token-1');
    expect(other).toBe(one);
    nowMs += 54 * 60_000;
    expect(await tokens.current(never)).toBe(one);
    nowMs += 2 * 60_000;
    expect((await tokens.current(never)).reveal()).toBe('ya29.access-token-2');
  });

  test('that the mail server refused is not given again', async () => {
    const tokens = tokensOf(refreshGrant());
    const refused = await tokens.current(never);
    expect((await tokens.current(never, refused)).reveal()).toBe('ya29.access-token-2');
  });

  test('that lives under five minutes is not taken', async () => {
    server.script = { expiresInSeconds: 299 };
    expect(await faultOf(tokensOf(refreshGrant()).current(never))).toMatchObject({ code: 'TOKEN_SHORT' });
  });

  test('is asked for by a refresh token as RFC 6749 6 says', async () => {
    await tokensOf(refreshGrant()).current(never);
    expect(server.forms).toEqual([
      {
        grant_type: 'refresh_token',
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        refresh_token: REFRESH_TOKEN,
      },
    ]);
  });

  test('is asked for by a signed request that names the mailbox, for an hour, not dated into the future', async () => {
    const tokens = tokensOf(serviceGrant());
    expect((await tokens.current(never)).reveal()).toBe('ya29.access-token-1');
    const [, payload = ''] = (server.forms[0]?.['assertion'] ?? '').split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    expect(claims).toMatchObject({
      iss: 'reader@project.iam.example',
      sub: 'news@shop.example',
      aud: server.tokenUrl,
      scope: 'https://mail.google.com/',
    });
    expect(Number(claims['iat'])).toBeLessThanOrEqual(clock.nowSeconds());
    expect(Number(claims['exp']) - Number(claims['iat'])).toBe(3_600);
  });

  test('and all it is asked for with can be blotted out of the log, and is shown by no way of printing', async () => {
    const tokens = tokensOf(refreshGrant());
    await tokens.current(never);
    const known = tokens.secrets().map(secret => secret.reveal());
    expect(known).toEqual(expect.arrayContaining([REFRESH_TOKEN, CLIENT.secret, 'ya29.access-token-1']));
    expect(`${inspect(tokens, { depth: 9 })}${JSON.stringify(tokens)}`).not.toMatch(/refresh-token-|secret-text|ya29/);
  });
});

describe('a refusal', () => {
  test('of a revoked refresh token sends to "bounced login", and shows no secret', async () => {
    const fault = await faultOf(tokensOf(refreshGrant('1//revoked-token')).current(never));
    expect(fault).toMatchObject({ code: 'TOKEN_REVOKED', retry: 'never', exit: 77 });
    expect(fault.hint).toContain('bounced login');
    expect(`${fault.message}${fault.hint ?? ''}`).not.toContain('revoked-token');
  });

  test('that repeats what it was sent is blotted out', async () => {
    server.script = { answer: oauthError('invalid_grant', `no token ${REFRESH_TOKEN} here`) };
    const fault = await faultOf(tokensOf(refreshGrant()).current(never));
    expect(fault.message).toContain('no token [secret] here');
  });

  test('by a server whose clock is another than ours names the difference', async () => {
    server.script = { answer: { ...oauthError('invalid_grant', 'Bad Request'), date: new Date(nowMs - 720_000) } };
    const fault = await faultOf(tokensOf(serviceGrant()).current(never));
    expect(fault).toMatchObject({ code: 'CLOCK_SKEW' });
    expect(fault.message).toContain('12 minutes fast');
  });

  test('is asked for again later: one failure does not stay', async () => {
    const tokens = tokensOf(refreshGrant());
    server.script = { answer: { status: 503, body: '<html>busy</html>' } };
    expect(await faultOf(tokens.current(never))).toMatchObject({ code: 'TOKEN_SERVER_BUSY', retry: 'later', exit: 69 });
    server.script = {};
    expect((await tokens.current(never)).reveal()).toBe('ya29.access-token-1');
  });

  test('without any server is worth another try', async () => {
    const tokens = tokensOf(refreshGrant());
    await server.stop();
    const fault = await faultOf(tokens.current(never));
    expect(fault).toMatchObject({ code: 'TOKEN_UNREACHABLE', retry: 'later', exit: 69 });
    expect(fault.message).toContain('ECONNREFUSED');
  });

  test.each([
    ['refreshToken', 'invalid_grant', 'Token has been expired or revoked.', 'TOKEN_REVOKED', 'bounced login'],
    ['refreshToken', 'invalid_grant', 'reauth related error (invalid_rapt)', 'REAUTH_DEMANDED', 'session control'],
    ['refreshToken', 'invalid_client', 'Unauthorized', 'CLIENT_INVALID', 'oauth_client_id'],
    ['refreshToken', 'invalid_client', 'The OAuth client was not found.', 'CLIENT_INVALID', 'oauth_client_id'],
    ['refreshToken', 'deleted_client', 'The OAuth client was deleted.', 'CLIENT_GONE', 'Desktop app'],
    ['refreshToken', 'disabled_client', 'The OAuth client was disabled.', 'CLIENT_GONE', 'Desktop app'],
    ['refreshToken', 'unauthorized_client', 'Unauthorized', 'TOKEN_OF_OTHER_CLIENT', 'oauth_client_id'],
    ['refreshToken', 'admin_policy_enforced', '', 'POLICY', 'trust the client 42'],
    ['refreshToken', 'invalid_grant', 'Account has been deleted', 'ACCOUNT_GONE', 'Admin console'],
    ['code', 'invalid_grant', 'Malformed auth code.', 'CODE_REFUSED', 'again'],
    ['code', 'redirect_uri_mismatch', 'Bad Request', 'CLIENT_TYPE', 'Desktop app'],
    [
      'serviceAccount',
      'unauthorized_client',
      'Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.',
      'DELEGATION_MISSING',
      'add client 42 with the scope https://mail.google.com/',
    ],
    ['serviceAccount', 'invalid_grant', 'Invalid email or User ID', 'USER_UNKNOWN', 'primary address'],
    ['serviceAccount', 'invalid_grant', 'Invalid grant: account not found', 'ACCOUNT_GONE', 'service account'],
    ['serviceAccount', 'invalid_grant', 'Invalid JWT Signature.', 'KEY_REVOKED', 'JSON key'],
    [
      'serviceAccount',
      'invalid_grant',
      'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.',
      'CLOCK_SKEW',
      'timedatectl',
    ],
    ['serviceAccount', 'invalid_scope', 'Invalid OAuth scope or ID token audience provided.', 'SCOPE_INVALID', 'scope'],
  ] as const)('%s: %s, %s', (kind, error, description, code, cure) => {
    const asker = {
      where: 'mailbox "a"',
      user: 'news@shop.example',
      kind,
      clientId: '42',
      scope: 'https://mail.google.com/',
    };
    const fault = tokenFault(asker, { status: 400, error, description });
    expect(fault).toMatchObject({ code, retry: 'never', exit: 77 });
    expect(fault.hint).toContain(cure);
  });
});
