/**
 * How a mailbox is entered, from the configuration: exactly one of password, refresh token and service account. Takes
 * the written keys, gives the secrets or a way to tokens; names every mistake, shows no secret.
 */
import type { MailboxSettings } from '../mailbox/mailbox.ts';
import { Secret } from '../shared/secret.ts';
import { systemClock } from './clock.ts';
import type { WrittenConfig } from './config-schema.ts';
import { MAIL_SCOPE, openTokens } from './oauth.ts';
import { keyFault } from './oauth-fault.ts';
import type { Grant, ServiceAccountKey } from './oauth.ts';
import { readSecret } from './secrets.ts';
import type { Place, SecretSources } from './secrets.ts';

export type WrittenMailbox = WrittenConfig['mailbox'][number];

/** The secrets that a login may rest on: each has a _file, a _credential and a _command. */
export const LOGIN_STEMS = ['password', 'oauth_refresh_token', 'oauth_client_secret', 'service_account'] as const;
type Stem = (typeof LOGIN_STEMS)[number];
/** Each alone is a way in. */
const WAYS: readonly Stem[] = ['password', 'oauth_refresh_token', 'service_account'];

const GOOGLE_TOKEN_URL = 'https://oauth2.googleapis.com/token';
const GOOGLE_AUTHORIZATION_URL = 'https://accounts.google.com/o/oauth2/v2/auth';

/** What is wrong with the ways to log in of one mailbox, a line each. */
export function loginMistakes(where: string, written: WrittenMailbox): string[] {
  const given = WAYS.flatMap(stem => givenKeys(written, stem));
  const allKeys = WAYS.flatMap(stem => keysOf(stem)).join(', ');
  if (given.length !== 1) {
    return [`${where}: expected one of ${allKeys}, not ${given.length === 0 ? 'none' : given.join(' and ')}`];
  }
  const isRefresh = given[0]?.startsWith('oauth_') === true;
  const isService = given[0]?.startsWith('service_') === true;
  const clientSecrets = givenKeys(written, 'oauth_client_secret');
  const needs = (met: boolean, words: string): string[] => (met ? [] : [`${where}${words}`]);
  return [
    ...needs(
      !isRefresh || written.oauth_client_id !== undefined,
      `.oauth_client_id: missing; ${given[0] ?? ''} needs it`,
    ),
    ...needs(
      isRefresh || written.oauth_client_id === undefined,
      '.oauth_client_id: only goes with oauth_refresh_token_*',
    ),
    ...needs(
      isRefresh || clientSecrets.length === 0,
      `.${clientSecrets[0] ?? ''}: only goes with oauth_refresh_token_*`,
    ),
    ...needs(clientSecrets.length < 2, `: expected one of ${clientSecrets.join(' and ')}, not both`),
    ...needs(
      isService || written.service_account_scope === undefined,
      '.service_account_scope: only goes with service_account_*',
    ),
    ...needs(isRefresh || isService || written.token_url === undefined, '.token_url: a password needs no token'),
    ...needs(isRefresh || written.authorization_url === undefined, '.authorization_url: only goes with oauth_*'),
  ];
}

/**
 * Reads what the mailbox is entered with.
 * @throws Fault exit 78 when a secret cannot be read or is none
 */
export async function toLogin(
  written: WrittenMailbox,
  place: Place,
): Promise<Pick<MailboxSettings, 'password' | 'tokens'>> {
  const { name, host, user } = written;
  const where = `mailbox "${name}"`;
  if (givenKeys(written, 'password').length > 0) {
    // Google shows app passwords in four groups of four; the spaces are no part of it.
    const tidy = (text: string): string => (host === 'imap.gmail.com' ? text.replaceAll(' ', '') : text);
    return { password: await readSecret(where, 'password', sourcesOf(written, 'password'), place, tidy) };
  }
  const grant = await toGrant(where, written, place);
  return { tokens: openTokens({ where, user, tokenUrl: written.token_url ?? GOOGLE_TOKEN_URL, grant }, systemClock) };
}

async function toGrant(where: string, written: WrittenMailbox, place: Place): Promise<Grant> {
  if (givenKeys(written, 'service_account').length > 0) {
    // Its JSON in one line, as secrets are.
    const tidy = (text: string): string => JSON.stringify(keyFile(where, text));
    const json = await readSecret(where, 'service_account', sourcesOf(written, 'service_account'), place, tidy);
    const key = readKey(where, keyFile(where, json.reveal()));
    return { kind: 'serviceAccount', key, scope: written.service_account_scope ?? MAIL_SCOPE };
  }
  const sources = sourcesOf(written, 'oauth_refresh_token');
  const refreshToken = await readSecret(where, 'oauth_refresh_token', sources, place, text => text);
  return { kind: 'refreshToken', ...(await readClient(where, written, place)), refreshToken };
}

/** Where somebody signs in for this mailbox, and with which client. */
export interface Client {
  readonly clientId: string;
  readonly clientSecret?: Secret;
}

/** The OAuth client of a mailbox, without its refresh token. */
export async function readClient(where: string, written: WrittenMailbox, place: Place): Promise<Client> {
  const clientId = written.oauth_client_id ?? '';
  if (givenKeys(written, 'oauth_client_secret').length === 0) return { clientId };
  const sources = sourcesOf(written, 'oauth_client_secret');
  return { clientId, clientSecret: await readSecret(where, 'oauth_client_secret', sources, place, text => text) };
}

/** The two addresses of the authorization server. */
export function oauthUrls(written: WrittenMailbox): { tokenUrl: string; authorizationUrl: string } {
  return {
    tokenUrl: written.token_url ?? GOOGLE_TOKEN_URL,
    authorizationUrl: written.authorization_url ?? GOOGLE_AUTHORIZATION_URL,
  };
}

function keyFile(where: string, text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Its message would repeat a piece of the key.
  }
  throw keyFault(where, 'is no JSON');
}

function readKey(where: string, json: Readonly<Record<string, unknown>>): ServiceAccountKey {
  if ('installed' in json || 'web' in json)
    throw keyFault(where, 'is the file of an OAuth client, not of a service account');
  const field = (name: string): string => {
    const value = json[name];
    return typeof value === 'string' ? value : '';
  };
  for (const name of ['client_email', 'private_key']) if (field(name) === '') throw keyFault(where, `has no ${name}`);
  if (!field('private_key').includes('-----BEGIN PRIVATE KEY-----'))
    throw keyFault(where, 'holds no PKCS #8 private key');
  return {
    clientEmail: field('client_email'),
    clientId: field('client_id') === '' ? field('client_email') : field('client_id'),
    keyId: field('private_key_id'),
    privateKey: new Secret(field('private_key')),
  };
}

function sourcesOf(written: WrittenMailbox, stem: Stem): SecretSources {
  const [file, credential, command] = (['file', 'credential', 'command'] as const).map(
    source => written[`${stem}_${source}` as const],
  );
  return { file, credential, command };
}

function keysOf(stem: Stem): string[] {
  return ['file', 'credential', 'command'].map(source => `${stem}_${source}`);
}

function givenKeys(written: WrittenMailbox, stem: Stem): string[] {
  return keysOf(stem).filter(key => written[key as keyof WrittenMailbox] !== undefined);
}
