import { expect, test } from '@jest/globals';
import { mailboxLines } from '../../../src/cli/check.ts';
import { Fault } from '../../../src/shared/fault.ts';

const GMAIL = {
  capabilities: ['IMAP4rev1', 'X-GM-EXT-1'],
  folders: [
    { path: 'INBOX', messages: 12 },
    { path: '[Gmail]/Alle Nachrichten', specialUse: '\\All', messages: 340 },
    { path: '[Gmail]/Gesendet', specialUse: '\\Sent' },
  ],
  folder: '[Gmail]/Alle Nachrichten',
};

test('a mailbox that works: what is read, what proves, and what is not looked at', () => {
  const inspection = { ...GMAIL, sentFolder: '[Gmail]/Gesendet' };
  expect(mailboxLines({ mailbox: 'campaigns', inspection })).toEqual([
    'mailbox campaigns',
    "  ok    logged in, nothing changed; Gmail's extensions: yes",
    '        INBOX, 12 mails',
    '        [Gmail]/Alle Nachrichten (\\All), 340 mails',
    '        [Gmail]/Gesendet (\\Sent)',
    '  ok    reads [Gmail]/Alle Nachrichten',
    '  note  Spam and Trash are no part of it: a bounce that lies there is not read',
    '  ok    proves by [Gmail]/Gesendet',
  ]);
});

test('a mailbox that cannot be entered: the word FAIL, and the cure', () => {
  const fault = new Fault('login refused', { code: 'LOGIN_REFUSED', retry: 'never', hint: 'make an app password' });
  expect(mailboxLines({ mailbox: 'campaigns', fault })).toEqual([
    'mailbox campaigns',
    '  FAIL  login refused',
    '        cure: make an app password',
  ]);
});

test('names of folders cannot steer the terminal', () => {
  const inspection = { capabilities: [], folders: [{ path: 'a\u001b[2Jb' }], folder: 'a\u001b[2Jb' };
  expect(mailboxLines({ mailbox: 'campaigns', inspection }).join('')).not.toContain('\u001b');
});
