import { describe, expect, test } from '@jest/globals';
import { mailboxFindings } from '../../../src/cli/check-mailbox.ts';
import { clockFindings, tlsFinding, urlFindings } from '../../../src/cli/check-online.ts';
import { triedLines } from '../../../src/cli/check.ts';
import { fail, findingLines, inColour, note, ok, warn } from '../../../src/cli/finding.ts';
import { sandboxFindings } from '../../../src/cli/probe-machine.ts';
import { Fault } from '../../../src/shared/fault.ts';

const ALL = '[Gmail]/Alle Nachrichten';
const GMAIL = {
  capabilities: ['IDLE', 'IMAP4rev1', 'X-GM-EXT-1'],
  folders: [
    { path: 'INBOX', messages: 12 },
    { path: ALL, specialUse: '\\All', messages: 340 },
    { path: '[Gmail]/Gesendet', specialUse: '\\Sent' },
    { path: '[Gmail]/Spam', specialUse: '\\Junk' },
  ],
  folder: ALL,
};
const SENT = '[Gmail]/Gesendet';
const CAMPAIGNS = {
  name: 'campaigns',
  user: 'news@example.com',
  host: 'imap.gmail.com',
  port: 993,
  tls: 'implicit',
  pollMs: 300_000,
} as const;

test('a mailbox that works: what is read, what proves, and what is not looked at', () => {
  const inspection = { ...GMAIL, sentFolder: SENT };
  const findings = mailboxFindings(CAMPAIGNS, inspection, 'required');
  expect(triedLines({ about: 'mailbox campaigns', inspection, findings })).toEqual([
    'mailbox campaigns',
    '  ok    DNS: imap.gmail.com is known',
    '  ok    TLS: the certificate of imap.gmail.com:993 is good',
    '  ok    logged in as news@example.com; nothing changed',
    "  ok    capabilities: Gmail's extensions yes, IDLE yes",
    '  ok    reads [Gmail]/Alle Nachrichten',
    '  note  Spam and Trash are no part of All Mail: a bounce that lies there is not read',
    '  ok    proves by [Gmail]/Gesendet',
    '  ok    Spam can be seen: [Gmail]/Spam',
    '        INBOX, 12 mails',
    '        [Gmail]/Alle Nachrichten (\\All), 340 mails',
    '        [Gmail]/Gesendet (\\Sent)',
    '        [Gmail]/Spam (\\Junk)',
  ]);
});

test('what failed: the word FAIL, and the cure', () => {
  const fault = new Fault('login refused', { code: 'LOGIN_REFUSED', retry: 'never', hint: 'make an app password' });
  expect(triedLines({ about: 'mailbox campaigns', findings: [fail('login', fault)] })).toEqual([
    'mailbox campaigns',
    '  FAIL  login refused',
    '        cure: make an app password',
  ]);
});

test('colour is laid on the words and says nothing that they do not', () => {
  const fault = new Fault('login refused', { code: 'LOGIN_REFUSED', retry: 'never' });
  const findings = [ok('dns', 'known'), note('spam', 'hidden'), warn('disk', 'little', 'room'), fail('login', fault)];
  const text = findingLines(findings).join('\n');
  const drawn = inColour(text);
  const ink = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, 'g');
  expect(drawn.match(ink)).toHaveLength(6);
  expect(drawn.replace(ink, '')).toBe(text);
});

test('a server that cannot tell of new mail is looked at by the clock', () => {
  const findings = mailboxFindings({ ...CAMPAIGNS, host: '192.0.2.7' }, { ...GMAIL, capabilities: [] }, 'off');
  expect(findings.map(({ topic }) => topic)).not.toContain('dns');
  expect(findings).toContainEqual(
    expect.objectContaining({
      topic: 'capabilities',
      level: 'note',
      text: expect.stringContaining('every 5m') as unknown,
    }),
  );
});

test.each([
  [29, 'ok', 'for 29 days'],
  [6, 'warn', 'for 6 days only'],
])('a certificate that is good for %i days more', (days, level, words) => {
  const finding = tlsFinding('callback.example', Date.now() + (days + 0.5) * 86_400_000);
  expect(finding).toMatchObject({ topic: 'tls', level, text: expect.stringContaining(words) as unknown });
});

