/**
 * The test IMAP server as imapflow meets it: how it lets in, what it announces, how it fails on demand.
 */
import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { TEST_CA } from '../../servers/tls.ts';
import { imapRig, plain, SENT, USER } from './imap-rig.ts';

const rig = imapRig();

afterEach(async () => rig.stop());

const soon = async (): Promise<unknown> => new Promise(resolve => setTimeout(resolve, 5));

describe('coming in', () => {
  test('over TLS with the committed authority, by name and by number', async () => {
    await rig.start({ tls: true });
    for (const host of ['localhost', '127.0.0.1']) {
      const flow = rig.client({ host, secure: true, tls: { ca: TEST_CA } });
      await flow.connect();
      expect(flow.usable).toBe(true);
    }
    await expect(rig.client({ secure: true }).connect()).rejects.toThrow(/certificate/);
  });

  test('by AUTHENTICATE PLAIN and by LOGIN; the password is written down nowhere', async () => {
    const on = await rig.start();
    await rig.client().connect();
    await rig.client({ auth: { user: USER.user, pass: USER.password, loginMethod: 'LOGIN' } }).connect();
    const written = on.commands.join('\n');
    expect(written).toMatch(/ AUTHENTICATE \*\*\*[^]* LOGIN \*\*\*/);
    const initial = Buffer.from(`\0${USER.user}\0${USER.password}`).toString('base64');
    for (const secret of [USER.password, initial, 'pass']) expect(written).not.toContain(secret);
  });

  test('with literals, asked for and not', async () => {
    await rig.start();
    const { length } = USER.password;
    const told = await rig.talk('a LOGIN {17}', `news@shop.example {${length}+}\r\n${USER.password}`, 'b NOOP');
    expect(told).toMatch(/\+ go on\r\na OK/);
    expect(rig.server().commands).toEqual(['a LOGIN ***', 'b NOOP']);
  });

  test('a wrong password is refused as Gmail does', async () => {
    await rig.start();
    const flow = rig.client({ auth: { user: USER.user, pass: 'wrong' } });
    await expect(flow.connect()).rejects.toMatchObject({ serverResponseCode: 'AUTHENTICATIONFAILED' });
  });

  test('nothing is read before the login', async () => {
    await rig.start();
    expect(await rig.talk('a EXAMINE INBOX', 'b FETCH 1 UID')).toMatch(/a NO [^]*b NO /);
  });

  test('folders with their special uses', async () => {
    const sent = { path: SENT, specialUse: '\\Sent', mails: [] };
    await rig.start({ folders: [{ path: 'INBOX', mails: [] }, sent] });
    const flow = rig.client();
    await flow.connect();
    const list = await flow.list();
    expect(list.map(({ path, specialUse }) => [path, specialUse])).toEqual([
      ['INBOX', '\\Inbox'],
      [SENT, '\\Sent'],
    ]);
    expect(await flow.status('INBOX', { messages: true, uidNext: true })).toMatchObject({ messages: 0, uidNext: 1 });
  });
});

describe('news', () => {
  test('a new mail is announced to who idles', async () => {
    const flow = await rig.open();
    const told = once(flow, 'exists');
    const idle = flow.idle();
    while (!rig.server().commands.some(command => command.endsWith('IDLE'))) await soon();
    expect(rig.server().append('INBOX', { source: plain(4) })).toBe(4);
    expect(await told).toMatchObject([{ count: 4, prevCount: 3 }]);
    await flow.noop();
    await idle;
  });

  test('without IDLE it is told with the next command', async () => {
    const flow = await rig.open();
    rig.server().append('INBOX', { source: plain(4) });
    await flow.noop();
    expect(flow.mailbox && flow.mailbox.exists).toBe(4);
  });

  test('a new UIDVALIDITY is seen at the next EXAMINE', async () => {
    const flow = await rig.open();
    rig.server().setUidValidity('INBOX', 77);
    await flow.mailboxOpen('INBOX', { readOnly: true });
    expect(flow.mailbox && flow.mailbox.uidValidity).toBe(77n);
  });
});

