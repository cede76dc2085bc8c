/**
 * One test IMAP server and its clients, ended together. Takes settings, gives imapflow's clients and a bare session.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { ImapFlow } from 'imapflow';
import type { ImapFlowOptions } from 'imapflow';
import { startImapServer } from '../../servers/imap-server.ts';
import type { ImapServer, ImapServerSettings, MailSettings } from '../../servers/imap-server.ts';

export const USER = { user: 'news@shop.example', password: 'pass "with\\ all' };
/** The first line of a bare session. */
export const LOGIN = 'a LOGIN news@shop.example "pass \\"with\\\\ all"';
export const SENT = '[Gmail]/Gesendet';

export interface Rig {
  start(settings?: Partial<ImapServerSettings>): Promise<ImapServer>;
  /** Not yet connected. */
  client(options?: Partial<ImapFlowOptions>): ImapFlow;
  /** Starts a server, logs in and examines. */
  open(settings?: Partial<ImapServerSettings>, path?: string): Promise<ImapFlow>;
  /** What was told to these lines, each sent after the answer to the one before; tags are one letter. */
  talk(...lines: string[]): Promise<string>;
  server(): ImapServer;
  stop(): Promise<void>;
}

export function plain(n: number, more = ''): Buffer {
  return Buffer.from(`Message-ID: <m${n}@shop.example>\r\nSubject: Mail ${n}\r\n${more}\r\nBody ${n}\r\n`);
}

/** Settings for an INBOX with these mails. */
export function inbox(...mails: MailSettings[]): Partial<ImapServerSettings> {
  return { folders: [{ path: 'INBOX', mails }] };
}

export function imapRig(): Rig {
  let running: ImapServer | undefined;
  const clients: ImapFlow[] = [];
  const server = (): ImapServer => {
    if (running === undefined) throw new Error('no server was started');
    return running;
  };
  const rig: Rig = {
    server,
    async start(settings = {}) {
      const mails = [1, 2, 3].map(n => ({ source: plain(n) }));
      running = await startImapServer({
        users: [USER],
        folders: [{ path: 'INBOX', mails }],
        expectViolations: true,
        ...settings,
      });
      return running;
    },
    client(options = {}) {
      const { host, port } = server();
      const auth = { user: USER.user, pass: USER.password };
      const flow = new ImapFlow({ host, port, secure: false, auth, logger: false, ...options });
      flow.on('error', () => undefined);
      clients.push(flow);
      return flow;
    },
    async open(settings = {}, path = 'INBOX') {
      await rig.start(settings);
      const flow = rig.client();
      await flow.connect();
      await flow.mailboxOpen(path, { readOnly: true });
      return flow;
    },
    talk: async (...lines) => talk(server(), lines),
    async stop() {
      for (const client of clients.splice(0)) client.close();
      await running?.stop();
      running = undefined;
    },
  };
  return rig;
}

async function talk({ port, host }: ImapServer, lines: readonly string[]): Promise<string> {
  const socket = connect(port, host);
  let told = '';
  socket.setEncoding('latin1').on('data', (more: string) => (told += more));
  for (const line of lines) {
    const from = told.length;
    socket.write(`${line}\r\n`, 'latin1');
    while (!/^(?:[a-z]|\+) /m.test(told.slice(from))) await once(socket, 'data');
  }
  socket.destroy();
  return told;
}
