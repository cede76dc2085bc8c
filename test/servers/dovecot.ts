/**
 * A real Dovecot on a free loopback port, in a folder of its own, without root's rights; it offers COMPRESS=DEFLATE as
 * Gmail does. For the flow tests and the bench.
 */
import { ImapFlow } from 'imapflow';
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TEST_CA, TEST_CERTIFICATE, TEST_KEY } from './tls.ts';

export interface Dovecot {
  /** TLS from the first byte, on localhost. */
  readonly port: number;
  readonly ca: string;
  readonly user: string;
  readonly password: string;
  /** Puts a mail into a folder ("INBOX", "Sent", "All Mail") as a delivery agent would; `date` is its INTERNALDATE. */
  deliver(folder: string, source: Buffer, date?: Date): Promise<void>;
  /** UIDs and flags as another client sees them, every file's name and contents: the same text means untouched. */
  snapshot(): Promise<string>;
  /** Ends the server with all its connections; `resume` starts it again on the same port, with the same mail. */
  halt(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

const USER = 'news@shop.example';
const PASSWORD = 'app-password-for-tests';
const NOBODY = 'nobody';

export interface DovecotOptions {
  /** Whether it offers COMPRESS=DEFLATE; it does where nothing is said. */
  readonly compress?: boolean;
  /** All users of shop.example have the same mails and the same password. */
  readonly oneMailbox?: boolean;
}

/** Rejects with what to install when there is no Dovecot. */
export async function startDovecot({ compress = true, oneMailbox = false }: DovecotOptions = {}): Promise<Dovecot> {
  requireDovecot();
  const place = mkdtempSync(join(tmpdir(), 'bounced-dovecot-'));
  const account = userInfo().uid === 0 ? NOBODY : userInfo().username;
  const uid = Number(execFileSync('id', ['-u', account]).toString());
  const gid = Number(execFileSync('id', ['-g', account]).toString());
  const group = execFileSync('id', ['-gn', account]).toString().trim();
  const port = await freePort();
  const maildir = join(place, 'mail', USER, 'Maildir');
  const own = (path: string): void => chownSync(path, uid, gid);
  for (const folder of ['', 'base', 'mail', `mail/${USER}`]) {
    mkdirSync(join(place, folder), { recursive: true });
    own(join(place, folder));
  }
  for (const folder of ['', '.Sent', '.All Mail']) {
    for (const part of ['', 'tmp', 'new', 'cur']) {
      mkdirSync(join(maildir, folder, part), { recursive: true });
      own(join(maildir, folder, part));
    }
  }
  writeFileSync(join(place, 'users'), `${USER}:{PLAIN}${PASSWORD}\n`);
  writeFileSync(join(place, 'server.crt'), TEST_CERTIFICATE);
  writeFileSync(join(place, 'server.key'), TEST_KEY);
  writeFileSync(
    join(place, 'dovecot.conf'),
    configuration({ place, port, account, group, uid, gid, compress, oneMailbox }),
  );
  for (const file of ['users', 'server.crt', 'server.key', 'dovecot.conf']) own(join(place, file));
  chmodSync(place, 0o755);
  let server: ChildProcess;
  const resume = async (): Promise<void> => {
    server = spawn('dovecot', ['-F', '-c', join(place, 'dovecot.conf')], { uid, gid, stdio: 'ignore' });
    await listening(port, server, join(place, 'dovecot.log'));
  };
  const halt = async (): Promise<void> => {
    server.kill('SIGTERM');
    if (server.exitCode === null) await new Promise(resolve => server.once('exit', resolve));
  };
  await resume();
  let delivered = 0;
  return {
    port,
    ca: TEST_CA,
    user: USER,
    password: PASSWORD,
    deliver(folder, source, date) {
      delivered += 1;
      const name = `${Math.floor(Date.now() / 1000)}.${String(delivered).padStart(6, '0')}.test`;
      const path = join(maildir, folder === 'INBOX' ? '' : `.${folder}`, 'new', name);
      // Written elsewhere and moved: a reader never sees half a mail.
      const draft = join(maildir, 'tmp', name);
      writeFileSync(draft, source);
      own(draft);
      if (date !== undefined) utimesSync(draft, date, date);
      renameSync(draft, path);
      return Promise.resolve();
    },
    snapshot: async () => `${await uidsAndFlags(port)}\n${describe(maildir)}`,
    halt,
    resume,
    async stop() {
      await halt();
      rmSync(place, { recursive: true, force: true });
    },
  };
}

function requireDovecot(): void {
  if (!hasDovecot()) throw new Error('these tests need Dovecot: sudo apt-get install -y dovecot-imapd');
}

/** Whether it is installed. */
export function hasDovecot(): boolean {
  try {
    execFileSync('dovecot', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

interface Settings {
  readonly place: string;
  readonly port: number;
  readonly account: string;
  readonly group: string;
  readonly uid: number;
  readonly gid: number;
  readonly compress: boolean;
  readonly oneMailbox: boolean;
}

function configuration({ place, port, account, group, uid, gid, compress, oneMailbox }: Settings): string {
  return `base_dir = ${place}/base
state_dir = ${place}/base
log_path = ${place}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_login_user = ${account}
default_internal_user = ${account}
default_internal_group = ${group}
first_valid_uid = 0
first_valid_gid = 0
mail_home = ${place}/mail/%u
mail_location = maildir:~/Maildir
mail_max_userip_connections = 50
mail_plugins = zlib
protocol imap {
  mail_plugins = zlib${compress ? ' imap_zlib' : ''}
}
auth_mechanisms = plain login
auth_username_format = ${oneMailbox ? 'news@%d' : '%Lu'}
ssl = required
ssl_cert = <${place}/server.crt
ssl_key = <${place}/server.key
passdb {
  driver = passwd-file
  args = ${place}/users
}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${place}/mail/%u
}
namespace inbox {
  inbox = yes
  mailbox Sent {
    special_use = \\Sent
  }
  mailbox "All Mail" {
    special_use = \\All
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    port = 0
  }
  inet_listener imaps {
    port = ${port}
    ssl = yes
  }
}
`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}

async function listening(port: number, server: ChildProcess, log: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (server.exitCode !== null) break;
    const open = await new Promise<boolean>(resolve => {
      const socket = connect(port, '127.0.0.1');
      socket.on('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    if (open) return;
    await sleep(50);
  }
  throw new Error(`Dovecot did not start: ${readFileSync(log, 'utf8').slice(-2000)}`);
}

/** Folder by folder, through a connection of its own that only EXAMINEs. */
async function uidsAndFlags(port: number): Promise<string> {
  const auth = { user: USER, pass: PASSWORD };
  const client = new ImapFlow({ host: 'localhost', port, secure: true, tls: { ca: TEST_CA }, auth, logger: false });
  await client.connect();
  const lines: string[] = [];
  for (const folder of ['INBOX', 'Sent', 'All Mail']) {
    const { uidValidity, exists } = await client.mailboxOpen(folder, { readOnly: true });
    lines.push(`${folder} ${uidValidity}`);
    const mails = exists === 0 ? [] : await client.fetchAll('1:*', { uid: true, flags: true });
    lines.push(...mails.map(({ uid, flags }) => `${uid} ${[...(flags ?? [])].sort().join(' ')}`));
  }
  await client.logout();
  return lines.join('\n');
}

/** Mail files with the flags in their names, whether in new or cur; the UIDs; the contents. */
function describe(maildir: string): string {
  return ['', '.Sent', '.All Mail']
    .map(folder => {
      const files = ['new', 'cur'].flatMap(part =>
        readdirSync(join(maildir, folder, part)).map(name => {
          const hash = createHash('sha256')
            .update(readFileSync(join(maildir, folder, part, name)))
            .digest('hex');
          // Opening a folder moves files from new to cur, EXAMINE or not: no flag, no UID, no content changes by it.
          return `${name.replace(/:2,$/, '')} ${hash}`;
        }),
      );
      return [`folder ${folder}`, ...files.sort()].join('\n');
    })
    .join('\n');
}
