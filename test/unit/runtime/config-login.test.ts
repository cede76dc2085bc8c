/**
 * The ways to log in, as they are configured: exactly one, and each mistake named.
 */
import { describe, expect, test } from '@jest/globals';
import { inspect } from 'node:util';
import { complaintOf, configFolder, SMALLEST } from './config-folder.ts';

const room = configFolder();
const { load } = room;

const complaint = (text: string): Promise<string> => complaintOf(load(text), room.path('/'));

describe('ways to log in', () => {
  const other = (lines: string): string => SMALLEST.replace('password_file = "password"', lines);
  const ALL_KEYS =
    'password_file, password_credential, password_command, oauth_refresh_token_file, oauth_refresh_token_credential, ' +
    'oauth_refresh_token_command, service_account_file, service_account_credential, service_account_command';

  test.each([
    ['none', other(''), `mailbox[0]: expected one of ${ALL_KEYS}, not none`],
    [
      'two',
      SMALLEST.replace('callback = ', 'service_account_file = "key"\ncallback = '),
      `mailbox[0]: expected one of ${ALL_KEYS}, not password_file and service_account_file`,
    ],
    [
      'a refresh token of nobody',
      other('oauth_refresh_token_file = "url"'),
      'mailbox[0].oauth_client_id: missing; oauth_refresh_token_file needs it',
    ],
    [
      'a client beside a password',
      SMALLEST.replace('callback = ', 'oauth_client_id = "x"\ncallback = '),
      'mailbox[0].oauth_client_id: only goes with oauth_refresh_token_*',
    ],
    [
      'a token that would travel in the clear',
      other('service_account_file = "key"\ntoken_url = "http://token.example/"'),
      'mailbox[0].token_url: expected a URL that begins with https://',
    ],
    [
      'the secret itself',
      other('oauth_refresh_token = "1//x"'),
      'mailbox[0].oauth_refresh_token: a secret does not belong here; put it into a file and name that with oauth_refresh_token_file',
    ],
  ])('%s', async (_what, text, expected) => {
    const said = await complaint(text);
    expect(said.split('\n')).toContain(`bounced.toml: ${expected}`);
  });

  test.each([
    ['no JSON', 'hello', "the service account's key is no JSON"],
    ['the file of a client', '{"installed": {"client_id": "x"}}', 'is the file of an OAuth client'],
    ['half a key', '{"client_email": "a@b.example"}', 'has no private_key'],
  ])('a service account key that is %s', async (_what, key, expected) => {
    await room.write('key', key);
    expect(await complaint(other('service_account_file = "key"'))).toContain(expected);
  });

  test('a service account key over several lines is read, and not shown', async () => {
    const key = { client_email: 'a@b.example', private_key: '-----BEGIN PRIVATE KEY-----\nabc\n', client_id: '42' };
    await room.write('key', JSON.stringify(key, null, 2));
    const { config } = await load(other('service_account_file = "key"'));
    expect(config.mailboxes[0]).toMatchObject({ tokens: { settings: { grant: { key: { clientId: '42' } } } } });
    expect(inspect(config, { depth: 12 })).not.toContain('BEGIN PRIVATE');
  });
});
