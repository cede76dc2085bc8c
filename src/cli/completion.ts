/**
 * `bounced completion bash|zsh|fish`: prints the shell's script. Reads nothing but the help texts.
 */
import { EVENT_STATES } from '../outbox/outbox.ts';
import { nearest } from '../runtime/nearest.ts';
import { EXIT } from '../shared/fault.ts';
import { bashScript } from './completion-bash.ts';
import { fishScript } from './completion-fish.ts';
import { zshScript } from './completion-zsh.ts';
import type { Command } from './commands.ts';
import { placesOf } from './help-table.ts';
import type { Expected } from './help-table.ts';
import { HELP } from './help.ts';
import { readOptions, refuseOperands, usage } from './options.ts';
import { print } from './print.ts';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;
const SHELLS = Object.keys(SCRIPTS) as (keyof typeof SCRIPTS)[];

/** @throws Fault exit 64 */
export function completionCommand(args: string[]): Command {
  const { operands } = readOptions('completion', args, {});
  const [name, ...others] = operands;
  refuseOperands('completion', others);
  const shell = SHELLS.find(one => one === name);
  if (shell === undefined) throw unknownShell(name);
  return async () => {
    await print(SCRIPTS[shell](placesOf(HELP), choiceOf).trimEnd());
    return EXIT.ok;
  };
}

/** What may stand there: the help's own choice, or the words that it writes S,... for. */
function choiceOf(value: Expected): readonly string[] {
  return value.word.startsWith('S,') ? EVENT_STATES : value.choice;
}

function unknownShell(name: string | undefined): Error {
  const meant = name === undefined ? undefined : nearest(name, SHELLS);
  const words = name === undefined ? `expected one of ${SHELLS.join(', ')}` : `there is no script for "${name}"`;
  return usage('completion', meant === undefined ? words : `${words}; did you mean "${meant}"?`);
}
