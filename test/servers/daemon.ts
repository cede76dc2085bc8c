/**
 * The daemon as a child: writes its configuration and secrets into a folder, starts the built command, reads its log.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { TEST_CA } from './tls.ts';

/** One line of the daemon's JSON log. */
export type LogLine = Readonly<Record<string, string | number | boolean | undefined>> & { readonly message: string };

export interface ChildSettings {
  /** Folder for configuration, secrets and state. */
  readonly folder: string;
  /** A server with TLS from the first byte on localhost, and its authority where that is not the test one. */
  readonly imap: { readonly port: number; readonly ca?: string };
  readonly receiver: { readonly url: string };
  readonly user: string;
  readonly password: string;
  /** Lines of TOML that log in in another way than by the password. */
  readonly login?: string;
  readonly batchWaitMs: number;
  /** More lines of TOML for the mailbox and for the callback. */
  readonly more?: { readonly mailbox?: string; readonly callback?: string };
  /** More of the configuration, such as a section of its own. */
  readonly sections?: string;
  /** More arguments for `bounced run`. */
  readonly args?: readonly string[];
  /** Loaded before the command, and variables for it. */
  readonly preload?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A program with arguments that starts the command, such as ["prlimit", "--fsize=1000000"]. */
  readonly wrapper?: readonly string[];
}

export interface DaemonChild {
  readonly lines: readonly LogLine[];
  /** Calls for each line so far and to come. */
  onLine(listener: (line: LogLine) => void): void;
  /** Resolves when no line has come for half a second, or after the limit. */
  caughtUp(limitMs: number): Promise<void>;
  readonly pid: number | undefined;
  /** Sends SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  send(signal: NodeJS.Signals): void;
  /** Sends SIGHUP. */
  reload(): void;
  /** Resolves with the exit code when the daemon ends by itself. */
  readonly ended: Promise<number | null>;
  /** Sends SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** Writes bounced.toml with its secrets and starts the built `bounced run`. */
export async function startDaemon(settings: ChildSettings): Promise<DaemonChild> {
  const config = await writeConfig(settings);
  const { preload, wrapper = [], args = [] } = settings;
  const loaded = preload === undefined ? [] : ['--import', preload];
  const command = [...wrapper, process.execPath, ...loaded, MAIN, 'run', '--config', config, ...args];
  const child = spawn(command[0] ?? '', command.slice(1), {
    stdio: ['ignore', 'inherit', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '', ...settings.env },
  });
  const lines: LogLine[] = [];
  const listeners: ((line: LogLine) => void)[] = [];
  let lastLineMs = Date.now();
  createInterface({ input: child.stderr }).on('line', text => {
    const line = parseLine(text);
    lastLineMs = Date.now();
    lines.push(line);
    for (const listener of listeners) listener(line);
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  return {
    lines,
    onLine(listener) {
      lines.forEach(listener);
      listeners.push(listener);
    },
    async caughtUp(limitMs) {
      const untilMs = Date.now() + limitMs;
      while (Date.now() < untilMs && Date.now() - lastLineMs < 500) await sleep(50);
    },
    pid: child.pid,
    async stop() {
      child.kill('SIGTERM');
      return ended;
    },
    send: signal => void child.kill(signal),
    reload: () => void child.kill('SIGHUP'),
    ended,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Writes bounced.toml, its secrets and the authority into the folder; gives the configuration's path. */
export async function writeConfig(settings: ChildSettings): Promise<string> {
  const { folder, imap, receiver, user, password, batchWaitMs, more = {} } = settings;
  await writeFile(join(folder, 'password'), `${password}\n`, { mode: 0o600 });
  await writeFile(join(folder, 'url'), `${receiver.url}\n`, { mode: 0o600 });
  await writeFile(join(folder, 'ca.pem'), imap.ca ?? TEST_CA);
  const path = join(folder, 'bounced.toml');
  const text = `state_dir = ${JSON.stringify(join(folder, 'state'))}
[[mailbox]]
name = "campaigns"
host = "localhost"
port = ${imap.port}
ca_file = "ca.pem"
user = ${JSON.stringify(user)}
${settings.login ?? 'password_file = "password"'}
callback = "clevertap"
${more.mailbox ?? ''}
[[callback]]
name = "clevertap"
url_file = "url"
batch_wait = "${batchWaitMs}ms"
${more.callback ?? ''}
[verdict]
max_age = "36500d" # the sample mails have fixed dates
[breaker]
hard_per_hour = 1000000 # the sample mails arrive all at once
[retention]
keep = "36500d" # the books are audited to the last event, wherever the clock has jumped
[log]
format = "json"
level = "debug"
addresses = "full"
${settings.sections ?? ''}
`;
  await writeFile(path, text);
  return path;
}

function parseLine(text: string): LogLine {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return { level: 'error', message: text };
  }
}
