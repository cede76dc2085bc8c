/**
 * SEARCH of the test IMAP server, and what it adds as Gmail does.
 */
import { afterEach, describe, expect, test } from '@jest/globals';
import { imapRig, inbox, LOGIN, plain, SENT } from './imap-rig.ts';

const rig = imapRig();

afterEach(async () => rig.stop());

describe('searching', () => {
  const days = [1, 2, 3].map(day => ({
    source: plain(day, day === 2 ? 'X-Mark: one\r\nX-Mark: two\r\n' : ''),
    internalDate: new Date(Date.UTC(2026, 10, day, 23, 59)),
    flags: day === 3 ? ['\\Seen', 'done'] : [],
  }));

  test.each([
    ['ALL', [1, 2, 3]],
    ['2:*', [2, 3]],
    ['UID 3:7,1', [1, 3]],
    ['UID 9:*', [3]],
    ['SINCE 2-Nov-2026', [2, 3]],
    ['BEFORE 2-Nov-2026', [1]],
    ['ON 02-Nov-2026', [2]],
    ['HEADER x-mark TWO', [2]],
    ['HEADER X-MARK ""', [2]],
    ['CHARSET UTF-8 SUBJECT {6+}\r\nmail 3', [3]],
    ['OR UID 1 (SINCE 2-Nov-2026 NOT UID 3)', [1, 2]],
    ['UNSEEN', [1, 2]],
    ['KEYWORD done', [3]],
    ['TEXT "body 1"', [1]],
  ])('%s', async (query, uids) => {
    await rig.start(inbox(...days));
    const told = await rig.talk(LOGIN, 'b EXAMINE INBOX', `c UID SEARCH ${query}`);
    expect(/^\* SEARCH ?(.*)\r$/m.exec(told)?.[1]).toBe(uids.join(' '));
  });

  test.each(['NONSENSE', 'OR ALL', 'HEADER x', 'SINCE yesterday', '(ALL', 'X-GM-RAW in:sent'])(
    'what is not understood is said: %s',
    async query => {
      await rig.start(inbox(...days));
      expect(await rig.talk(LOGIN, 'b EXAMINE INBOX', `c UID SEARCH ${query}`)).toMatch(/\r\nc BAD /);
    },
  );

  test('UIDs where they are asked for, else numbers', async () => {
    const flow = await rig.open({ folders: [{ path: 'INBOX', mails: [] }] });
    rig.server().append('INBOX', { source: plain(1) });
    expect(await flow.search({ header: { 'message-id': '<m1@shop.example>' } }, { uid: true })).toEqual([1]);
    expect(await flow.search({ or: [{ uid: '1' }, { all: true }] })).toEqual([1]);
  });
});

describe('Gmail', () => {
  const gmail = {
    gmail: true,
    folders: [
      { path: 'INBOX', mails: [] },
      {
        path: '[Gmail]/Alle E-Mails',
        specialUse: '\\All',
        mails: [
          { source: plain(1), labels: ['\\Sent', 'K\u00e4se'], gmailId: '1850000000000000001' },
          { source: plain(2), labels: ['\\Inbox'] },
        ],
      },
      { path: SENT, specialUse: '\\Sent', mails: [{ source: plain(1) }] },
    ],
  };

  test('message ids and labels', async () => {
    const flow = await rig.open(gmail, '[Gmail]/Alle E-Mails');
    const [one, two] = await flow.fetchAll('1:*', { labels: true });
    expect(one).toMatchObject({ emailId: '1850000000000000001', labels: new Set(['\\Sent', 'K\u00e4se']) });
    expect(two?.emailId).toMatch(/^\d+$/);
    expect(await flow.search({ emailId: '1850000000000000001' }, { uid: true })).toEqual([1]);
  });

  test('X-GM-RAW by Message-ID, several, and only in Sent', async () => {
    const flow = await rig.open(gmail, '[Gmail]/Alle E-Mails');
    const raw = async (gmraw: string): Promise<unknown> => flow.search({ gmraw }, { uid: true });
    expect(await raw('rfc822msgid:m2@shop.example')).toEqual([2]);
    expect(await raw('rfc822msgid:m1@shop.example OR rfc822msgid:m2@shop.example')).toEqual([1, 2]);
    expect(await raw('rfc822msgid:m1@shop.example OR rfc822msgid:m2@shop.example in:sent')).toEqual([1]);
    expect(await raw('from:(mailer-daemon)')).toEqual([]);
    await flow.mailboxOpen(SENT, { readOnly: true });
    expect(await raw('rfc822msgid:m1@shop.example in:sent')).toEqual([1]);
  });

  test('the same mail has the same message id in every folder', async () => {
    const mails = [{ source: plain(1) }];
    const flow = await rig.open({
      gmail: true,
      folders: [
        { path: 'INBOX', mails },
        { path: SENT, mails },
      ],
    });
    const one = await flow.fetchOne('1', { uid: true });
    await flow.mailboxOpen(SENT, { readOnly: true });
    const other = await flow.fetchOne('1', { uid: true });
    expect(one && one.emailId).toBe(other && other.emailId);
  });
});
