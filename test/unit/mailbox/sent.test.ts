/**
 * Look-ups in Sent against a scripted server that writes down each command: what attackers put into Message-IDs leaves
 * no trace in them.
 */
import { afterEach, describe, expect, test } from '@jest/globals';
import type { MailboxSettings, SentLookup } from '../../../src/mailbox/mailbox.ts';
import { SentLookups } from '../../../src/mailbox/sent-lookups.ts';
import { SentMemory } from '../../../src/mailbox/sent-memory.ts';
import { cleanMessageIds } from '../../../src/shared/message-id.ts';
import { Secret } from '../../../src/shared/secret.ts';
import { silentLog } from '../../../src/shared/silent-log.ts';
import { startImapServer } from '../../servers/imap-server.ts';
import type { ImapServer, MailSettings } from '../../servers/imap-server.ts';

const USER = { user: 'news@shop.example', password: 'right-password' };
const TOKEN = '0b9f3c1e-7a52-4d0c-9a40-1f4f1f6f2c11';

let imap: ImapServer;
let lookups: SentLookups;
let nowMs = 0;
const signal = new AbortController().signal;

afterEach(async () => {
  await lookups.close();
  await imap.stop();
});

async function start(gmail: boolean, mails: readonly MailSettings[]): Promise<void> {
  imap = await startImapServer({ users: [USER], gmail, folders: [{ path: 'Sent', specialUse: '\\Sent', mails }] });
  nowMs = 1_000_000;
  lookups = lookupsIn(() => 'Sent');
}

function lookupsIn(folderOf: () => string | undefined): SentLookups {
  const settings: MailboxSettings = {
    ...{ name: 'campaigns', host: '127.0.0.1', port: imap.port, tls: 'none' as const, backfillDays: 7, pollMs: 60_000 },
    ...{ user: USER.user, password: new Secret(USER.password) },
  };
  const clock = { nowMs: () => nowMs, nowSeconds: () => Math.floor(nowMs / 1000), sleep: () => Promise.resolve() };
  return new SentLookups(settings, { log: silentLog, clock, random: () => 0 }, folderOf);
}

function sent(id: string, to: string, more = ''): MailSettings {
  return {
    source: Buffer.from(`From: news@shop.example\r\nTo: ${to}\r\nMessage-ID: <${id}>\r\n${more}\r\nHello\r\n`),
  };
}

const find = (...ids: string[]): Promise<SentLookup> => lookups.find(ids, signal);
const searches = (): string[] =>
  imap.commands.filter(line => / SEARCH /.test(line)).map(line => line.replace(/^\S+ /, ''));
const fetches = (): string[] => imap.commands.filter(line => / FETCH /.test(line));
const logins = (): number => imap.commands.filter(line => / (?:LOGIN|AUTHENTICATE) /.test(line)).length;

/** What an attacker may write into X-Original-Message-ID, In-Reply-To, References or the returned header. */
const HOSTILE: readonly (readonly [string, string])[] = [
  ['a quote that ends the query', 'a"@evil.example'],
  ['a quote and an own search', 'a@evil.example" in:anywhere "b@evil.example'],
  ['an operator of Gmail', 'a@evil.example OR in:sent'],
  ['another operator', 'a@evil.example in:anywhere'],
  ['a line break and a command', 'a@evil.example\r\nx UID STORE 1 +FLAGS (\\Deleted)'],
  ['a bare return', 'a@evil.example\rx EXPUNGE'],
  ['a bare line feed', 'a@evil.example\nx EXPUNGE'],
  ['a folded command', 'a@evil.example\r\n x EXPUNGE'],
  ['a literal', 'a@evil.example{5}'],
  ['a literal that is not waited for', '{5+}@evil.example'],
  ['a group of Gmail', '{a@evil.example b@evil.example}'],
  ['parentheses', '(a@evil.example)'],
  ['a backslash', 'a\\"@evil.example'],
  ['NUL', 'a\0@evil.example'],
  ['an escape', 'a\u001b[2J@evil.example'],
  ['no ASCII', 'ä@evil.example'],
  ['a direction mark', 'a\u202e@evil.example'],
  ['a wide at sign', 'a\uff20evil.example@evil.example'],
  ['angle brackets inside', 'a<b>@evil.example'],
  ['a space that is none', 'a\u00a0OR\u00a0in:sent@evil.example'],
  ['no at sign', 'evil.example'],
  ['nothing', ''],
  ['more than a line holds', `${'a'.repeat(2_000)}@evil.example`],
];

