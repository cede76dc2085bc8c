/**
 * How a command that failed says so: what and where, then the cure. Takes what was thrown, gives lines and an exit
 * code. Pure; a failure nobody foresaw asks to be reported.
 */
import { visible } from '../runtime/log-lines.ts';
import { asFault, Fault } from '../shared/fault.ts';
import type { ExitCode } from '../shared/fault.ts';

export interface Complaint {
  readonly lines: readonly string[];
  readonly exit: ExitCode;
}

/** @param debug shows where in the program an unforeseen failure came from */
export function complain(error: unknown, debug: boolean): Complaint {
  const fault = asFault(error);
  const unforeseen = !(error instanceof Fault) || error.code === 'UNEXPECTED';
  const cure = unforeseen ? `${REPORT}${debug ? '' : AGAIN}` : fault.hint;
  const what = fault.message.split('\n').map(line => `bounced: ${unforeseen ? 'a bug of ours: ' : ''}${visible(line)}`);
  const where = unforeseen && debug ? stackOf(error) : [];
  return { lines: [...what, ...where, ...(cure === undefined ? [] : [`  cure: ${visible(cure)}`])], exit: fault.exit };
}

const REPORT = 'please report it with these lines';
const AGAIN = '; BOUNCED_LOG_LEVEL=debug in the environment adds where it happened';

/** The calls alone: the first lines of a stack repeat the message. */
function stackOf(error: unknown): string[] {
  const thrown = error instanceof Fault ? error.cause : error;
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : '';
  return stack
    .split('\n')
    .filter(line => /^\s+at /.test(line))
    .map(line => `  ${visible(line.trim())}`);
}
