import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { classifyCommand } from '../../../src/cli/classify.ts';
import { captured } from './captured.ts';
import type { Captured } from './captured.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bounced-classify-'));
});

afterAll(() => rm(folder, { recursive: true }));

const classify = async (...args: string[]): Promise<Captured> => captured(classifyCommand(args));

const LUNCH = 'From: ada@example.org\nTo: ben@example.org\nSubject: lunch?\n\nAt one?\n';

test('a folder is read in the order of its names, below it too, and only its .eml files', async () => {
  const box = join(folder, 'box');
  await mkdir(join(box, 'a'), { recursive: true });
  for (const name of ['b.eml', 'a/z.eml', 'notes.txt']) await writeFile(join(box, name), LUNCH);
  const { exit, out } = await classify('--json', box);
  expect(exit).toBe(0);
  const files = out.trimEnd().split('\n');
  expect(files.map(line => (JSON.parse(line) as { file: string }).file)).toEqual(['z.eml', 'b.eml']);
});

test('a folder without mails is a mistake, not an empty answer', async () => {
  const empty = join(folder, 'empty');
  await mkdir(empty);
  expect(await classify(empty)).toMatchObject({
    exit: 65,
    out: '',
    err: expect.stringContaining('holds no mail'),
  });
});

test('a pipe with a name is read like a file', async () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const [{ exit, out }] = await Promise.all([classify(pipe), writeFile(pipe, LUNCH)]);
  expect([exit, out]).toEqual([0, 'pipe: ordinary: no reader knows it as a report\n']);
});

test('what never ends and is no mail is left after its beginning', async () => {
  const { exit, err } = await classify('/dev/zero');
  expect([exit, err]).toEqual([65, expect.stringMatching(/^bounced: \/dev\/zero: is neither .* binary file/)]);
});

test('a mail that never ends is read up to the limit', async () => {
  const pipe = join(folder, 'endless');
  execFileSync('mkfifo', [pipe]);
  const writer = spawn('sh', ['-c', `{ printf '%s' "$0"; cat /dev/zero; } > "$1"`, LUNCH, pipe], { stdio: 'ignore' });
  const ended = once(writer, 'close');
  expect(await classify(pipe)).toMatchObject({ exit: 0, out: expect.stringMatching(/^endless: ordinary: /) });
  await ended;
});

test('what a mail says cannot steer the terminal, for people or as JSON', async () => {
  const path = join(folder, 'steer\u001b[2J.eml');
  await writeFile(path, LUNCH);
  for (const args of [[path], ['--json', path]]) {
    const { out } = await classify(...args);
    expect(out.trimEnd()).not.toMatch(/\p{Cc}/u);
    expect(out).toContain('\\u001b');
  }
});
