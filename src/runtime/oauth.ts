/**
 * Access tokens for one mailbox (RFC 6749): from a refresh token, or for a service account by a signed request
 * (RFC 7523). Takes the grant, gives a token that is good for five minutes at least; asks anew before one runs out.
 * Never shows a token.
 */
import type { AccessTokens } from '../mailbox/mailbox.ts';
import type { Clock } from '../shared/clock.ts';
import { Fault } from '../shared/fault.ts';
import { Secret } from '../shared/secret.ts';
import { unlessAborted } from '../shared/unless-aborted.ts';
import { keyFault, tokenFault } from './oauth-fault.ts';
import type { Asker } from './oauth-fault.ts';
import { requestToken } from './oauth-request.ts';
import type { TokenAnswer } from './oauth-request.ts';

/** What a service account's key file holds, as far as we need it. */
export interface ServiceAccountKey {
  readonly clientEmail: string;
  /** The number that the Admin console grants domain-wide delegation to. */
  readonly clientId: string;
  readonly keyId: string;
  /** PKCS #8, PEM. */
  readonly privateKey: Secret;
}

export type Grant =
  | {
      readonly kind: 'refreshToken';
      readonly clientId: string;
      readonly clientSecret?: Secret;
      readonly refreshToken: Secret;
    }
  | { readonly kind: 'serviceAccount'; readonly key: ServiceAccountKey; readonly scope: string };

export interface TokenSettings {
  /** For the words of a failure: `mailbox "campaigns"`. */
  readonly where: string;
  /** The mailbox that the token is for. */
  readonly user: string;
  readonly tokenUrl: string;
  readonly grant: Grant;
}

/** A token, and until when it is good, milliseconds since the epoch. */
export interface Token {
  readonly secret: Secret;
  readonly expiresAtMs: number;
  /** Where one was asked for by a code. */
  readonly refreshToken?: Secret;
}

export const MAIL_SCOPE = 'https://mail.google.com/';
/** A session lives as long as its token: with less than this left it is not worth opening. */
const LEAST_LEFT_MS = 5 * 60_000;
/** Google's tokens live an hour; said of none, that is assumed (RFC 6749 5.1). */
const USUAL_SECONDS = 3_600;
/** Tokens remembered so that they stay out of the log. */
const REMEMBERED = 3;
/** A clock that is a little fast must not date the request into the future. */
const BACKDATED_SECONDS = 30;

/** The tokens of one mailbox; asks for the first when one is wanted. */
export function openTokens(settings: TokenSettings, clock: Clock): AccessTokens {
  const { grant } = settings;
  const given: Secret[] = [];
  let current: Token | undefined;
  let asking: Promise<Token> | undefined;
  const ask = async (): Promise<Token> => {
    try {
      current = await fetchToken(settings, clock);
      given.unshift(current.secret);
      given.length = Math.min(given.length, REMEMBERED);
      return current;
    } finally {
      asking = undefined;
    }
  };
  return {
    settings,
    async current(signal, refused) {
      const isGood = current !== undefined && current.expiresAtMs - clock.nowMs() >= LEAST_LEFT_MS;
      if (current !== undefined && isGood && current.secret !== refused) return current.secret;
      asking ??= ask();
      return (await unlessAborted(asking, signal, stopped)).secret;
    },
    secrets: () => [...secretsOf(grant), ...given],
  };
}

async function fetchToken(settings: TokenSettings, clock: Clock): Promise<Token> {
  const { where, user, tokenUrl, grant } = settings;
  const answer = await requestToken(where, tokenUrl, await formOf(settings, clock));
  const asker: Asker =
    grant.kind === 'serviceAccount'
      ? { where, user, kind: grant.kind, clientId: grant.key.clientId, scope: grant.scope }
      : { where, user, kind: grant.kind, clientId: grant.clientId, scope: MAIL_SCOPE };
  const token = readToken(asker, answer, secretsOf(grant), clock.nowMs());
  const leftMs = token.expiresAtMs - clock.nowMs();
  if (leftMs >= LEAST_LEFT_MS) return token;
  throw new Fault(
    `${where}: the access token for ${user} lives ${Math.floor(leftMs / 1000)} s, too short to read with`,
    {
      code: 'TOKEN_SHORT',
      retry: 'later',
      hint: 'let the authorization server give tokens that live an hour, five minutes at least',
    },
  );
}

/**
 * The token in an answer.
 * @param secrets what must not be repeated when the server's own words are shown
 * @throws Fault by `tokenFault`
 */
export function readToken(asker: Asker, answer: TokenAnswer, secrets: readonly Secret[], nowMs: number): Token {
  const { status, body, dateMs } = answer;
  const fields = parsed(body);
  const accessToken = fields['access_token'];
  if (status === 200 && typeof accessToken === 'string' && accessToken !== '') {
    const seconds = Number(fields['expires_in'] ?? USUAL_SECONDS);
    const lives = Number.isFinite(seconds) ? seconds : USUAL_SECONDS;
    const refresh = fields['refresh_token'];
    return {
      secret: new Secret(accessToken),
      expiresAtMs: nowMs + lives * 1000,
      ...(typeof refresh === 'string' && refresh !== '' ? { refreshToken: new Secret(refresh) } : {}),
    };
  }
  const word = (key: string): string => {
    const text = fields[key];
    return typeof text === 'string' ? without(text, secrets) : '';
  };
  const subtype = word('error_subtype');
  const description = [word('error_description'), ...(subtype === '' ? [] : [subtype])].join(' ').trim();
  const ahead = dateMs === undefined ? {} : { aheadMs: nowMs - dateMs };
  throw tokenFault(asker, { status, error: word('error'), description, ...ahead });
}

async function formOf({ user, tokenUrl, grant, where }: TokenSettings, clock: Clock): Promise<Record<string, string>> {
  if (grant.kind === 'refreshToken') {
    const { clientId, clientSecret, refreshToken } = grant;
    return {
      grant_type: 'refresh_token',
      client_id: clientId,
      refresh_token: refreshToken.reveal(),
      ...(clientSecret === undefined ? {} : { client_secret: clientSecret.reveal() }),
    };
  }
  const { clientEmail, keyId, privateKey } = grant.key;
  // Loaded when it is needed: most mailboxes log in by password.
  const { importPKCS8, SignJWT } = await import('jose');
  const issuedAt = clock.nowSeconds() - BACKDATED_SECONDS;
  const key = await importPKCS8(privateKey.reveal(), 'RS256').catch(() => {
    throw keyFault(where, 'holds a private key that cannot be read');
  });
  const assertion = await new SignJWT({ scope: grant.scope })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(keyId === '' ? {} : { kid: keyId }) })
    .setIssuer(clientEmail)
    .setSubject(user)
    .setAudience(tokenUrl)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + 3_600)
    .sign(key);
  return { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion };
}

function secretsOf(grant: Grant): Secret[] {
  if (grant.kind === 'serviceAccount') return [grant.key.privateKey];
  return [grant.refreshToken, ...(grant.clientSecret === undefined ? [] : [grant.clientSecret])];
}

function without(text: string, secrets: readonly Secret[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret.reveal(), '[secret]'), text);
}

function parsed(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function stopped(): Fault {
  return new Fault('stopped', { code: 'STOPPED', retry: 'later' });
}
