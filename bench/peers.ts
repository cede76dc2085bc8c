/**
 * Programs that take all mail from a server and do nothing else with it, each as a command of its own. Takes a Dovecot,
 * gives milliseconds; writes into a folder that is gone afterwards.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dovecot } from '../test/servers/dovecot.ts';

/** A program that is started in a folder with what it needs. */
export interface Peer {
  /** Whether it can be started here. */
  isThere(): boolean;
  /** Writes its configuration into the folder; gives the command. */
  prepare(dovecot: Dovecot, folder: string): Promise<readonly string[]>;
}

/** Not compressed, which is faster on loopback. */
const FETCHING = `
import { readFileSync } from 'node:fs';
import { ImapFlow } from 'imapflow';
const { port, user, pass, ca } = JSON.parse(readFileSync(process.argv[1], 'utf8'));
const options = { host: 'localhost', port, secure: true, tls: { ca }, auth: { user, pass } };
async function fetchAll() {
  const client = new ImapFlow({ ...options, logger: false, disableCompression: true });
  await client.connect();
  await client.mailboxOpen('All Mail', { readOnly: true });
  let bytes = 0;
  for await (const { source } of client.fetch('1:*', { uid: true, source: true })) bytes += source.length;
  await client.logout();
  return bytes;
}`;

const FETCH_ALL = `${FETCHING}
if ((await fetchAll()) === 0) process.exit(1);`;

/** Once for each line of its input; answers with the bytes. */
export const FETCH_ALL_AGAIN = `import { createInterface } from 'node:readline';${FETCHING}
for await (const _ of createInterface({ input: process.stdin })) console.log(await fetchAll());`;

export const IMAPFLOW: Peer = {
  isThere: () => true,
  async prepare({ port, user, password: pass, ca }, folder) {
    const settings = join(folder, 'settings.json');
    await writeFile(settings, JSON.stringify({ port, user, pass, ca }));
    return [process.execPath, '--input-type=module', '-e', FETCH_ALL, settings];
  },
};

export const MBSYNC: Peer = {
  isThere: () => isCommand('mbsync'),
  async prepare({ port, user, password, ca }, folder) {
    const authority = join(folder, 'ca.pem');
    const settings = join(folder, 'mbsyncrc');
    await mkdir(join(folder, 'mail'));
    await writeFile(authority, ca);
    await writeFile(
      settings,
      `IMAPAccount server
Host localhost
Port ${port}
User ${user}
Pass ${password}
SSLType IMAPS
CertificateFile ${authority}

IMAPStore far
Account server

MaildirStore near
Path ${folder}/mail/
Inbox ${folder}/inbox

Channel all
Far ":far:All Mail"
Near :near:all
Create Near
Sync PullNew
SyncState *
`,
    );
    return ['mbsync', '-q', '-c', settings, 'all'];
  },
};

/** From its start to its end. Rejects where it fails. */
export async function timePeer(peer: Peer, dovecot: Dovecot): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'bounced-bench-'));
  try {
    const [command = '', ...args] = await peer.prepare(dovecot, folder);
    const startedMs = performance.now();
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`${command} ended with ${code}`);
    return performance.now() - startedMs;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function isCommand(name: string): boolean {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
