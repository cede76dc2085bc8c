#!/usr/bin/env node
/**
 * argv -> command -> exit code. The only place that ends the program.
 * A failure is printed as what and where, then the cure; a failure nobody foresaw asks to be reported.
 */
import { findCommand } from './cli/commands.ts';
import { EXIT, Fault } from './shared/fault.ts';

try {
  const [name, ...args] = process.argv.slice(2);
  process.stdout.on('error', onPipeError);
  const command = await findCommand(name, args);
  process.exitCode = await command();
} catch (error) {
  process.exitCode = report(error);
}
// A server that never closes its side must not keep an ended command alive; what was printed is flushed first.
process.stdout.write('', () => process.exit());

function report(error: unknown): number {
  if (error instanceof Fault) {
    const lines = error.message.split('\n').map(line => `bounced: ${line}`);
    const cure = error.hint === undefined ? [] : [`  cure: ${error.hint}`];
    process.stderr.write(`${[...lines, ...cure].join('\n')}\n`);
    return error.exit;
  }
  const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`bounced: a bug of ours: ${words}\n  cure: please report it with these lines\n`);
  return EXIT.bug;
}

/** Whoever reads our output may stop early (`bounced classify ... | head`): no failure. */
function onPipeError(error: NodeJS.ErrnoException): void {
  process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.disk);
}
