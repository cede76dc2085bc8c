/**
 * The scripted IMAP server in Dovecot's place: same folders, same user. Takes nothing, gives what a test of the whole
 * way needs; refuses anything but reading, and its end is an error when somebody tried.
 */
import { startImapServer } from './imap-server.ts';
import type { Dovecot } from './dovecot.ts';
import { TEST_CA } from './tls.ts';

/** What both have. */
export type MailHost = Pick<Dovecot, 'port' | 'ca' | 'user' | 'password' | 'deliver' | 'snapshot' | 'stop'>;

export async function pretendDovecot(gmail: boolean): Promise<MailHost> {
  const login = { user: 'news@shop.example', password: 'app-password-for-tests' };
  const imap = await startImapServer({
    users: [login],
    tls: true,
    gmail,
    folders: [
      { path: 'INBOX', mails: [] },
      { path: 'Sent', specialUse: '\\Sent', mails: [] },
      { path: 'All Mail', specialUse: '\\All', mails: [] },
    ],
  });
  return {
    port: imap.port,
    ca: TEST_CA,
    ...login,
    deliver(folder, source, internalDate) {
      imap.append(folder, { source, ...(internalDate === undefined ? {} : { internalDate }) });
      return Promise.resolve();
    },
    snapshot: () => Promise.resolve(imap.snapshot()),
    stop: () => imap.stop(),
  };
}
