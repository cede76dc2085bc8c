/**
 * The scripted IMAP server in Dovecot's place, with Gmail's extensions: for faults that no real server makes on demand.
 */
import { startImapServer } from '../servers/imap-server.ts';
import type { ImapServer } from '../servers/imap-server.ts';
import { TEST_CA } from '../servers/tls.ts';
import type { MailServer, World } from './world.ts';

export const ALL = '[Gmail]/All Mail';
const SENT = '[Gmail]/Sent Mail';
const USER = { user: 'news@shop.example', password: 'app-password-for-tests' };

type Scripted = MailServer & { readonly imap: ImapServer };

export async function startScripted(): Promise<Scripted> {
  const imap = await startImapServer({
    users: [USER],
    tls: true,
    gmail: true,
    folders: [
      { path: 'INBOX', mails: [] },
      { path: ALL, specialUse: '\\All', mails: [] },
      { path: SENT, specialUse: '\\Sent', mails: [] },
    ],
  });
  return {
    ...USER,
    ...{ imap, port: imap.port, ca: TEST_CA },
    deliver(folder, source, internalDate = new Date()) {
      imap.append(folder === 'Sent' ? SENT : ALL, { source, internalDate });
      return Promise.resolve();
    },
    stop: () => imap.stop(),
  };
}

/** The scripted server of a world that was started with it. */
export function scriptedIn({ server }: World): ImapServer {
  if ('imap' in server) return (server as Scripted).imap;
  throw new Error('this world has another server than the scripted one');
}
