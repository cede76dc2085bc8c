/**
 * The scripted IMAP server in Dovecot's place, with Gmail's extensions: for faults that no real server makes on demand.
 */
import { startImapServer } from '../servers/imap-server.ts';
import type { ImapServer, ImapServerSettings } from '../servers/imap-server.ts';
import { TEST_CA } from '../servers/tls.ts';
import type { NamedFault } from './fault.ts';
import type { MailServer, World } from './world.ts';

/** What the daemon says of a connection that broke. */
export const LOST = /could not be made or was lost|could not be read|TLS failed/;
export const ALL = '[Gmail]/All Mail';
const SENT = '[Gmail]/Sent Mail';
export const USER = { user: 'news@shop.example', password: 'app-password-for-tests' };

type Scripted = MailServer & { readonly imap: ImapServer };

/** @param login other ways in than a password */
export async function startScripted(login: Partial<ImapServerSettings> = {}): Promise<Scripted> {
  const imap = await startImapServer({
    users: [USER],
    ...login,
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

/** A fault of a scripted server that answers as Gmail does. */
export function scripted(name: string, run: NamedFault['run'], quick = true): NamedFault {
  return { name: `mailbox: ${name}`, quick, settings: { server: () => startScripted() }, run };
}
