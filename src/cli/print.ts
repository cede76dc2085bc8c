/**
 * Lines to standard output, at the pace of whoever reads them, and remarks to standard error. Takes texts, gives lines
 * that fit the terminal.
 */
import type { Env } from '../runtime/config.ts';
import { fitted } from './table.ts';

/** As it is: for programs. Waits when whoever reads is slower than we are. */
export async function print(text: string): Promise<void> {
  if (process.stdout.write(`${text}\n`)) return;
  await new Promise(resolve => process.stdout.once('drain', resolve));
}

/** For people: on a terminal no line is wider than it. */
export async function printText(text: string): Promise<void> {
  await print(fitted(text, terminalRoom()));
}

/** A remark beside the data, on standard error: no line is wider than its terminal. */
export function tell(text: string): void {
  process.stderr.write(`${fitted(text, terminalRoom(process.stderr))}\n`);
}

/** The characters that a line of the terminal has; undefined in a pipe or a file, where lines are whole. */
export function terminalRoom(
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'> = process.stdout,
): number | undefined {
  // A terminal that does not know its size tells 0.
  return stream.isTTY && stream.columns > 0 ? stream.columns : undefined;
}

/** Whether a terminal takes colour, and the cursor's steering; never a pipe. */
export function isSteerable({ TERM: term }: Env): boolean {
  return process.stdout.isTTY && term !== 'dumb';
}

/** https://no-color.org: none where NO_COLOR is set and not empty. */
export function isColoured(env: Env): boolean {
  const { NO_COLOR: noColor = '' } = env;
  return isSteerable(env) && noColor === '';
}
