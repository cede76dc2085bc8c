/**
 * A terminal of so many columns, by script(1): runs the built command in it, gives what a person would see, standard
 * output and error together, and the exit code.
 */
import { spawn } from 'node:child_process';
import { MAIN } from './command.ts';

export interface Seen {
  readonly code: number | null;
  readonly lines: readonly string[];
}

export interface Look {
  /** Besides PATH and TERM. */
  readonly env?: Readonly<Record<string, string>>;
  /** Colour, which takes no column, is left out without. */
  readonly keepColour?: boolean;
}

const LIMIT_MS = 30_000;
const SELECT_GRAPHIC = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, 'g');

/** What is seen; any steering but colour stays in it. */
export async function onTerminal(
  args: readonly string[],
  columns: number,
  { env = {}, keepColour = false }: Look = {},
): Promise<Seen> {
  const quoted = [process.execPath, MAIN, ...args].map(word => `'${word.replaceAll("'", "'\\''")}'`);
  const command = `stty cols ${columns} rows 50; exec ${quoted.join(' ')}`;
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    env: { PATH: process.env['PATH'], TERM: 'xterm-256color', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  const out: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => out.push(bytes));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', code => {
      const text = Buffer.concat(out).toString().replaceAll('\r\n', '\n').trimEnd();
      resolve({ code, lines: (keepColour ? text : text.replace(SELECT_GRAPHIC, '')).split('\n') });
    });
  });
}

/** Lines that a terminal of so many columns would break in the middle of a word; a command to be copied is whole. */
export function tooWide({ lines }: Seen, columns: number): string[] {
  return lines.filter(line => Array.from(line).length > columns && !/^example: /.test(line));
}
