/**
 * Forged and genuine reports in one mailbox, read by the built daemon from a server that refuses and writes down every
 * command but the reading ones: only the genuine ones are posted, each forged one waits with the reason.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { FAKES, IDS } from '../proof/fakes.ts';
import { failed, fake, gmail, returnedMail } from '../proof/forge.ts';
import { GMAIL_FAKES } from '../proof/gmail-fakes.ts';
import { ATTACKER, SENT, VICTIM } from '../proof/world.ts';
import { startDaemon } from '../servers/daemon.ts';
import type { DaemonChild } from '../servers/daemon.ts';
import { startImapServer } from '../servers/imap-server.ts';
import type { ImapServer } from '../servers/imap-server.ts';
import { startReceiver } from '../servers/receiver.ts';
import type { Receiver } from '../servers/receiver.ts';
import { bounceNumber } from '../servers/synthetic.ts';

const USER = { user: 'news@shop.example', password: 'correct-horse-battery' };
const GENUINE = [0, 1, 2].map(bounceNumber);
/** Message-IDs as an attacker would like to see them in a command. */
const HOSTILE = ['a@b.example" in:sent "c@d.example', 'a@b.example OR in:sent', '*@shop.example', '{5+}@b.example'];
/** Another Message-ID each: the same mail twice is one mail. */
const forged = [
  ...[...FAKES, ...IDS, ...GMAIL_FAKES].map(([, mail]) => mail),
  gmail(),
  ...HOSTILE.map(id => fake({ groups: [failed(VICTIM)], returned: returnedMail(id) })),
].map((mail, n) => Buffer.from(mail.toString().replace('Message-ID: <forged-', `Message-ID: <n${n}-`)));

let folder: string;
let imap: ImapServer;
let receiver: Receiver;
let daemon: DaemonChild;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bounced-forged-'));
  const sent = SENT.map(({ messageId, recipients, campaignMeta }) =>
    Buffer.from(
      [
        'From: news@shop.example',
        `To: ${recipients.join(', ')}`,
        `Message-ID: <${messageId}>`,
        ...(campaignMeta === undefined ? [] : [`X-CleverTap_META: ${campaignMeta}`]),
        '',
        'Hello',
      ].join('\r\n'),
    ),
  );
  imap = await startImapServer({
    users: [USER],
    gmail: true,
    tls: true,
    folders: [
      {
        path: '[Gmail]/All Mail',
        specialUse: '\\All',
        mails: [...forged, ...GENUINE.map(({ report }) => report)].map(source => ({ source })),
      },
      {
        path: '[Gmail]/Sent Mail',
        specialUse: '\\Sent',
        mails: [...sent, ...GENUINE.map(({ original }) => original)].map(source => ({ source })),
      },
    ],
  });
  receiver = await startReceiver();
}, 30_000);

afterAll(async () => {
  await daemon.kill();
  await Promise.all([imap.stop(), receiver.stop()]);
  await rm(folder, { recursive: true, force: true });
}, 30_000);

test('of a mailbox full of forged reports only the genuine ones are posted, and nothing in it is touched', async () => {
  const before = imap.snapshot();
  const args = ['--once'];
  daemon = await startDaemon({ folder, imap, receiver, ...USER, batchWaitMs: 100, args });
  expect(await daemon.ended).toBe(0);
  expect(
    receiver
      .events()
      .map(({ address }) => address)
      .sort(),
  ).toEqual(GENUINE.map(({ address }) => address).sort());
  const held = daemon.lines.filter(line => line['missing'] !== undefined);
  expect(held.length).toBeGreaterThan(100);
  expect(held.filter(line => line['address'] === VICTIM).length).toBeGreaterThan(60);
  expect(held.map(line => line['missing'])).toContainEqual(
    expect.stringMatching(/^Gmail's own report, but the original/),
  );
  expect(receiver.events().filter(({ address }) => address === VICTIM || address === ATTACKER)).toEqual([]);
  expect(imap.snapshot()).toBe(before);
}, 120_000);

test('no command but the reading ones was sent, and none with what an attacker wrote into a Message-ID', () => {
  expect(imap.violations).toEqual([]);
  const words = imap.commands.map(line =>
    line
      .split(' ')
      .slice(1, 3)
      .join(' ')
      .toUpperCase()
      .replace(/^(?!UID )(\S+).*/, '$1'),
  );
  expect([...new Set(words)].sort()).toEqual(expect.arrayContaining(['EXAMINE', 'UID FETCH', 'UID SEARCH']));
  const needed = [
    'AUTHENTICATE',
    'CAPABILITY',
    'ENABLE',
    'EXAMINE',
    'ID',
    'LIST',
    'LOGIN',
    'LOGOUT',
    'NAMESPACE',
    'NOOP',
  ];
  expect(words.filter(word => ![...needed, 'LSUB', 'UID FETCH', 'UID SEARCH'].includes(word))).toEqual([]);
  const searches = imap.commands.filter(line => line.includes('UID SEARCH'));
  expect(searches.join('\n')).not.toMatch(/in:sent|\{|\\/);
  // What means something to Gmail is looked for as a header, where it is text.
  expect(searches.filter(line => line.includes('X-GM-RAW')).join('\n')).not.toMatch(/\*|to:|subject:/);
});
