/**
 * Programs that follow empty mailboxes on the scripted server: the built daemon, and imapflow alone. Takes how many
 * mailboxes, gives running children and what the kernel counts of them. Ends what it started.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startDaemon } from '../test/servers/daemon.ts';
import { startImapServer } from '../test/servers/imap-server.ts';
import type { ImapServer } from '../test/servers/imap-server.ts';

export interface Idler {
  readonly server: ImapServer;
  readonly pid: number;
  stop(): Promise<void>;
}

const PASSWORD = 'right-password';
const PEER = fileURLToPath(new URL('peers/imapflow-idle.mjs', import.meta.url));
/** Nothing is posted by whoever sees no mail. */
const NOBODY = { url: 'http://127.0.0.1:9/' };
/** For all mailboxes to be followed. */
const LIMIT_MS = 120_000;

/** The daemon, once all mailboxes idle. */
export async function startOurs(mailboxes: number): Promise<Idler> {
  const server = await startServer(mailboxes);
  const folder = await mkdtemp(join(tmpdir(), 'bounced-bench-'));
  const others = Array.from({ length: mailboxes - 1 }, (_, n) => mailboxNumber(n + 1, server.port));
  const settings = { folder, imap: server, receiver: NOBODY, user: userNumber(0), password: PASSWORD, batchWaitMs: 0 };
  // The log of a daemon as it is configured where nothing is said.
  const env = { BOUNCED_LOG_LEVEL: 'info' };
  const daemon = await startDaemon({ ...settings, sections: others.join(''), env });
  await untilIdle(server, mailboxes);
  return {
    server,
    pid: daemon.pid ?? 0,
    async stop() {
      await daemon.stop();
      await Promise.all([server.stop(), rm(folder, { recursive: true, force: true })]);
    },
  };
}

/** Node with imapflow and one mailbox. */
export async function startPeer(): Promise<Idler> {
  const server = await startServer(1);
  const child = spawn(process.execPath, [PEER, String(server.port)], { stdio: 'inherit' });
  const ended = once(child, 'exit');
  await untilIdle(server, 1);
  return {
    server,
    pid: child.pid ?? 0,
    async stop() {
      child.kill();
      await ended;
      await server.stop();
    },
  };
}

/** Resident memory in MB: now, and at its highest (proc(5), VmRSS and VmHWM). */
export function memoryOf(pid: number): { readonly nowMb: number; readonly peakMb: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mb = (key: string): number => Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)?.[1] ?? Number.NaN) / 1024;
  return { nowMb: mb('VmRSS'), peakMb: mb('VmHWM') };
}

/** Processor time of all threads so far, in milliseconds (to the nanosecond, unlike /proc/PID/stat). */
export function processorMs(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const spent = threads.map(id => Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'utf8').split(' ')[0]));
  return spent.reduce((sum, ns) => sum + ns, 0) / 1e6;
}

async function startServer(mailboxes: number): Promise<ImapServer> {
  const users = Array.from({ length: mailboxes }, (_, n) => ({ user: userNumber(n), password: PASSWORD }));
  const folders = [
    { path: 'INBOX', mails: [] },
    { path: 'Sent', specialUse: '\\Sent', mails: [] },
  ];
  return startImapServer({ users, folders, tls: true, mostConnections: 3 * mailboxes + 10 });
}

function userNumber(n: number): string {
  return `news${n}@shop.example`;
}

function mailboxNumber(n: number, port: number): string {
  return `[[mailbox]]
name = "mailbox-${n}"
host = "localhost"
port = ${port}
ca_file = "ca.pem"
user = "${userNumber(n)}"
password_file = "password"
callback = "clevertap"
`;
}

async function untilIdle(server: ImapServer, mailboxes: number): Promise<void> {
  const endMs = performance.now() + LIMIT_MS;
  const idle = (): number => server.commands.filter(line => line.endsWith(' IDLE')).length;
  while (idle() < mailboxes) {
    if (performance.now() > endMs)
      throw new Error(`${idle()} of ${mailboxes} mailboxes are followed after ${LIMIT_MS} ms`);
    await sleep(50);
  }
}
