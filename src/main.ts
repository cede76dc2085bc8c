#!/usr/bin/env node
/**
 * argv -> command -> exit code. The only place that ends the program.
 * A failure is printed as what and where, then the cure.
 */
import { findCommand } from './cli/commands.ts';
import { keepHeapSmall } from './runtime/small-heap.ts';
import { EXIT } from './shared/fault.ts';

try {
  const [name, ...args] = process.argv.slice(2);
  process.stdout.on('error', onPipeError);
  // The journal may be restarted under us: there is nobody left to tell, and no reason to die.
  process.stderr.on('error', () => undefined);
  // Before anything is loaded. The other commands end soon, and read faster with room.
  if (name === 'run') keepHeapSmall();
  const command = await findCommand(name, args);
  process.exitCode = await command();
} catch (error) {
  process.exitCode = await report(error);
}
// A server that never closes its side must not keep an ended command alive; what was printed is flushed first.
process.stdout.write('', () => process.exit());

/** Loads what it needs to speak only now: most commands end well. */
async function report(error: unknown): Promise<number> {
  const { complain } = await import('./cli/complaint.ts');
  const { terminalRoom } = await import('./cli/print.ts');
  const { fitted } = await import('./cli/table.ts');
  const { readEnv } = await import('./runtime/config.ts');
  const { withPriority } = await import('./runtime/log-lines.ts');
  const { formatOfStderr } = await import('./runtime/stderr.ts');
  const env = readEnv();
  const { lines, exit } = complain(error, env['BOUNCED_LOG_LEVEL'] === 'debug');
  const inJournal = formatOfStderr(env['JOURNAL_STREAM']) === 'journal';
  const shown = inJournal
    ? lines.map(line => withPriority('error', line))
    : lines.map(line => fitted(line, terminalRoom(process.stderr)));
  process.stderr.write(`${shown.join('\n')}\n`);
  return exit;
}

/** Whoever reads our output may stop early (`bounced classify ... | head`): no failure. */
function onPipeError(error: NodeJS.ErrnoException): void {
  process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.disk);
}
