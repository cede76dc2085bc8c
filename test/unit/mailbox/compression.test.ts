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
import { TEST_CA } from '../../servers/tls.ts';
import { logTo } from '../callback/rig.ts';

const USER = { user: 'news@shop.example', password: 'right-password' };
const { signal } = new AbortController();

let imap: ImapServer | undefined;

afterEach(async () => {
  await imap?.stop();
  imap = undefined;
});

/** Logs in by a clock on which each look at it comes so much later than the one before; gives what was sent. */
async function logIn(tickMs: number, offers: string | undefined): Promise<readonly string[]> {
  const script = { offers, refusals: { COMPRESS: 'NO not now' } };
  imap = await startImapServer({ users: [USER], tls: true, folders: [{ path: 'INBOX', mails: [] }], script });
  const settings = {
    ...{ name: 'campaigns', host: 'localhost', port: imap.port, tls: 'implicit' as const, ca: TEST_CA, pollMs: 50 },
    ...{ user: USER.user, password: new Secret(USER.password), backfillDays: 7 },
  };
  let nowMs = 0;
  const clock = { ...systemClock, nowMs: () => (nowMs += tickMs) };
  const connection = await Connection.open(settings, { log: logTo([]), clock, random: () => 0 }, signal);
  await connection.close();
  return imap.commands.map(command => command.replace(/^\S+ /, ''));
}

describe('compression', () => {
  test('is asked for on a long line, once, after the login', async () => {
    const commands = await logIn(3, 'COMPRESS=DEFLATE');
    expect(commands.filter(command => command === 'COMPRESS DEFLATE')).toHaveLength(1);
    expect(commands.indexOf('COMPRESS DEFLATE')).toBeGreaterThan(commands.indexOf('LOGIN ***'));
  });

  test('is not asked for on a short line: there it costs more than it saves', async () => {
    expect(await logIn(2, 'COMPRESS=DEFLATE')).not.toContain('COMPRESS DEFLATE');
  });

  test('is not asked of a server that does not offer it, however long the line', async () => {
    expect(await logIn(3, undefined)).not.toContain('COMPRESS DEFLATE');
  });

  test('a library that connects in another way is named, not guessed at', () => {
    expect(() => compressOnLongLine({ exec: () => undefined }, () => 0)).toThrow('works in another way than expected');
  });
});
