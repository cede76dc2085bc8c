/**
 * `bounced held list|show|release|discard`: events whose proof is missing. A release is a person's word in the proof's
 * place, kept with his name and reason.
 */
import type { Command } from './commands.ts';
import { heldTable } from './event-lines.ts';
import { findEvent, required, toFilter, withOutbox } from './on-outbox.ts';
import { configPath, readOptions, refuseOperands, usage } from './options.ts';
import { carryOut, printList, showCommand, unknownPart } from './outbox.ts';

const LISTED = 50;
const EXAMPLES = { release: 'the mail was deleted from Sent by hand', discard: 'a forged report' } as const;

/** @throws Fault exit 64 */
export function heldCommand(args: string[]): Command {
  const [name, ...rest] = args;
  switch (name) {
    case 'list':
      return listCommand(rest);
    case 'show':
      return showCommand('held show', rest);
    case 'release':
    case 'discard':
      return actCommand(name, rest);
    case undefined:
    default:
      throw unknownPart('held', name, ['list', 'show', 'release', 'discard']);
  }
}

function listCommand(args: string[]): Command {
  const marks = { mailbox: 'string', callback: 'string', address: 'string', limit: 'string' } as const;
  const { values, operands } = readOptions('held list', args, { config: 'string', json: 'boolean', ...marks });
  const config = configPath('held list', values.config);
  refuseOperands('held list', operands);
  const filter = { ...toFilter('held list', values, LISTED), states: ['held'] as const };
  return () => withOutbox(config, store => printList(store, filter, values.json === true, heldTable));
}

function actCommand(act: 'release' | 'discard', args: string[]): Command {
  const command = `held ${act}`;
  const { values, operands } = readOptions(command, args, { config: 'string', json: 'boolean', reason: 'string' });
  const config = configPath(command, values.config);
  const because = required(command, 'reason', values.reason, EXAMPLES[act]);
  if (operands.length === 0) throw usage(command, 'expected an ID or an ADDRESS');
  return () =>
    withOutbox(config, async store => {
      const events = await Promise.all(operands.map(word => findEvent(store, act, word)));
      return carryOut(store, act, events, because, values.json === true);
    });
}
