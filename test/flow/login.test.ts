/**
 * `bounced login` as typed: the address goes to standard error, the browser comes back to loopback, and the token goes
 * into a file for its owner alone or, with --print, to standard output and nowhere else; `check --online` logs in by it.
 */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CLIENT, REFRESH_TOKEN, startAuthorizationServer } from '../servers/authorization-server.ts';
import type { AuthorizationServer } from '../servers/authorization-server.ts';
import { bounced, MAIN } from '../servers/command.ts';
import { startEvening } from '../servers/evening.ts';
import type { Evening } from '../servers/evening.ts';

let oauth: AuthorizationServer;
let evening: Evening;

beforeEach(async () => {
  oauth = await startAuthorizationServer();
  const login = `oauth_client_id = "${CLIENT.id}"
oauth_client_secret_file = "client"
oauth_refresh_token_file = "refresh-token"
token_url = "${oauth.tokenUrl}"
authorization_url = "${oauth.authorizationUrl}"`;
  evening = await startEvening({
    tokens: oauth.given,
    edit: text => text.replace('password_file = "password"', login).replace(/^smtp_.*\n/gm, ''),
  });
  await writeFile(join(evening.folder, 'client'), CLIENT.secret, { mode: 0o600 });
});

afterEach(async () => {
  await Promise.all([oauth.stop(), evening.stop()]);
});

/** Goes through the browser as soon as the address is shown. */
async function signIn(...more: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const args = [MAIN, 'login', '--config', evening.config, '--wait', '20s', ...more];
  const child = spawn(process.execPath, args, { env: { PATH: process.env['PATH'] } });
  let stdout = '';
  let stderr = '';
  let gone = false;
  child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => {
    stderr += bytes.toString();
    const address = /^(http\S+authorize\S+)\n/m.exec(stderr)?.[1];
    if (address === undefined || gone) return;
    gone = true;
    void fetch(address);
  });
  return new Promise(resolve => child.on('close', code => resolve({ code, stdout, stderr })));
}

test('the token is kept for its owner alone, and a mailbox can be entered by it', async () => {
  const { code, stdout, stderr } = await signIn();
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  const file = join(evening.folder, 'refresh-token');
  expect(await readFile(file, 'utf8')).toBe(`${REFRESH_TOKEN}\n`);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(stderr).not.toContain(REFRESH_TOKEN);
  const checked = await bounced(['check', '--online', '--config', evening.config], { limitMs: 30_000 });
  expect(checked).toMatchObject({ code: 0, stderr: '' });
  expect(checked.stdout).toContain('  ok    logged in as news@shop.example');
});

test('with --print it is on standard output alone', async () => {
  const { code, stdout, stderr } = await signIn('--print');
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${REFRESH_TOKEN}\n` });
  expect(stderr).not.toContain(REFRESH_TOKEN);
  expect(await readdir(evening.folder)).not.toContain('refresh-token');
});

test('the person says no: 77, with the cure', async () => {
  oauth.script = { consent: 'deny' };
  const { code, stdout, stderr } = await signIn();
  expect({ code, stdout }).toEqual({ code: 77, stdout: '' });
  expect(stderr).toMatch(/^bounced: .*\n {2}cure: .+\n$/m);
});
