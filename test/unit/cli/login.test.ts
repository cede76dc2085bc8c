/**
 * Signing in: the browser's way there and back, the token kept safe, and every way it can fail.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { loginCommand } from '../../../src/cli/login.ts';
import type { Fault } from '../../../src/shared/fault.ts';
import { CLIENT, REFRESH_TOKEN, startAuthorizationServer } from '../../servers/authorization-server.ts';
import type { AuthorizationServer } from '../../servers/authorization-server.ts';

let server: AuthorizationServer;
let folder: string;
let config: string;

beforeEach(async () => {
  server = await startAuthorizationServer();
  folder = await mkdtemp(join(tmpdir(), 'bounced-login-'));
  config = join(folder, 'bounced.toml');
  await writeFile(join(folder, 'client-secret'), CLIENT.secret, { mode: 0o600 });
  await write();
});

afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

async function write(edit: (text: string) => string = text => text): Promise<void> {
  const text = `[[mailbox]]
name = "campaigns"
user = "news@shop.example"
oauth_client_id = "${CLIENT.id}"
oauth_client_secret_file = "client-secret"
oauth_refresh_token_file = "refresh-token"
token_url = "${server.tokenUrl}"
authorization_url = "${server.authorizationUrl}"
callback = "clevertap"
[[callback]]
name = "clevertap"
url_file = "url"
`;
  await writeFile(config, edit(text));
}

interface Run {
  readonly said: () => string;
  readonly printed: () => string;
  /** The address to open. */
  readonly url: Promise<URL>;
  readonly input: PassThrough;
  /** The exit code, or the fault. */
  readonly ended: Promise<number | Fault>;
}

function login(...args: string[]): Run {
  let said = '';
  let printed = '';
  let found: (url: URL) => void;
  const url = new Promise<URL>(resolve => (found = resolve));
  const input = new PassThrough();
  const say = (text: string): void => {
    said += text;
    const address = /^http\S+authorize\S+$/m.exec(said)?.[0];
    if (address !== undefined) found(new URL(address));
  };
  const run = async (): Promise<number> =>
    loginCommand(['--config', config, ...args], { say, print: text => void (printed += text), input })();
  const ended = run().catch((error: unknown) => error as Fault);
  return { said: () => said, printed: () => printed, url, input, ended };
}

describe('a person signs in', () => {
  test('the browser is sent off as RFC 8252 and 7636 want it, and the token is kept for its owner alone', async () => {
    const run = login();
    const url = await run.url;
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      client_id: CLIENT.id,
      response_type: 'code',
      scope: 'https://mail.google.com/',
      code_challenge_method: 'S256',
      access_type: 'offline',
      prompt: 'consent',
      login_hint: 'news@shop.example',
      redirect_uri: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/) as unknown,
    });
    const page = await fetch(url);
    expect(await page.text()).toContain('Go back to the terminal');
    expect(await run.ended).toBe(0);
    const file = join(folder, 'refresh-token');
    expect(await readFile(file, 'utf8')).toBe(`${REFRESH_TOKEN}\n`);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(run.said() + run.printed()).not.toMatch(/refresh-token-text|client-secret-text|ya29/);
    expect(run.said()).toContain('bounced check --online');
  });

  test('on another machine: the address that the browser ended at is pasted', async () => {
    const run = login();
    const there = await fetch(await run.url, { redirect: 'manual' });
    run.input.write('https://wrong.example/?code=x\n');
    run.input.write(`  ${there.headers.get('location') ?? ''}\n`);
    expect(await run.ended).toBe(0);
    expect(run.said()).toContain('That is not the address of this sign-in');
  });

  test('with --print it goes to standard output and into no file', async () => {
    const run = login('--print');
    await fetch(await run.url);
    expect(await run.ended).toBe(0);
    expect(run.printed()).toBe(`${REFRESH_TOKEN}\n`);
    await expect(stat(join(folder, 'refresh-token'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('an old token is replaced', async () => {
    await writeFile(join(folder, 'refresh-token'), 'old', { mode: 0o644 });
    const run = login();
    await fetch(await run.url);
    expect(await run.ended).toBe(0);
    expect((await stat(join(folder, 'refresh-token'))).mode & 0o777).toBe(0o600);
  });
});

describe('what goes wrong', () => {
  test('an answer with another state is nobody we sent off; the right one still counts', async () => {
    const run = login();
    const url = await run.url;
    const forged = new URL(url.searchParams.get('redirect_uri') ?? '');
    forged.search = '?code=stolen&state=guessed';
    expect((await fetch(forged)).status).toBe(404);
    await fetch(url);
    expect(await run.ended).toBe(0);
    expect(server.forms.map(form => form['code'])).not.toContain('stolen');
  });

  test('the person says no', async () => {
    server.script = { consent: 'deny' };
    const run = login();
    await fetch(await run.url);
    expect(await run.ended).toMatchObject({ code: 'NOT_GRANTED', exit: 77 });
  });

  test('nobody comes', async () => {
    expect(await login('--wait', '1s').ended).toMatchObject({ code: 'LOGIN_TIMEOUT', exit: 69 });
  });

  test('the client is not known', async () => {
    await writeFile(join(folder, 'client-secret'), 'another', { mode: 0o600 });
    const run = login();
    await fetch(await run.url);
    expect(await run.ended).toMatchObject({ code: 'CLIENT_INVALID', exit: 77 });
  });

  test.each([
    ['a mailbox that there is not', ['--mailbox', 'campaign'], 'did you mean "campaigns"?'],
    ['a port that is none', ['--port', '70000'], '--port expects'],
    ['a time without unit', ['--wait', '10'], '--wait expects a time'],
  ])('%s', async (_what, args, words) => {
    const ended = await login(...args).ended;
    expect(ended).toMatchObject({ exit: 64, message: expect.stringContaining(words) as unknown });
  });

  test('a mailbox with a password: what to write instead', async () => {
    await write(text => text.replace(/oauth_client_id[^]*?authorization_url[^\n]*/, 'password_file = "p"'));
    expect(await login().ended).toMatchObject({ code: 'NO_CLIENT', exit: 78 });
  });

  test('a folder that cannot be written to is said before anybody is sent off', async () => {
    await write(text => text.replace('"refresh-token"', '"nowhere/refresh-token"'));
    const run = login();
    expect(await run.ended).toMatchObject({ code: 'SECRET_UNWRITABLE', exit: 74 });
    expect(run.said()).toBe('');
  });
});
