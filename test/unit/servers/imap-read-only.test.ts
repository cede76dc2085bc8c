/**
 * What the test IMAP server refuses and writes down: all that could change a mailbox.
 */
import { afterEach, describe, expect, test } from '@jest/globals';
import { startImapServer } from '../../servers/imap-server.ts';
import { imapRig, LOGIN, plain } from './imap-rig.ts';

const rig = imapRig();

afterEach(async () => rig.stop());

describe('read-only', () => {
  test('reading leaves no violation and no trace', async () => {
    const flow = await rig.open();
    const before = rig.server().snapshot();
    await flow.fetchAll('1:*', { source: true, flags: true, bodyStructure: true });
    await flow.logout();
    expect(rig.server().violations).toEqual([]);
    expect(rig.server().snapshot()).toBe(before);
  });

  test.each([
    'SELECT INBOX',
    'STORE 1 +FLAGS (\\Seen)',
    'UID STORE 1 +FLAGS (\\Deleted)',
    'UID COPY 1 Other',
    'UID MOVE 1 Other',
    'UID EXPUNGE 1',
    'EXPUNGE',
    'CREATE Other',
    'DELETE Other',
    'RENAME INBOX Other',
    'SUBSCRIBE INBOX',
    'UNSUBSCRIBE INBOX',
    'SETACL INBOX anyone lrswipcda',
    'SETQUOTA "" (STORAGE 1)',
    'SETMETADATA INBOX (/private/comment "x")',
    'UID REPLACE 1 INBOX',
    'UID STORE 1 +X-GM-LABELS (x)',
    'UID THREAD REFERENCES UTF-8 ALL',
    'CHECK',
    'X-ANYTHING',
    'APPEND INBOX {99999999}',
    'APPEND INBOX {4+}\r\nmail',
    'FETCH 1 BODY[]',
    'UID FETCH 1 (UID BODY[TEXT]<0.5>)',
    'FETCH 99 RFC822',
    'FETCH 1 (RFC822.TEXT)',
  ])('%s is refused and written down', async command => {
    const on = await rig.start();
    const before = on.snapshot();
    const told = await rig.talk(LOGIN, 'b EXAMINE INBOX', `c ${command}`, 'd NOOP');
    expect(told).toMatch(/\r\nc NO [^]*\r\nd OK /);
    expect(on.violations).toHaveLength(1);
    expect(on.violations[0]).toContain(command.split(' ')[0]);
    expect(on.snapshot()).toBe(before);
  });

  test('imapflow is told of it too: a flag cannot be set', async () => {
    const flow = await rig.open();
    expect(await flow.messageFlagsAdd('1', ['\\Seen'], { uid: true })).toBe(false);
  });

  test('the snapshot shows a flag, a label, a byte', async () => {
    const shots = [{}, { flags: ['\\Seen'] }, { labels: ['x'] }, { source: plain(2) }].map(async more => {
      const one = await startImapServer({
        users: [],
        ...{ folders: [{ path: 'A', mails: [{ source: plain(1), ...more }] }] },
      });
      await one.stop();
      return one.snapshot();
    });
    expect(new Set(await Promise.all(shots)).size).toBe(4);
  });
});