describe.each([
  ['Gmail', true],
  ['any other server', false],
])('on %s', (_name, gmail) => {
  test.each(HOSTILE)('a Message-ID with %s leaves no trace in the commands', async (_trick, id) => {
    await start(gmail, [sent('real-1@shop.example', 'ada@example.org')]);
    const ids = [id, ...cleanMessageIds(`<${id}>`), ...cleanMessageIds(id), 'real-1@shop.example'];
    const { mails } = await lookups.find(ids, signal);
    expect([...mails.keys()]).toEqual(['real-1@shop.example']);
    const line = searches().join('\n');
    expect(line).toContain('real-1@shop.example');
    expect(line).not.toMatch(/in:|\\|STORE|EXPUNGE|\{|[^\x20-\x7e\n]|a{1000}|""/);
    expect(imap.violations).toEqual([]);
  });

  test('only a mail that bears the very id counts, and its To, Cc, Bcc and groups are its recipients', async () => {
    await start(gmail, [
      sent(
        'm1@shop.example',
        '"Lovelace, Ada" <ada@example.org>, Team: bob@example.org, eve@example.net;',
        'Bcc: c@example.net\r\n',
      ),
      sent('xm1@shop.example', 'other@example.org'),
    ]);
    const { mails } = await find('m1@shop.example', 'absent@shop.example');
    expect([...mails.values()]).toEqual([
      {
        messageId: 'm1@shop.example',
        recipients: ['ada@example.org', 'bob@example.org', 'eve@example.net', 'c@example.net'],
      },
    ]);
  });

  test('two mails under one id: the recipients of both', async () => {
    const meta = 'X-CleverTap_META: ada@example.org|1|\r\n';
    await start(gmail, [sent('m1@shop.example', 'ada@example.org', meta), sent('m1@shop.example', 'bob@example.org')]);
    expect((await find('m1@shop.example')).mails.get('m1@shop.example')).toEqual({
      messageId: 'm1@shop.example',
      recipients: ['ada@example.org', 'bob@example.org'],
    });
  });

  test.each([
    ['that bears the mark with the token of its Message-ID, to one address', TOKEN, 'nobody@bounced.invalid', '', true],
    ['with another token', TOKEN.replace('0', '1'), 'nobody@bounced.invalid', '', undefined],
    ['to two addresses', TOKEN, 'nobody@bounced.invalid, ada@example.org', '', undefined],
    ['with a hidden recipient', TOKEN, 'nobody@bounced.invalid', 'Bcc: ada@example.org\r\n', undefined],
    ['of a campaign', TOKEN, 'ada@example.org', 'X-CleverTap_META: ada@example.org|1|\r\n', undefined],
  ])('a self-test is a mail %s: not by less', async (_case, token, to, more, isSelfTest) => {
    const id = `bounced-selftest.${TOKEN}@shop.example`;
    const mark = `X-Bounced-Selftest: ${token}\r\n`;
    await start(gmail, [sent(id, to, more + mark), sent('m1@shop.example', to, mark)]);
    const { mails } = await find(id, 'm1@shop.example');
    expect(mails.get(id)?.isSelfTest).toBe(isSelfTest);
    expect(mails.get('m1@shop.example')?.isSelfTest).toBeUndefined();
  });

  test('two copies of a self-test are one; with a copy to somebody else it is none', async () => {
    const id = `bounced-selftest.${TOKEN}@shop.example`;
    const copy = (to: string): MailSettings => sent(id, to, `X-Bounced-Selftest: ${TOKEN}\r\n`);
    await start(gmail, [copy('nobody@bounced.invalid'), copy('nobody@bounced.invalid')]);
    expect((await find(id)).mails.get(id)).toMatchObject({ isSelfTest: true, recipients: ['nobody@bounced.invalid'] });
    imap.append('Sent', copy('ada@example.org'));
    await lookups.close();
    lookups = lookupsIn(() => 'Sent');
    expect((await find(id)).mails.get(id)?.isSelfTest).toBeUndefined();
  });

  test('many ids are asked for in few commands, none longer than servers take', async () => {
    const ids = Array.from({ length: 45 }, (_, n) => `m${n}.${'x'.repeat(n % 2 === 0 ? 10 : 400)}@shop.example`);
    await start(
      gmail,
      ids.map((id, n) => sent(id, `customer${n}@example.org`)),
    );
    expect((await lookups.find(ids, signal)).mails.size).toBe(45);
    expect(searches().length).toBeLessThanOrEqual(5);
    for (const line of searches()) expect(line.length).toBeLessThan(8_000);
  });
});

describe('many ids', () => {
  const idOf = (n: number): string => `m${n}@shop.example`;
  const many = Array.from({ length: 150 }, (_, n) => sent(idOf(n), `customer${n}@example.org`));
  const asked = Array.from({ length: 150 }, (_, n) => idOf(n));
  test.each([true, false])('what a long search did not find is sought in a short one (Gmail: %s)', async gmail => {
    const others = Array.from({ length: 2_000 }, (_, n) => sent(`x${n}@shop.example`, 'a@b.example'));
    await start(gmail, [...many, ...others]);
    const some = asked.slice(0, 30);
    const { mails } = await find(...some, 'absent@shop.example');
    expect([...mails.keys()].sort()).toEqual([...some].sort());
    expect(searches()).toHaveLength(2);
    expect(searches()[1]).toContain('absent@shop.example');
    expect(searches()[1]).not.toContain(idOf(1));
    expect(fetches()).toHaveLength(1);
  });

  test('of a small Sent folder without an index are had from one list of it, and the others remembered', async () => {
    await start(false, [...many, sent('later@shop.example', 'eve@example.net')]);
    expect((await find(...asked)).mails.size).toBe(150);
    expect(searches().filter(line => line.includes('HEADER'))).toEqual([]);
    expect([...(await find('later@shop.example')).mails.keys()]).toEqual(['later@shop.example']);
    expect(fetches()).toHaveLength(1);
  });

  test('that come chunk by chunk lead to a list, too, once searching has cost as much', async () => {
    await start(false, [
      ...many,
      ...Array.from({ length: 2_500 }, (_, n) => sent(`x${n}@shop.example`, 'a@b.example')),
    ]);
    const searched: number[] = [];
    for (let from = 0; from < 150; from += 30) {
      expect((await find(...asked.slice(from, from + 30))).mails.size).toBe(30);
      searched.push(searches().filter(line => line.includes('HEADER')).length);
    }
    expect(searched).toEqual([1, 1, 1, 1, 1]);
    expect(fetches()).toHaveLength(2);
  });
});

describe('ids that are expected', () => {
  const mails = (count: number): MailSettings[] =>
    Array.from({ length: count }, (_, n) => sent(`m${n}@shop.example`, 'a@b.example'));

  test('many, on a server without an index: Sent is listed before the first is asked for', async () => {
    await start(false, mails(300));
    await lookups.expect(200, signal);
    expect(fetches()).toHaveLength(1);
    const before = imap.commands.length;
    expect((await find('m7@shop.example', 'm299@shop.example')).mails.size).toBe(2);
    expect(imap.commands).toHaveLength(before);
  });

  test('many, on Gmail: the connection is there, and nothing is fetched', async () => {
    await start(true, mails(300));
    await lookups.expect(200, signal);
    expect([logins(), fetches().length]).toEqual([1, 0]);
    expect((await find('m7@shop.example')).mails.size).toBe(1);
    expect(logins()).toBe(1);
  });

  test('few: nobody connects for what may never be asked', async () => {
    await start(false, mails(3));
    await lookups.expect(20, signal);
    expect(imap.commands).toEqual([]);
  });

  test('what goes wrong is told to the one who asks', async () => {
    await start(false, mails(300));
    imap.script.examineAnswers = { Sent: 'NO [UNAVAILABLE] Temporary System Problem (Failure)' };
    await lookups.expect(200, signal);
    await expect(find('m7@shop.example')).rejects.toMatchObject({ name: 'Fault' });
    imap.script.examineAnswers = {};
    expect((await find('m7@shop.example')).mails.size).toBe(1);
  });
});

describe('on Gmail, an id that means something in its search language', () => {
  test.each(['a|b@shop.example', 'a*@shop.example', 'in:sent@shop.example', '-a@shop.example', 'a,b@shop.example'])(
    '%s is looked for as a header, as it stands',
    async id => {
      await start(true, [sent(id, 'ada@example.org'), sent('b@shop.example', 'bob@example.org')]);
      const { mails } = await find(id);
      expect([...mails.keys()]).toEqual([id]);
      expect(searches().join('\n')).not.toContain('X-GM-RAW');
    },
  );
});

describe('asked again', () => {
  test('what was found is remembered, what was not is soon asked for again', async () => {
    await start(true, [sent('m1@shop.example', 'ada@example.org')]);
    await find('m1@shop.example', 'late@shop.example');
    await find('m1@shop.example', 'late@shop.example');
    expect(searches()).toHaveLength(1);
    imap.append('Sent', sent('late@shop.example', 'bob@example.org'));
    nowMs += 31_000;
    const { mails } = await find('m1@shop.example', 'late@shop.example');
    expect([...mails.keys()].sort()).toEqual(['late@shop.example', 'm1@shop.example']);
    expect(searches()).toHaveLength(2);
    expect(searches()[1]).not.toContain('m1@shop.example');
  });

  test('look-ups at the same time share one connection', async () => {
    await start(true, [sent('m1@shop.example', 'ada@example.org'), sent('m2@shop.example', 'bob@example.org')]);
    const both = await Promise.all([find('m1@shop.example'), find('m2@shop.example')]);
    expect(both.map(({ mails }) => mails.size)).toEqual([1, 1]);
    expect(logins()).toBe(1);
  });

  test('a look-up that failed is forgotten, and the next one connects anew', async () => {
    await start(true, [sent('m1@shop.example', 'ada@example.org')]);
    imap.script.examineAnswers = { Sent: 'NO [UNAVAILABLE] Temporary System Problem (Failure)' };
    await expect(find('m1@shop.example')).rejects.toMatchObject({ name: 'Fault' });
    imap.script.examineAnswers = {};
    expect((await find('m1@shop.example')).mails.size).toBe(1);
    expect(logins()).toBe(2);
  });

  test('nothing is remembered of a Sent folder that is not shown: once it is, it proves', async () => {
    await start(true, [sent('m1@shop.example', 'ada@example.org')]);
    let looks = 0;
    lookups = lookupsIn(() => ((looks += 1) > 1 ? 'Sent' : undefined));
    expect(await find('m1@shop.example')).toEqual({ searched: false, mails: new Map() });
    expect((await find('m1@shop.example')).mails.size).toBe(1);
  });
});

test('the memory forgets what was asked for longest ago, and never grows past its limit', () => {
  const memory = new SentMemory();
  memory.keep('first@shop.example', undefined, 0);
  memory.keep('used@shop.example', undefined, 0);
  for (let n = 0; n < 30_000; n += 1) {
    memory.keep(`m${n}@shop.example`, undefined, 0);
    if (n % 1_000 === 0) memory.recall('used@shop.example', 1);
  }
  expect(memory.size).toBe(10_000);
  expect(memory.recall('first@shop.example', 1)).toBeUndefined();
  expect(memory.recall('used@shop.example', 1)).toBe('absent');
});
