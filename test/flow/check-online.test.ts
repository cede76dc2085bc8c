/**
 * `bounced check --online` as a person types it on the first evening: all that works is told, and each thing that can
 * be wrong with its line, its cure and the documented exit code, as text and as JSON. Nothing is posted or changed.
 */
import { afterEach, describe, expect, test } from '@jest/globals';
import { chmod, chown, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { bounced } from '../servers/command.ts';
import type { CommandOptions } from '../servers/command.ts';
import { ACCOUNT, ALL_MAIL, SENT, startEvening } from '../servers/evening.ts';
import type { Evening } from '../servers/evening.ts';
import { CALLBACK, MAILBOX } from './online-rows.ts';

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

interface Finding {
  readonly topic: string;
  readonly level: string;
  readonly text: string;
  readonly cure?: string;
  readonly code?: string;
}

let evening: Evening;

afterEach(() => evening.stop());

const check = (args: string[] = [], options: CommandOptions = {}): ReturnType<typeof bounced> =>
  bounced(['check', '--online', '--config', evening.config, ...args], { limitMs: 30_000, ...options });

/** What was tried, without the configuration before it; numbers that differ from run to run blotted out. */
function tried(stdout: string): string[] {
  const text = stdout.slice(stdout.indexOf('this machine\n'));
  return text
    .replaceAll(evening.folder, 'FOLDER')
    .replace(/:\d{2,5}\b/g, ':PORT')
    .replace(/\b\d+ (MB|days)\b/g, 'N $1')
    .trimEnd()
    .split('\n');
}

function findingsIn(stdout: string): Finding[] {
  const { online } = JSON.parse(stdout) as { online: { findings: Finding[] }[] };
  return online.flatMap(({ findings }) => findings);
}

describe('where all is well', () => {
  test('a line each, nothing else printed, nothing posted, sent or changed, and no secret shown', async () => {
    evening = await startEvening();
    const before = evening.imap.snapshot();
    const { code, stdout, stderr } = await check();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(tried(stdout)).toEqual([
      'this machine',
      '  ok    state directory FOLDER/state is writable',
      expect.stringMatching(/^ {2}(ok {2}|WARN) {2}N MB free for the state directory$/),
      '',
      'mailbox campaigns',
      '  ok    DNS: localhost is known',
      '  ok    TLS: the certificate of localhost:PORT is good',
      '  ok    logged in as news@shop.example; nothing changed',
      "  ok    capabilities: Gmail's extensions yes, IDLE yes",
      '  ok    reads [Gmail]/All Mail',
      '  note  Spam and Trash are no part of All Mail: a bounce that lies there is not read',
      '  ok    proves by [Gmail]/Sent Mail',
      '  ok    Spam can be seen: [Gmail]/Spam',
      '  ok    SMTP login at localhost:PORT; nothing sent',
      '        INBOX (\\Inbox), 0 mails',
      '        [Gmail]/Sent Mail (\\Sent), 0 mails',
      '        [Gmail]/All Mail (\\All), 0 mails',
      '        [Gmail]/Spam (\\Junk), 0 mails',
      '',
      'callback clevertap',
      '  ok    the URL looks whole',
      '  ok    DNS: localhost is known',
      '  ok    TLS: the certificate of localhost:PORT is good for N days',
      '  ok    localhost:PORT answers; nothing posted',
      '  ok    the clock agrees with that of localhost:PORT',
    ]);
    expect(evening.receiver.requests.map(({ method, path, body }) => `${method} ${path} ${body}`)).toEqual(['HEAD / ']);
    expect(evening.smtp.mails).toEqual([]);
    expect(evening.imap.snapshot()).toBe(before);
    expect(await readdir(evening.stateDir)).toEqual([]);
    for (const secret of [ACCOUNT.password, 'callback-f3a91c']) expect(stdout).not.toContain(secret);
  });

  test('programs find the same by words that stay', async () => {
    evening = await startEvening();
    const { code, stdout, stderr } = await check(['--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    const { online } = JSON.parse(stdout) as { online: { about: string; ok: boolean; findings: Finding[] }[] };
    expect(online.map(({ about, ok, findings }) => [about, ok, findings.map(one => one.topic)])).toEqual([
      ['this machine', true, ['stateDir', 'disk']],
      ['mailbox campaigns', true, ['dns', 'tls', 'login', 'capabilities', 'folder', 'folder', 'sent', 'spam', 'smtp']],
      ['callback clevertap', true, ['url', 'dns', 'tls', 'connection', 'clock']],
    ]);
    expect(online[1]).toMatchObject({ folder: ALL_MAIL.path, sentFolder: SENT.path });
  });
});

/** Two looks at a clock differ by the second between them. */
function steady(text: string): string {
  return text.replace(/\d+(?= (?:seconds|minutes) (?:fast|slow))/g, 'N');
}

describe.each([
  ['mailbox', MAILBOX],
  ['callback', CALLBACK],
])('what is wrong with the %s', (about, rows) => {
  test.each(rows)('$what', async ({ wrong, topic, level, says, cure, exit }) => {
    evening = await startEvening(wrong);
    const [people, programs] = await Promise.all([check(), check(['--json'])]);
    const found = findingsIn(programs.stdout).filter(one => one.topic === topic && one.level === level);
    expect(found).toHaveLength(1);
    const said = found[0]?.text ?? '';
    const advised = found[0]?.cure;
    expect(said).toMatch(says);
    expect(advised ?? said).toMatch(cure);
    const word = { note: 'note', warn: 'WARN', fail: 'FAIL' }[level];
    const lines = [`  ${word}  ${said}`, ...(advised === undefined ? [] : [`        cure: ${advised}`])];
    expect(steady(people.stdout)).toContain(steady(`${lines.join('\n')}\n`));
    expect([people.code, programs.code]).toEqual([exit, exit]);
    // The failure that decides the exit code is told once more, where errors are looked for.
    const told = exit === 0 ? '' : `bounced: ${said}\n  cure: ${advised ?? ''}\n`;
    expect(steady(people.stderr)).toBe(steady(told));
    // And what comes after it was tried all the same.
    const other = about === 'mailbox' ? /^callback clevertap\n {2}ok/m : /^mailbox campaigns\n {2}ok/m;
    expect(people.stdout).toMatch(other);
    expect(`${people.stdout}${people.stderr}`).not.toContain('callback-f3a91c');
  });
});

describe('what is wrong with this machine', () => {
  test('a state directory that this user may not write to: 74', async () => {
    evening = await startEvening();
    await chmod(evening.stateDir, 0o500);
    // Root may write anywhere: become nobody, who may read all of it but not write there.
    for (const name of isRoot ? ['', ...(await readdir(evening.folder))] : [])
      await chown(join(evening.folder, name), NOBODY, NOBODY);
    const { code, stdout, stderr } = await check([], isRoot ? { uid: NOBODY } : {});
    expect(stdout).toMatch(
      /^ {2}FAIL {2}state directory \S+ is not writable for this user\n {8}cure: run this as the user of the service/m,
    );
    expect(stderr).toMatch(/^bounced: state directory \S+ is not writable for this user\n {2}cure: [^\n]+\n$/);
    expect(code).toBe(74);
  });

  test('a state directory that is not there and cannot be made: 74', async () => {
    evening = await startEvening({ edit: text => text.replace(/^state_dir = .*$/m, 'state_dir = "/nowhere/state"') });
    const { code, stdout } = await check();
    expect(stdout).toMatch(/FAIL {2}state directory \/nowhere\/state is not there.*\n {8}cure: make it, owned by/);
    expect(code).toBe(74);
  });

  test.each([
    ['40m', 'FAIL', /FAIL {2}\d+ MB free for the state directory\n {8}cure: make room: without it no bounce/, 74],
    ['200m', 'WARN', /WARN {2}\d+ MB free for the state directory\n {8}cure: make room before it runs out/, 0],
  ])('a disk with %s: %s', async (size, _word, line, exit) => {
    evening = await startEvening();
    const mount = `mount -t tmpfs -o size=${size},mode=0700 tmpfs "$0" && exec "$@"`;
    // A file system of its own for this command alone: it ends with it.
    const own = isRoot ? ['--mount'] : ['--user', '--map-root-user', '--mount'];
    const wrapper = ['unshare', ...own, 'sh', '-c', mount, evening.stateDir];
    const { code, stdout } = await check([], { wrapper });
    expect(stdout).toMatch(line);
    expect(code).toBe(exit);
  });
});

describe('a configuration that cannot be used is told before anything is tried', () => {
  test.each([
    ['http', () => 'http://callback.example/secret-path', /https/],
    ['no URL at all', () => 'callback.example secret-path', /URL/],
  ])('a callback by %s: 78', async (_what, callbackUrl, says) => {
    evening = await startEvening({ callbackUrl });
    const { code, stdout, stderr } = await check();
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^bounced: callback "clevertap": [^\n]+\n {2}cure: [^\n]+\n$/);
    expect(stderr).toMatch(says);
    expect(stderr).not.toContain('secret-path');
    expect(code).toBe(78);
    expect(evening.imap.commands).toEqual([]);
  });
});
