/**
 * Compression (RFC 4978) is asked for where the line is long, and only where the server offers it.
 */
import { afterEach, describe, expect, test } from '@jest/globals';
import { compressOnLongLine } from '../../../src/mailbox/compression.ts';
import { Connection } from '../../../src/mailbox/connection.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { Secret } from '../../../src/shared/secret.ts';
import { startImapServer } from '../../servers/imap-server.ts';
import type { ImapServer } from '../../servers/imap-server.ts';
import { startProxy } from '../../servers/proxy.ts';
import type { Proxy } from '../../servers/proxy.ts';
import { TEST_CA } from '../../servers/tls.ts';
import { logTo } from '../callback/rig.ts';

const USER = { user: 'news@shop.example', password: 'right-password' };
const { signal } = new AbortController();

let imap: ImapServer | undefined;
let line: Proxy | undefined;

afterEach(async () => {
  await Promise.all([line?.stop(), imap?.stop()]);
  [imap, line] = [undefined, undefined];
});

/** Logs in over such a line; gives the commands that were sent. A clock on which all that is nearer takes no time. */
async function logIn(lagMs: number, offers: string | undefined): Promise<readonly string[]> {
  const script = { offers, refusals: { COMPRESS: 'NO not now' } };
  const server = await startImapServer({ users: [USER], tls: true, folders: [{ path: 'INBOX', mails: [] }], script });
  const proxy = await startProxy(() => server.port);
  [imap, line] = [server, proxy];
  proxy.mood = { lagMs };
  const settings = {
    ...{ name: 'campaigns', host: 'localhost', port: proxy.port, tls: 'implicit' as const, ca: TEST_CA, pollMs: 50 },
    ...{ user: USER.user, password: new Secret(USER.password), backfillDays: 7 },
  };
  const clock = { ...systemClock, nowMs: () => 20 * Math.floor(performance.now() / 20) };
  const connection = await Connection.open(settings, { log: logTo([]), clock, random: () => 0 }, signal);
  await connection.close();
  return server.commands.map(command => command.replace(/^\S+ /, ''));
}

describe('compression', () => {
  test('is asked for on a long line, once, after the login', async () => {
    const commands = await logIn(30, 'COMPRESS=DEFLATE');
    expect(commands.filter(command => command === 'COMPRESS DEFLATE')).toHaveLength(1);
    expect(commands.indexOf('COMPRESS DEFLATE')).toBeGreaterThan(commands.indexOf('LOGIN ***'));
  });

  test('is not asked for on a short line: there it costs more than it saves', async () => {
    expect(await logIn(0, 'COMPRESS=DEFLATE')).not.toContain('COMPRESS DEFLATE');
  });

  test('is not asked of a server that does not offer it, however long the line', async () => {
    expect(await logIn(30, undefined)).not.toContain('COMPRESS DEFLATE');
  });

  test('a library that connects in another way is named, not guessed at', () => {
    expect(() => compressOnLongLine({ exec: () => undefined }, () => 0)).toThrow('works in another way than expected');
  });
});
