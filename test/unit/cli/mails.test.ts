/**
 * Where saved mails may lie: mbox files, Maildirs, folders of all kinds; and what is told about the rest.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { mailsOf } from '../../../src/cli/mails.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bounced-mails-'));
});

afterAll(() => rm(folder, { recursive: true }));

const MARK = 'From MAILER-DAEMON Thu Jan  1 00:00:00 2026\n';
const mail = (subject: string): string => `From: ada@example.org\nSubject: ${subject}\n\nAt one?\n`;

async function put(files: Readonly<Record<string, string | Buffer>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
}

/** "file: subject" of each mail, "name: problem" of what is none. */
async function read(name: string): Promise<string[]> {
  const found: string[] = [];
  for await (const one of mailsOf(join(folder, name))) {
    if ('problem' in one) found.push(`${one.path.slice(folder.length + 1)}: ${one.problem}`);
    else found.push(`${one.file}: ${/^Subject: (.*)$/m.exec(one.source.toString())?.[1] ?? ''}`);
  }
  return found;
}

describe('an mbox', () => {
  test('is known by its first line, whatever its name, and its mails are numbered', async () => {
    await put({ 'old-bounces': `${MARK}${mail('one')}\n${MARK}${mail('two')}` });
    expect(await read('old-bounces')).toEqual(['old-bounces#1: one', 'old-bounces#2: two']);
  });

  test('is not what an .eml is that kept its "From " line and returns a mail with one', async () => {
    await put({ 'kept.eml': `${MARK}${mail('one')}\n${MARK}${mail('two')}` });
    expect(await read('kept.eml')).toEqual(['kept.eml: one']);
  });
});

describe('a Maildir', () => {
  test('gives what lies in new/ and cur/, its subfolders included, and never what is still being written', async () => {
    await put({
      'Maildir/cur/1.a.host:2,S': mail('seen'),
      'Maildir/new/2.b.host': `${MARK}${mail('with a From line')}\n${MARK}${mail('returned')}`,
      'Maildir/new/.hidden': mail('hidden'),
      'Maildir/tmp/3.c.host': mail('half'),
      'Maildir/tmp/4.eml': mail('half'),
      'Maildir/dovecot-uidlist': '3 V1 N5\n',
      'Maildir/.Bounces/cur/5.d.host:2,': mail('in a subfolder'),
      'Maildir/.Bounces/new/6.e.host': mail('new in a subfolder'),
    });
    expect(await read('Maildir')).toEqual([
      '5.d.host:2,: in a subfolder',
      '6.e.host: new in a subfolder',
      '1.a.host:2,S: seen',
      '2.b.host: with a From line',
    ]);
    expect(await read('Maildir/new')).toEqual(['2.b.host: with a From line']);
  });

  test('is not every folder with a cur/ in it', async () => {
    await put({ 'notes/cur/today': mail('not this'), 'notes/a.eml': mail('this') });
    expect(await read('notes')).toEqual(['a.eml: this']);
  });
});

test('a folder gives the mails and mboxes in and below it, in the order of their names', async () => {
  await put({
    'box/b.eml': mail('b'),
    'box/a/z.eml': mail('z'),
    'box/Takeout.mbox': `${MARK}${mail('one')}\n${MARK}${mail('two')}`,
    'box/Apple.mbox/inside.eml': mail('inside'),
    'box/notes.txt': mail('no'),
  });
  expect(await read('box')).toEqual([
    'inside.eml: inside',
    'Takeout.mbox#1: one',
    'Takeout.mbox#2: two',
    'z.eml: z',
    'b.eml: b',
  ]);
});

describe('what holds no mail says so', () => {
  test.each([
    ['empty.mbox', '', 'is empty'],
    ['photo.eml', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), 'but a binary file: no header field'],
    ['notes.md', '# Bounces\n\nThere were many.\n', 'is neither a mail nor an mbox but another text'],
    ['hidden/notes.txt', mail('no'), 'holds no mail: no .eml or .mbox file, nothing in a cur/ or new/ of a Maildir'],
  ])('%s', async (name, content, problem) => {
    await put({ [name]: content });
    const [said] = await read(name.split('/')[0] ?? '');
    expect(said).toContain(problem);
  });

  test('an empty Maildir', async () => {
    for (const room of ['cur', 'new', 'tmp']) await mkdir(join(folder, 'bare', room), { recursive: true });
    expect(await read('bare')).toEqual([expect.stringMatching(/^bare: holds no mail/)]);
  });

  test('and does not keep the rest from being read', async () => {
    await put({ 'mixed/a.eml': '', 'mixed/b.eml': mail('b'), 'mixed/c.eml/d.eml': mail('d') });
    expect(await read('mixed')).toEqual(['mixed/a.eml: is empty', 'b.eml: b', 'd.eml: d']);
    expect(await read('nowhere')).toEqual(['nowhere: is not there']);
  });
});
