/**
 * `bounced breaker show|reset`: which mailboxes had too many hard bounces within an hour, and what waits for a person
 * because of it. A reset lets it flow.
 */
import type { Breaker, PastAct, Store } from '../outbox/outbox.ts';
import { systemClock } from '../runtime/clock.ts';
import { visible } from '../runtime/log-lines.ts';
import { EXIT, Fault } from '../shared/fault.ts';
import type { Command } from './commands.ts';
import { actWords, utcMinute } from './event-lines.ts';
import { whoIsThis, withOutbox } from './on-outbox.ts';
import { configPath, readOptions, refuseOperands } from './options.ts';
import { printRecord, unknownPart } from './outbox.ts';
import { printText, tell } from './print.ts';

/** @throws Fault exit 64 */
export function breakerCommand(args: string[]): Command {
  const [name, ...rest] = args;
  switch (name) {
    case 'show':
      return showCommand(rest);
    case 'reset':
      return resetCommand(rest);
    case undefined:
    default:
      throw unknownPart('breaker', name, ['show', 'reset']);
  }
}

function showCommand(args: string[]): Command {
  const { values, operands } = readOptions('breaker show', args, { config: 'string', json: 'boolean' });
  const config = configPath('breaker show', values.config);
  refuseOperands('breaker show', operands);
  return () =>
    withOutbox(config, async store => {
      const breakers = await store.breakers();
      for (const breaker of breakers) {
        const acts = await store.acts({ breaker: breaker.mailbox });
        if (values.json === true) printRecord(toRecord(breaker, acts));
        else await printText(breakerLines(breaker, acts).join('\n'));
      }
      if (breakers.length === 0) tell('bounced: no breaker was ever open');
      return EXIT.ok;
    });
}

function resetCommand(args: string[]): Command {
  const kinds = { config: 'string', mailbox: 'string', reason: 'string', json: 'boolean' } as const;
  const { values, operands } = readOptions('breaker reset', args, kinds);
  const config = configPath('breaker reset', values.config);
  refuseOperands('breaker reset', operands);
  return () =>
    withOutbox(config, async store => {
      if (values.mailbox !== undefined) await refuseStranger(store, values.mailbox);
      const by = { who: whoIsThis(), ...(values.reason === undefined ? {} : { because: values.reason }) };
      const flowing = await store.resetBreakers(values.mailbox, by, systemClock.nowSeconds());
      if (values.json === true) printRecord({ flowing });
      else await printText(`closed; ${flowing} hard bounce${flowing === 1 ? '' : 's'} may be posted now`);
      return EXIT.ok;
    });
}

async function refuseStranger(store: Store, mailbox: string): Promise<void> {
  const known = (await store.breakers()).map(breaker => breaker.mailbox);
  if (known.includes(mailbox)) return;
  const words = known.length === 0 ? 'no breaker was ever open' : `those of ${known.join(', ')} were`;
  throw new Fault(`breaker reset: the breaker of mailbox "${mailbox}" was never open; ${words}`, {
    code: 'BREAKER_UNKNOWN',
    retry: 'never',
    exit: EXIT.dataError,
    hint: '"bounced breaker show" lists them',
  });
}

function breakerLines({ mailbox, openSinceSeconds, stopped }: Breaker, acts: readonly PastAct[]): string[] {
  const state = openSinceSeconds === undefined ? 'closed' : `open since ${utcMinute(openSinceSeconds)} UTC`;
  const waiting = stopped === 0 ? '' : `; ${stopped} hard bounce${stopped === 1 ? '' : 's'} wait`;
  return [`${visible(mailbox)}: ${state}${waiting}`, ...acts.map(past => `  ${actWords(past)}`)];
}

function toRecord({ mailbox, openSinceSeconds, stopped }: Breaker, acts: readonly PastAct[]): Record<string, unknown> {
  const open = openSinceSeconds !== undefined;
  return { mailbox, open, openSince: openSinceSeconds, stopped, acts };
}
