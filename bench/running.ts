/**
 * The built daemon and imapflow, each as a program that goes on running and reads the same backlog again and again:
 * what a backlog takes once V8 has compiled what it uses, as after an outage. Takes a Dovecot, gives milliseconds.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDaemon } from '../test/servers/daemon.ts';
import type { Dovecot } from '../test/servers/dovecot.ts';
import { startReceiver } from '../test/servers/receiver.ts';
import { AS_USUAL } from './backlog.ts';
import type { Backlog } from './backlog.ts';

export interface Running {
  /** Reads the whole backlog; gives the milliseconds from being asked to the end. Rejects where some was not read. */
  read(): Promise<number>;
  stop(): Promise<void>;
}

/** For one backlog. */
const LIMIT_MS = 300_000;

/**
 * The daemon, which is told by SIGHUP of an account that it has not seen, and which has the same mails. Its outbox
 * keeps what it has read before.
 */
export async function runOurs({ dovecot, bounces }: Backlog): Promise<Running> {
  const { user, password, ca, port } = dovecot;
  const receiver = await startReceiver();
  // What is measured is recording: nothing is to be posted meanwhile.
  receiver.answer = () => ({ status: 503, headers: { 'retry-after': '3600' } });
  const folder = await mkdtemp(join(tmpdir(), 'bounced-bench-'));
  const daemon = await startDaemon({ folder, receiver, imap: { port, ca }, user, password, ...AS_USUAL });
  let recorded = 0;
  let lastMs = 0;
  daemon.onLine(({ message, events = 0, held = 0 }) => {
    if (message !== 'recorded') return;
    recorded += Number(events) + Number(held);
    lastMs = performance.now();
  });
  let readings = 0;
  return {
    async read() {
      const startedMs = performance.now();
      const before = readings * bounces;
      readings += 1;
      // It begins with its first mailbox as soon as it runs.
      if (readings > 1) {
        await rename(join(folder, 'bounced.toml'), readings);
        daemon.reload();
      }
      while (recorded < before + bounces && performance.now() - startedMs < LIMIT_MS) await sleep(20);
      // What comes behind the last bounce is recorded too.
      await daemon.caughtUp(LIMIT_MS);
      if (recorded !== before + bounces) throw new Error(`${recorded - before} of ${bounces} bounces were recorded`);
      return lastMs - startedMs;
    },
    async stop() {
      await daemon.kill();
      await Promise.all([receiver.stop(), rm(folder, { recursive: true, force: true })]);
    },
  };
}

/** To an event belong the user, the mail and the address: the same mails of another user give others. */
async function rename(config: string, number: number): Promise<void> {
  const text = await readFile(config, 'utf8');
  const named = text.replace(/(?<=\[\[mailbox\]\]\nname = ")[^"]*/, `campaigns-${number}`);
  await writeFile(config, named.replace(/(?<=\nuser = ")[^"@]*/, `news-${number}`));
}

/**
 * imapflow, which connects anew and fetches each time.
 * @param program answers each line of its input with the bytes that it has fetched (peers.ts)
 */
export async function runImapflow({ port, user, password: pass, ca }: Dovecot, program: string): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), 'bounced-bench-'));
  const settings = join(folder, 'settings.json');
  await writeFile(settings, JSON.stringify({ port, user, pass, ca }));
  const args = ['--input-type=module', '-e', program, settings];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async read() {
      const startedMs = performance.now();
      child.stdin.write('again\n');
      const answer = await answers.next();
      if (answer.done === true || Number(answer.value) === 0) throw new Error('imapflow has fetched nothing');
      return performance.now() - startedMs;
    },
    async stop() {
      child.stdin.end();
      await once(child, 'exit');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