describe('faults on demand', () => {
  const PASSWORD =
    'NO [ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)';

  test('a login answered in these words, once', async () => {
    await rig.start({ script: { loginAnswer: PASSWORD, loginRefusals: 1 } });
    await expect(rig.client().connect()).rejects.toMatchObject({ serverResponseCode: 'ALERT' });
    await rig.client().connect();
  });

  test('or always', async () => {
    await rig.start({ script: { loginAnswer: PASSWORD } });
    await expect(rig.client().connect()).rejects.toMatchObject({ responseText: expect.stringContaining('185833') });
    await expect(rig.client().connect()).rejects.toMatchObject({ authenticationFailed: true });
  });

  test('new mail that is never announced', async () => {
    const flow = await rig.open({ script: { silent: true } });
    rig.server().append('INBOX', { source: plain(4) });
    await flow.noop();
    expect(flow.mailbox && flow.mailbox.exists).toBe(3);
    expect(await flow.search({ uid: '4:*' }, { uid: true })).toEqual([4]);
  });

  test('a connection that ends with its greeting, with a BYE and without', async () => {
    const on = await rig.start({ script: { closeAfterGreeting: true } });
    await expect(rig.client().connect()).rejects.toThrow();
    on.script.greeting = '* BYE Account exceeded command or bandwidth limits.';
    await expect(rig.client().connect()).rejects.toThrow();
    on.script.greeting = undefined;
    on.script.closeAfterGreeting = false;
    await rig.client().connect();
  });

  test('a command that is never answered', async () => {
    const flow = await rig.open({ script: { stall: ['SEARCH'] } });
    let answered = false;
    const search = flow.search({ all: true }).then(() => (answered = true));
    const failed = expect(search).rejects.toThrow();
    while (!rig.server().commands.some(command => command.includes('SEARCH'))) await soon();
    await rig.client().connect();
    expect(answered).toBe(false);
    rig.server().dropConnections('fin');
    await failed;
  });

  test('one folder that cannot be opened', async () => {
    const mails = [{ source: plain(1) }];
    await rig.start({
      folders: [
        { path: 'INBOX', mails },
        { path: SENT, mails },
      ],
      script: { examineAnswers: { [SENT]: 'NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)' } },
    });
    const flow = rig.client();
    await flow.connect();
    await expect(flow.mailboxOpen(SENT, { readOnly: true })).rejects.toMatchObject({ serverResponseCode: 'OVERQUOTA' });
    await flow.mailboxOpen('INBOX', { readOnly: true });
  });

  test.each([false, true])('connections end with a BYE, an end, a reset (TLS: %s)', async tls => {
    const on = await rig.start({ tls });
    const endings: unknown[] = [];
    for (const how of ['bye', 'fin', 'rst'] as const) {
      const flow = rig.client(tls ? { host: 'localhost', secure: true, tls: { ca: TEST_CA } } : {});
      let error: unknown;
      flow.on('error', (one: { code?: string }) => (error = one.code));
      await flow.connect();
      const closed = new Promise(resolve => flow.on('close', resolve));
      on.dropConnections(how, 'Session expired, please login again.');
      await closed;
      endings.push([how, error]);
    }
    expect(endings).toEqual([
      ['bye', undefined],
      ['fin', undefined],
      ['rst', 'ECONNRESET'],
    ]);
  });

  test('it stops with clients connected, idle, and half way through TLS', async () => {
    const on = await rig.start({ tls: true });
    const flow = rig.client({ host: 'localhost', secure: true, tls: { ca: TEST_CA } });
    await flow.connect();
    const half = connect(on.port, on.host);
    half.on('error', () => undefined);
    await once(half, 'connect');
    const ended = [once(flow, 'close'), once(half, 'close')];
    await on.stop();
    await Promise.all(ended);
  });

  test('a client that never ends its line is thrown out', async () => {
    const on = await rig.start();
    const socket = connect(on.port, on.host);
    socket.on('error', () => undefined).resume();
    socket.write('x'.repeat(100_000));
    await once(socket, 'close');
  });
});
