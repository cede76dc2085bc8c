/**
 * The built command on a mailbox that is entered by access tokens: it reads, and no line of the log at its most verbose
 * holds what it was given or asked with.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLIENT, REFRESH_TOKEN, startAuthorizationServer } from '../servers/authorization-server.ts';
import type { AuthorizationServer } from '../servers/authorization-server.ts';
import { bounced } from '../servers/command.ts';
import { startImapServer } from '../servers/imap-server.ts';
import type { ImapServer } from '../servers/imap-server.ts';
import { bounceNumber } from '../servers/synthetic.ts';
import { TEST_CA } from '../servers/tls.ts';

const USER = 'news@shop.example';
let folder: string;
let oauth: AuthorizationServer;
let imap: ImapServer;

beforeAll(async () => {
  oauth = await startAuthorizationServer();
  imap = await startImapServer({
    users: [{ user: USER, password: 'none', tokens: oauth.given }],
    tokenMechanisms: ['XOAUTH2'],
    tls: true,
    gmail: true,
    folders: [
      { path: '[Gmail]/All Mail', specialUse: '\\All', mails: [{ source: bounceNumber(0).report }] },
      { path: '[Gmail]/Sent Mail', specialUse: '\\Sent', mails: [{ source: bounceNumber(0).original }] },
    ],
  });
  folder = await mkdtemp(join(tmpdir(), 'bounced-token-'));
  await mkdir(join(folder, 'state'), { mode: 0o700 });
  const secrets = { key: oauth.keyFile, refresh: REFRESH_TOKEN, client: CLIENT.secret, url: 'http://127.0.0.1:9/x' };
  for (const [name, text] of Object.entries(secrets)) await writeFile(join(folder, name), text, { mode: 0o600 });
  await writeFile(join(folder, 'ca.pem'), TEST_CA);
});

afterAll(async () => {
  await Promise.all([oauth.stop(), imap.stop()]);
  await rm(folder, { recursive: true });
});

async function config(login: string): Promise<string> {
  const path = join(folder, 'bounced.toml');
  await writeFile(
    path,
    `state_dir = "${join(folder, 'state')}"
[[mailbox]]
name = "campaigns"
user = "${USER}"
host = "localhost"
port = ${imap.port}
ca_file = "ca.pem"
token_url = "${oauth.tokenUrl}"
${login}
callback = "clevertap"
[[callback]]
name = "clevertap"
url_file = "url"
[log]
level = "debug"
format = "json"
addresses = "full"
`,
  );
  return path;
}

const WAYS = {
  'a service account': 'service_account_file = "key"',
  'a refresh token': [
    `oauth_client_id = "${CLIENT.id}"`,
    'oauth_client_secret_file = "client"',
    'oauth_refresh_token_file = "refresh"',
  ].join('\n'),
};

test.each(Object.entries(WAYS))('%s', async (_what, login) => {
  const path = await config(login);
  const { code, stdout, stderr } = await bounced(['run', '--dry-run', '--once', '--config', path], { limitMs: 30_000 });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout).toContain('would post hardbounce');
  const assertion = oauth.forms.at(-1)?.['assertion'] ?? REFRESH_TOKEN;
  for (const secret of [...oauth.given, REFRESH_TOKEN, CLIENT.secret, assertion, 'PRIVATE KEY']) {
    expect(`${stdout}${stderr}`).not.toContain(secret);
    expect(`${stdout}${stderr}`).not.toContain(Buffer.from(secret).toString('base64'));
  }
  expect(imap.violations).toEqual([]);
});

test('a token that is revoked: what happened, the cure, 77', async () => {
  await writeFile(join(folder, 'refresh'), '1//revoked-by-the-person', { mode: 0o600 });
  const path = await config(WAYS['a refresh token']);
  const { code, stderr } = await bounced(['run', '--once', '--config', path], { limitMs: 30_000 });
  expect(code).toBe(77);
  expect(stderr).toMatch(/^bounced: mailbox "campaigns": no access token for news@shop\.example: .*revoked/m);
  expect(stderr).toMatch(/^ {2}cure: run "bounced login"/m);
  expect(stderr).not.toContain('revoked-by-the-person');
});
