/**
 * What an operator gets wrong: each mistake ends with one line that says what and where, one with the cure, and the
 * documented exit code.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bounced } from '../servers/command.ts';
import { writeConfig } from '../servers/daemon.ts';
import { freePort } from '../servers/free-port.ts';
import { startImapServer } from '../servers/imap-server.ts';
import type { ImapServer } from '../servers/imap-server.ts';

const GOOD = { user: 'news@shop.example', password: 'right-password' };
const NOBODY = 65_534;

let imap: ImapServer;
let folder: string;

beforeAll(async () => {
  imap = await startImapServer({
    users: [GOOD],
    tls: true,
    folders: [
      { path: 'INBOX', mails: [] },
      { path: 'Sent', specialUse: '\\Sent', mails: [] },
    ],
  });
  folder = await mkdtemp(join(tmpdir(), 'bounced-mistakes-'));
});

afterAll(async () => {
  await imap.stop();
  await rm(folder, { recursive: true, force: true });
});

async function config(
  change: { port?: number; password?: string; edit?: (text: string) => string } = {},
): Promise<string> {
  const path = await writeConfig({
    folder,
    imap: { port: change.port ?? imap.port },
    receiver: { url: 'http://127.0.0.1:9/callback-secret' },
    user: GOOD.user,
    password: change.password ?? GOOD.password,
    batchWaitMs: 0,
  });
  await mkdir(join(folder, 'state'), { recursive: true, mode: 0o700 });
  if (change.edit) await writeFile(path, change.edit(await readFile(path, 'utf8')));
  return path;
}

/** The last two lines: "bounced: what, where" and "  cure: ...". Lines before them are the log's. */
function complaint(stderr: string): string {
  return stderr
    .trimEnd()
    .split('\n')
    .filter(line => !line.startsWith('{'))
    .join('\n');
}

const ONE_LINE_AND_CURE = /^bounced: [^\n]+\n {2}cure: [^\n]+$/;

describe('run --once and check --online', () => {
  test.each([
    ['run', '--once'],
    ['check', '--online'],
  ])('%s: a wrong password: 77', async (command, flag) => {
    const { code, stderr } = await bounced([command, flag, '--config', await config({ password: 'wrong-password' })]);
    expect(complaint(stderr)).toMatch(ONE_LINE_AND_CURE);
    expect(complaint(stderr)).toMatch(/news@shop\.example/);
    expect(complaint(stderr)).toMatch(/localhost:\d+/);
    expect(stderr).not.toContain('wrong-password');
    expect(code).toBe(77);
  });

  test('an unknown host: 69', async () => {
    const path = await config({ edit: text => text.replace('host = "localhost"', 'host = "imap.nowhere.invalid"') });
    const { code, stderr } = await bounced(['check', '--online', '--config', path], { limitMs: 30_000 });
    expect(complaint(stderr)).toMatch(ONE_LINE_AND_CURE);
    expect(complaint(stderr)).toContain('imap.nowhere.invalid');
    expect(code).toBe(69);
  });

  test('a refused connection: 69', async () => {
    const port = await freePort();
    const { code, stderr } = await bounced(['check', '--online', '--config', await config({ port })]);
    expect(complaint(stderr)).toMatch(ONE_LINE_AND_CURE);
    expect(complaint(stderr)).toContain(String(port));
    expect(code).toBe(69);
  });

  test('a folder that is not there: 78, and the ones that are', async () => {
    const path = await config({ edit: text => text.replace('user =', 'folder = "Bounces"\nuser =') });
    const { code, stderr } = await bounced(['run', '--once', '--config', path]);
    expect(complaint(stderr)).toMatch(ONE_LINE_AND_CURE);
    expect(complaint(stderr)).toMatch(/Bounces[\s\S]*INBOX/);
    expect(code).toBe(78);
  });
});

describe('before anything runs', () => {
  test('a state directory that cannot be written: 74', async () => {
    const path = await config();
    const place = join(folder, 'state');
    await chmod(place, 0o500);
    const asRoot = process.getuid?.() === 0;
    if (asRoot) {
      // Root may write anywhere: become nobody, who may read all of it but not write there.
      for (const file of ['', 'password', 'url', 'ca.pem', 'bounced.toml', 'state']) {
        await chown(join(folder, file), NOBODY, NOBODY);
      }
    }
    const { code, stderr } = await bounced(['run', '--once', '--config', path], asRoot ? { uid: NOBODY } : {});
    await chmod(place, 0o700);
    expect(complaint(stderr)).toMatch(ONE_LINE_AND_CURE);
    expect(complaint(stderr)).toContain(place);
    expect(code).toBe(74);
  });

  test('broken TOML: 78, with line and column', async () => {
    const path = await config({ edit: text => text.replace('[[callback]]', '[[callback') });
    const { code, stderr } = await bounced(['check', '--config', path]);
    expect(complaint(stderr)).toMatch(/^bounced: [^\n]*bounced\.toml:\d+:\d+/);
    expect(code).toBe(78);
  });

  test('an unknown key: 78, and the nearest known one', async () => {
    const path = await config({ edit: text => text.replace('port =', 'prot =') });
    const { code, stderr } = await bounced(['check', '--config', path]);
    expect(complaint(stderr)).toMatch(/prot[\s\S]*did you mean "port"/);
    expect(code).toBe(78);
  });

  test('no such command: 64; no such file to classify: 65', async () => {
    const unknown = await bounced(['clasify']);
    expect(unknown.stderr).toMatch(/clasify[\s\S]*classify/);
    expect(unknown.code).toBe(64);
    const missing = await bounced(['classify', join(folder, 'no-such.eml')]);
    expect(missing.stderr).toContain('no-such.eml');
    expect(missing.code).toBe(65);
  });

  test('a second daemon on the same state directory: 75', async () => {
    const path = await config();
    const first = bounced(['run', '--config', path], { limitMs: 6_000 });
    await new Promise(resolve => setTimeout(resolve, 2_500));
    const second = await bounced(['run', '--config', path], { limitMs: 5_000 });
    expect(complaint(second.stderr)).toMatch(ONE_LINE_AND_CURE);
    expect(second.code).toBe(75);
    await first;
  });
});