test('names of folders cannot steer the terminal', () => {
  const inspection = { capabilities: [], folders: [{ path: 'a\u001b[2Jb' }], folder: 'a\u001b[2Jb' };
  const findings = mailboxFindings(CAMPAIGNS, inspection, 'off');
  expect(triedLines({ about: 'campaigns', findings, inspection }).join('')).not.toContain('\u001b');
});

describe('what hides mail in a mailbox that can be entered', () => {
  const levels = (inspection: Parameters<typeof mailboxFindings>[1], mode: 'required' | 'off' = 'required'): string[] =>
    mailboxFindings(CAMPAIGNS, inspection, mode)
      .filter(({ level }) => level === 'warn' || level === 'fail')
      .map(({ level, text, cure = '' }) => `${level}: ${text} | ${cure}`);

  test('no Sent folder: nothing could be proven', () => {
    expect(levels(GMAIL)).toEqual([expect.stringMatching(/^fail: .*no Sent folder.*Show in IMAP/) as unknown]);
    expect(levels(GMAIL, 'off')).toEqual([expect.stringMatching(/^warn: provenance is off/) as unknown]);
  });

  test('no All Mail at Gmail', () => {
    const folders = GMAIL.folders.filter(({ path }) => path !== ALL);
    expect(levels({ ...GMAIL, folders, folder: 'INBOX', sentFolder: SENT })).toEqual([
      expect.stringMatching(/^warn: All Mail is hidden from IMAP.*gmail\.imap_admin/) as unknown,
    ]);
  });

  test.each([1_000, 2_000, 5_000, 10_000])('a folder that ends at %i mails', messages => {
    const folders = GMAIL.folders.map(one => (one.path === ALL ? { ...one, messages } : one));
    expect(levels({ ...GMAIL, folders, sentFolder: SENT })).toEqual([
      expect.stringMatching(/^warn: .*folder size limit seems to hide.*Do not limit/) as unknown,
    ]);
  });

  test('a thousand mails elsewhere, or in a folder that is not read, mean nothing', () => {
    const folders = GMAIL.folders.map(one => (one.path === 'INBOX' ? { ...one, messages: 1_000 } : one));
    expect(levels({ ...GMAIL, folders, sentFolder: SENT })).toEqual([]);
    const other = { ...GMAIL, capabilities: [], folder: 'INBOX', folders, sentFolder: SENT };
    expect(levels(other)).toEqual([]);
  });
});

test.each([
  ['https://eu1.callback.example/', 'warn'],
  ['https://eu1.callback.example', 'warn'],
  ['https://eu1.callback.example/smtp?account=SECRET#x', 'warn'],
  ['https://eu1.callback.example/smtp?account=SECRET', 'ok'],
  ['https://eu1.callback.example/?account=SECRET', 'ok'],
])('the shape of a callback URL is judged without showing it: %s is %s', (url, level) => {
  const findings = urlFindings(url);
  expect(findings.map(one => one.level)).toEqual([level]);
  expect(JSON.stringify(findings)).not.toMatch(/SECRET|eu1/);
});

test.each([
  [20_000, 'ok', 'agrees'],
  [-90_000, 'warn', '90 seconds slow'],
  [720_000, 'fail', '12 minutes fast'],
])('a clock that is %i ms ahead: %s', (aheadMs, level, words) => {
  expect(clockFindings(aheadMs, 'callback.example')).toMatchObject([
    { level, text: expect.stringContaining(words) as unknown },
  ]);
});

describe('the sandbox of the unit', () => {
  const status = (privs: number, seccomp: number, caps: string, uid: number): string =>
    `Name:\tnode\nUid:\t${uid}\t${uid}\nCapEff:\t${caps}\nNoNewPrivs:\t${privs}\nSeccomp:\t${seccomp}\n`;

  test('closed', () => {
    expect(sandboxFindings(status(1, 2, '0000000000000000', 61_234))).toMatchObject([{ level: 'ok' }]);
  });

  test('open: each setting that is missing is named', () => {
    const [finding] = sandboxFindings(status(0, 0, '000001ffffffffff', 0));
    expect(finding).toMatchObject({ level: 'warn' });
    for (const word of ['NoNewPrivileges', 'SystemCallFilter', 'CapabilityBoundingSet', 'DynamicUser']) {
      expect(finding?.text).toContain(word);
    }
  });
});
