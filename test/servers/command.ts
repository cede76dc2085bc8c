/**
 * Runs the built `bounced` command and gives what it printed and its exit code.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly input?: string | Buffer;
  /** Besides PATH. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Run as this user, when the test runs as root. */
  readonly uid?: number;
  readonly limitMs?: number;
  /** A program with arguments that starts the command, such as ["unshare", "--net"]. */
  readonly wrapper?: readonly string[];
}

export const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** Resolves when the command has ended; a command over the limit is killed and gives code null. */
export async function bounced(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [program = '', ...rest] = [...(options.wrapper ?? []), process.execPath, MAIN, ...args];
  const child = spawn(program, rest, {
    env: { PATH: process.env['PATH'], ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    timeout: options.limitMs ?? 15_000,
    killSignal: 'SIGKILL',
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => out.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => err.push(bytes));
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', code =>
      resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
    );
  });
}
