/**
 * `bounced capture`: the two files that it writes are a fixture; what is there is never written over; what cannot be
 * done is said with the cure. From files and from the mailbox.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCommand } from '../../../src/cli/commands.ts';
import { readBounce } from '../../../src/index.ts';
import { NOW_SECONDS, seen, wanted } from '../../fixtures/compare.ts';
import type { Expected } from '../../fixtures/load.ts';
import { writeConfig } from '../../servers/daemon.ts';
import { startImapServer } from '../../servers/imap-server.ts';
import { bounceNumber } from '../../servers/synthetic.ts';
import { secretBounce, SECRETS } from '../capture/mails.ts';
import { captured } from './captured.ts';
import type { Captured } from './captured.ts';

let folder: string;
let mail: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bounced-capture-'));
  mail = join(folder, 'mail.eml');
  await writeFile(mail, secretBounce());
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function capture(...words: string[]): Promise<Captured> {
  return captured(await findCommand('capture', words));
}

/** Rejects as a mistake in the command line does, with what the person is told. */
async function complaint(...words: string[]): Promise<string> {
  try {
    await capture(...words);
  } catch (error) {
    const { message, hint, exit } = error as { message: string; hint: string; exit: number };
    return `${exit} ${message}; ${hint}`;
  }
  return 'none';
}

async function fixtureIn(place: string, name: string): Promise<{ source: Buffer; expected: Expected }> {
  const expected = JSON.parse(await readFile(join(place, `${name}.json`), 'utf8')) as Expected;
  return { source: await readFile(join(place, `${name}.eml`)), expected };
}

test('a saved bounce becomes a fixture, and its expectation holds', async () => {
  const out = join(folder, 'made', 'here');
  const { exit, out: told } = await capture(mail, '--out', out, '--name', 'user-unknown');
  expect(exit).toBe(0);
  const { source, expected } = await fixtureIn(out, 'user-unknown');
  expect(seen(await readBounce(source, { nowSeconds: NOW_SECONDS }), expected)).toEqual(wanted(expected));
  expect(expected).toMatchObject({ kind: 'failure', recipients: [{ verdict: 'hard', reason: 'userUnknown' }] });
  expect(told).toMatch(/^wrote \S+user-unknown\.eml and \S+user-unknown\.json\nread as failure by rfc3464/);
  expect(told).toMatch(/replaced: \d+ addresses, \d+ hosts, \d+ IP addresses, \d+ words/);
  expect(told).toContain('Look it over before you share it');
  // Where the operator reads it, so that he may keep it; never in the files.
  expect(told).toContain("replaced in the refusal, as no mail system's word: Kündigungsfrist\n");
  const json = (await readFile(join(out, 'user-unknown.json'), 'utf8')).toLowerCase();
  expect(SECRETS.filter(secret => json.includes(secret.toLowerCase()))).toEqual([]);
});

test('without a name it is called after what was read, and never after what the mail says', async () => {
  await capture(mail, '--out', folder);
  expect(await readdir(folder)).toEqual(['mail.eml', 'rfc3464-user-unknown.eml', 'rfc3464-user-unknown.json']);
});

test('as JSON it is one object', async () => {
  const { out } = await capture(mail, '--out', folder, '--name', 'a', '--json');
  const record = JSON.parse(out) as { eml: string; json: string; expected: unknown };
  expect(record).toMatchObject({ eml: join(folder, 'a.eml'), json: join(folder, 'a.json') });
  expect(record.expected).toEqual((await fixtureIn(folder, 'a')).expected);
});

test('a mail that is no bounce is captured as what it is', async () => {
  await writeFile(mail, 'From: Ada <ada@dinner.org>\nTo: ben@dinner.org\nSubject: lunch?\n\nAt one, at Quisling?\n');
  const { out } = await capture(mail, '--out', folder);
  expect(out).toContain('read as ordinary, as the original: that is what the .json says');
  expect((await fixtureIn(folder, 'ordinary')).expected).toMatchObject({ isBounce: false, recipients: [] });
});

describe('nothing is written over', () => {
  test.each(['a.eml', 'a.json'])('%s', async name => {
    await writeFile(join(folder, name), 'mine');
    expect(await complaint(mail, '--out', folder, '--name', 'a')).toMatch(/^74 .* is there already; choose another/);
    expect(await readFile(join(folder, name), 'utf8')).toBe('mine');
    expect((await readdir(folder)).sort()).toEqual([name, 'mail.eml'].sort());
  });
});

describe('mistakes', () => {
  test('a file that is not there, one that is no mail', async () => {
    expect(await capture(join(folder, 'none.eml'))).toMatchObject({
      exit: 65,
      err: expect.stringContaining('is not there'),
    });
    await writeFile(mail, 'no mail at all\n');
    expect(await capture(mail)).toMatchObject({ exit: 65, err: expect.stringContaining('no header field') });
  });

  test('several mails', async () => {
    await writeFile(join(folder, 'other.eml'), secretBounce());
    expect(await complaint(folder)).toMatch(/^65 .*holds several mails/);
  });

  test('a folder that cannot be', async () => {
    expect(await complaint(mail, '--out', join(mail, 'below'))).toMatch(
      /^74 .*cannot be written \((?:ENOTDIR|EEXIST)\)/,
    );
  });

  test('a command line that says too little, too much, or a name that is a path', async () => {
    expect(await complaint()).toMatch(/^64 .*expected one FILE, -, or --uid N/);
    expect(await complaint(mail, '--uid', '3')).toMatch(/^64 .*expected one FILE/);
    expect(await complaint(mail, mail)).toMatch(/^64 .*one mail at a time/);
    expect(await complaint(mail, '--name', '../a')).toMatch(/^64 .*--name expects/);
    expect(await complaint('--uid', '1:3', '--config', 'x')).toMatch(/^64 .*--uid expects one UID/);
    expect(await complaint('--uid', '3')).toMatch(/^64 .*--config FILE is missing/);
  });
});

test('a mail in the mailbox is fetched whole, and nothing there changes', async () => {
  const USER = { user: 'news@shop.example', password: 'right-password' };
  const imap = await startImapServer({
    users: [USER],
    tls: true,
    folders: [{ path: 'INBOX', mails: [bounceNumber(0).report, secretBounce()].map(source => ({ source })) }],
  });
  try {
    const receiver = { url: 'http://127.0.0.1:9/secret' };
    const config = await writeConfig({ folder, imap, receiver, ...USER, batchWaitMs: 0 });
    const before = imap.snapshot();
    const { exit } = await capture('--uid', '2', '--config', config, '--out', folder, '--name', 'fetched');
    expect(exit).toBe(0);
    const { source } = await fixtureIn(folder, 'fetched');
    expect(source.toString('latin1')).toMatch(/User unknown[^]*\r\n--\S+--\r\n\r\n--\S+--\r\n$/);
    expect(imap.snapshot()).toBe(before);
    expect(imap.violations).toEqual([]);
    expect(await complaint('--uid', '9', '--config', config)).toMatch(/^65 .*UID 9 is not there/);
  } finally {
    await imap.stop();
  }
});
