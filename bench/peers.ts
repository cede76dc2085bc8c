/**
 * Programs that take all mail from a server and do nothing else with it, each as a command of its own. Takes a Dovecot,
 * gives milliseconds; writes into a folder that is gone afterwards.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CANDIDATE_FIELDS } from '../src/report/words.ts';
import { IDENTITY_FIELDS } from '../src/shared/identity.ts';
import type { Dovecot } from '../test/servers/dovecot.ts';

/** A program that is started in a folder with what it needs. */
export interface Peer {
  /** Whether it can be started here. */
  isThere(): boolean;
  /** Writes its configuration into the folder; gives the command. */
  prepare(dovecot: Dovecot, folder: string): Promise<readonly string[]>;
}

/** The first look at each mail, as the daemon has it, and what it asks of a mail in Sent. */
const FIRST_LOOK = [...new Set([...CANDIDATE_FIELDS, ...IDENTITY_FIELDS])];
const OF_SENT = ['message-id', 'to', 'cc', 'bcc', 'x-clevertap_meta'];

/** Not compressed, which is faster on loopback. */
const FETCHING = `
import { readFileSync } from 'node:fs';
import { ImapFlow } from 'imapflow';
const { port, user, pass, ca } = JSON.parse(readFileSync(process.argv[1], 'utf8'));
const options = { host: 'localhost', port, secure: true, tls: { ca }, auth: { user, pass } };
async function inMailbox(work) {
  const client = new ImapFlow({ ...options, logger: false, disableCompression: true });
  await client.connect();
  await client.mailboxOpen('All Mail', { readOnly: true });
  const bytes = await work(client);
  await client.logout();
  return bytes;
}
async function fetchAll(client) {
  let bytes = 0;
  for await (const { source } of client.fetch('1:*', { uid: true, source: true })) bytes += source.length;
  return bytes;
}`;

/** Of every third mail, which are the bounces: header and structure, then first leaf, status and returned header. */
const FETCHING_LITTLE = `
const firstLeaf = ({ childNodes: [first] = [], part = '1' }) => (first === undefined ? part : firstLeaf(first));
async function fetchLittle(client) {
  let bytes = 0;
  const take = async (uids, query) => {
    const found = [];
    for await (const mail of client.fetch(uids, { uid: true, ...query }, { uid: true })) {
      for (const part of [mail.headers, ...(mail.bodyParts?.values() ?? [])]) bytes += part?.length ?? 0;
      found.push([mail.uid, mail.bodyStructure && firstLeaf(mail.bodyStructure)]);
    }
    return found;
  };
  const all = await take('1:*', { internalDate: true, size: true, headers: ${JSON.stringify(FIRST_LOOK)} });
  const bounces = all.filter((_, index) => index % 3 === 0).map(([uid]) => uid);
  for (let at = 0; at < bounces.length; at += 500) {
    const shapes = await take(bounces.slice(at, at + 500).join(','), { headers: true, bodyStructure: true });
    for (const leaf of new Set(shapes.map(([, path]) => path))) {
      const some = shapes.filter(([, path]) => path === leaf).map(([uid]) => uid);
      await take(some.join(','), { bodyParts: [leaf, '2', '3.HEADER'] });
    }
  }
  await client.mailboxOpen('Sent', { readOnly: true });
  await take('1:*', { headers: ${JSON.stringify(OF_SENT)} });
  return bytes;
}`;

const FETCH_ALL = `${FETCHING}
if ((await inMailbox(fetchAll)) === 0) process.exit(1);`;

/** Once for each line of its input; answers with the bytes. */
export const FETCH_ALL_AGAIN = againFor(FETCHING, 'fetchAll');
/** The same for as little of the same mails as the daemon fetches. */
export const FETCH_LITTLE_AGAIN = againFor(`${FETCHING}${FETCHING_LITTLE}`, 'fetchLittle');

function againFor(program: string, work: string): string {
  return `import { createInterface } from 'node:readline';${program}
for await (const _ of createInterface({ input: process.stdin })) console.log(await inMailbox(${work}));`;
}

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
