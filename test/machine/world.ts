/**
 * What the machine under test talks to: a mailbox as Gmail shows it and a receiver in CleverTap's place, on the host's
 * loopback, which the machine shares. Takes the machine's root, writes the configuration of one account into it.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dsn } from '../demo/mailbox.ts';
import { startImapServer } from '../servers/imap-server.ts';
import type { ImapServer } from '../servers/imap-server.ts';
import { startReceiver } from '../servers/receiver.ts';
import type { Receiver } from '../servers/receiver.ts';
import { originalOf } from '../servers/sent-originals.ts';
import { TEST_CA } from '../servers/tls.ts';

export const PASSWORD = 'correct-horse-battery';
const ALL_MAIL = '[Gmail]/All Mail';
const SENT = '[Gmail]/Sent Mail';

export interface World {
  readonly imap: ImapServer;
  readonly receiver: Receiver;
  /** A campaign mail goes out to this address, and bounces. */
  bounce(address: string): void;
  /** What was counted, each address as often as it was. */
  counted(): string[];
  stop(): Promise<void>;
}

export async function startWorld(user: string): Promise<World> {
  const imap = await startImapServer({
    users: [{ user, password: PASSWORD }],
    gmail: true,
    tls: true,
    folders: [
      { path: 'INBOX', mails: [] },
      { path: ALL_MAIL, specialUse: '\\All', mails: [] },
      { path: SENT, specialUse: '\\Sent', mails: [] },
    ],
  });
  const receiver = await startReceiver();
  let sent = 0;
  return {
    imap,
    receiver,
    bounce(address) {
      sent += 1;
      const messageId = `campaign-${sent}@shop.example`;
      const original = originalOf(
        { isBounce: true, kind: 'failure', recipients: [], original: { messageId, recipients: [address] } },
        user,
      );
      if (original !== undefined) imap.append(SENT, { source: original });
      imap.append(ALL_MAIL, { source: dsn(address, messageId, `report-${sent}@mx.shop.example`) });
    },
    counted: () => receiver.events().map(({ address }) => address),
    async stop() {
      await Promise.all([imap.stop(), receiver.stop()]);
    },
  };
}

/**
 * As the manual tells: configuration and two secrets, root's alone.
 * @param prefix of the file names: "" for bounced.service, "shop." for bounced@shop.service
 */
export function configure(root: string, world: World, user: string, prefix = '', password = PASSWORD): void {
  const folder = join(root, 'etc/bounced');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const ca = '/etc/ssl/bounced-test-ca.pem';
  writeFileSync(join(root, ca), TEST_CA);
  const secret = (name: string, text: string): void =>
    writeFileSync(join(folder, `${prefix}${name}`), `${text}\n`, { mode: 0o600 });
  secret('gmail-password', password);
  secret('callback-url', world.receiver.url);
  const text = `[[mailbox]]
name = "campaigns"
host = "localhost"
port = ${world.imap.port}
ca_file = "${ca}"
user = "${user}"
password_file = "${prefix}gmail-password"
callback = "clevertap"

[[callback]]
name = "clevertap"
url_file = "${prefix}callback-url"
batch_wait = "500ms"

[verdict]
max_age = "36500d" # the sample mails have fixed dates

[log]
level = "debug"
`;
  writeFileSync(join(folder, prefix === '' ? 'bounced.toml' : `${prefix}toml`), text, { mode: 0o600 });
}
