/**
 * The commands by name. Takes the command's name and its arguments, gives what to run; each is loaded when it is
 * asked for. Never runs anything itself.
 */
import { EXIT, Fault } from '../shared/fault.ts';
import type { ExitCode } from '../shared/fault.ts';
import { nearest } from '../runtime/nearest.ts';
import { readVersion } from '../runtime/version.ts';
import { HELP } from './help.ts';
import { terminalRoom } from './print.ts';
import { reflowed } from './reflow.ts';

export type Command = () => Promise<ExitCode>;

const NAMES = [
  'run',
  'status',
  'login',
  'send-test',
  'selftest',
  'classify',
  'check',
  'rules',
  'outbox',
  'held',
  'breaker',
  'explain',
  'replay',
  'diff',
  'undo',
  'capture',
  'completion',
] as const;

/**
 * The command that the arguments ask for.
 * @throws Fault exit 64 for an unknown command, with the nearest known one
 */
export async function findCommand(name: string | undefined, args: string[]): Promise<Command> {
  if (name === undefined || name === '--help' || name === '-h') return () => print(HELP.bounced);
  if (name === 'help') return () => print(helpOn(args[0]));
  if (name === '--version' || name === '-V') return () => print(`${readVersion()}\n`);
  const known = NAMES.find(one => one === name);
  if (known === undefined) throw unknownCommand(name);
  if (args.includes('--help') || args.includes('-h')) return () => print(HELP[known]);
  switch (known) {
    case 'run':
      return (await import('./run.ts')).runCommand(args);
    case 'status':
      return (await import('./status.ts')).statusCommand(args);
    case 'classify':
      return (await import('./classify.ts')).classifyCommand(args);
    case 'check':
      return (await import('./check.ts')).checkCommand(args);
    case 'login':
      return (await import('./login.ts')).loginCommand(args);
    case 'send-test':
      return (await import('./send-test.ts')).sendTestCommand(args);
    case 'selftest':
      return (await import('./selftest.ts')).selftestCommand(args);
    case 'rules':
      return (await import('./rules.ts')).rulesCommand(args);
    case 'outbox':
      return (await import('./outbox.ts')).outboxCommand(args);
    case 'held':
      return (await import('./held.ts')).heldCommand(args);
    case 'breaker':
      return (await import('./breaker.ts')).breakerCommand(args);
    case 'completion':
      return (await import('./completion.ts')).completionCommand(args);
    case 'explain':
      return (await import('./explain.ts')).explainCommand(args);
    case 'replay':
      return (await import('./replay.ts')).replayCommand(args);
    case 'diff':
      return (await import('./diff.ts')).diffCommand(args);
    case 'capture':
      return (await import('./capture.ts')).captureCommand(args);
    case 'undo':
      return (await import('./undo.ts')).undoCommand(args);
  }
}

function helpOn(name: string | undefined): string {
  if (name === undefined) return HELP.bounced;
  const known = NAMES.find(one => one === name);
  if (known === undefined) throw unknownCommand(name);
  return HELP[known];
}

function unknownCommand(name: string): Fault {
  const meant = nearest(name, [...NAMES, '--help', '--version']);
  return new Fault(`there is no command "${name}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`, {
    code: 'UNKNOWN_COMMAND',
    retry: 'never',
    exit: EXIT.usage,
    hint: '"bounced --help" lists the commands',
  });
}

function print(text: string): Promise<ExitCode> {
  process.stdout.write(reflowed(text, terminalRoom()));
  return Promise.resolve(EXIT.ok);
}
