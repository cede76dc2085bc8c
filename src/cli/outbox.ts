/**
 * `bounced outbox list|show|retry|drop|export|recover`: what waits for the callback and how it fares, on a running or a
 * stopped daemon. Posts nothing itself; an event that is being posted is left alone.
 */
import type { Act, EventFilter, EventState, KeptEvent, Store } from '../outbox/outbox.ts';
import { systemClock } from '../runtime/clock.ts';
import { visible } from '../runtime/log-lines.ts';
import { nearest } from '../runtime/nearest.ts';
import { EXIT } from '../shared/fault.ts';
import type { ExitCode } from '../shared/fault.ts';
import type { Command } from './commands.ts';
import { eventRecord, eventSheet, eventTable, shortId } from './event-lines.ts';
import { FILTER_OPTIONS, actOnAll, findEvent, listAll, refusal, required, toFilter, withOutbox } from './on-outbox.ts';
import type { FilterValues } from './on-outbox.ts';
import { configPath, readOptions, refuseOperands, usage } from './options.ts';
import { print, printText, tell, terminalRoom } from './print.ts';

const LISTED = 50;
/** What waits for something; what is settled is shown when it is asked for. */
const OPEN_STATES: readonly EventState[] = ['waiting', 'stopped', 'claimed', 'dead'];

/** @throws Fault exit 64 */
export async function outboxCommand(args: string[]): Promise<Command> {
  const [name, ...rest] = args;
  switch (name) {
    case 'list':
      return listCommand(rest);
    case 'show':
      return showCommand('outbox show', rest);
    case 'retry':
    case 'drop':
      return actCommand(name, rest);
    case 'export':
      return (await import('./export.ts')).exportCommand(rest);
    case 'recover':
      return (await import('./recover.ts')).recoverCommand(rest);
    case undefined:
    default:
      throw unknownPart('outbox', name, ['list', 'show', 'retry', 'drop', 'export', 'recover']);
  }
}

/** A command of several parts without one that is known. */
export function unknownPart(command: string, name: string | undefined, known: readonly string[]): Error {
  const meant = name === undefined ? undefined : nearest(name, known);
  if (meant !== undefined) return usage(command, `there is no "${name ?? ''}"; did you mean "${meant}"?`);
  return usage(command, `expected one of ${known.join(', ')}${name === undefined ? '' : `, not "${name}"`}`);
}

function listCommand(args: string[]): Command {
  const kinds = { config: 'string', json: 'boolean', ...FILTER_OPTIONS } as const;
  const { values, operands } = readOptions('outbox list', args, kinds);
  const config = configPath('outbox list', values.config);
  refuseOperands('outbox list', operands);
  const filter = toFilter('outbox list', values, LISTED);
  return () => withOutbox(config, store => printList(store, withStates(filter), values.json === true, eventTable));
}

function withStates(filter: EventFilter): EventFilter {
  // Asked for one address, all of its history is of interest.
  return filter.states === undefined && filter.address === undefined ? { ...filter, states: OPEN_STATES } : filter;
}

/** Prints the events the filter lets through, and says so when there are more. */
export async function printList(
  store: Store,
  filter: EventFilter,
  json: boolean,
  table: (events: readonly KeptEvent[], nowSeconds: number, room?: number) => string,
): Promise<ExitCode> {
  const events = await store.list({ ...filter, limit: filter.limit + 1 });
  const shown = events.slice(0, filter.limit);
  if (json) for (const event of shown) printRecord(eventRecord(event));
  else if (shown.length > 0) await print(table(shown, systemClock.nowSeconds(), terminalRoom()));
  else tell(`bounced: no event is ${(filter.states ?? ['like that']).join(', ')}`);
  if (events.length > shown.length) {
    tell(`bounced: there are more than these ${shown.length}; --limit N shows more`);
  }
  return EXIT.ok;
}

/** `show ID|ADDRESS` */
export function showCommand(command: string, args: string[]): Command {
  const { values, operands } = readOptions(command, args, { config: 'string', json: 'boolean' });
  const config = configPath(command, values.config);
  const [word, ...others] = operands;
  if (word === undefined) throw usage(command, 'expected an ID or an ADDRESS');
  refuseOperands(command, others);
  return () =>
    withOutbox(config, async store => {
      const { id } = await findEvent(store, command === 'held show' ? 'release' : 'show', word);
      const details = await store.show(id);
      if (details === undefined) return EXIT.ok;
      if (values.json === true) printRecord(eventRecord(details));
      else await printText(eventSheet(details, systemClock.nowSeconds()));
      return EXIT.ok;
    });
}

function actCommand(act: 'retry' | 'drop', args: string[]): Command {
  const command = `outbox ${act}`;
  const bulk = { 'all-dead': 'boolean', 'all-stopped': 'boolean' } as const;
  // To drop all that waits would be a slip.
  const more = act === 'retry' ? ({ 'all-waiting': 'boolean' } as const) : {};
  const kinds = { config: 'string', json: 'boolean', reason: 'string', mailbox: 'string', callback: 'string' } as const;
  const { values, operands } = readOptions(command, args, { ...kinds, ...bulk, ...more });
  const config = configPath(command, values.config);
  const because =
    act === 'drop' ? required(command, 'reason', values.reason, 'the address was mistyped') : values.reason;
  const states = (['dead', 'stopped', 'waiting'] as const).filter(
    state => (values as Record<string, unknown>)[`all-${state}`] === true,
  );
  if (operands.length === 0 && states.length === 0) {
    const all = Object.keys({ ...bulk, ...more }).map(name => `--${name}`);
    throw usage(command, `expected an ID or an ADDRESS, or one of ${all.join(', ')}`);
  }
  if (operands.length > 0 && states.length > 0) throw usage(command, 'expected either IDs or --all-..., not both');
  return () =>
    withOutbox(config, async store => {
      const events =
        states.length > 0
          ? await listAll(store, { ...toFilter(command, filterOf(values), LISTED), states })
          : await Promise.all(operands.map(word => findEvent(store, act, word)));
      return carryOut(store, act, events, because, values.json === true);
    });
}

function filterOf({ mailbox, callback }: FilterValues): FilterValues {
  return { ...(mailbox === undefined ? {} : { mailbox }), ...(callback === undefined ? {} : { callback }) };
}

const DONE: Readonly<Record<Act, string>> = {
  retry: 'due now',
  drop: 'dropped, will not be posted',
  release: 'released, due now',
  discard: 'discarded, will not be posted',
  undo: 'resubscribed',
};
const SOON = 'bounced: a running daemon notices within 10 s and posts after batch_wait; else the next start does';

/** Acts on these events and tells what became of each. @throws Fault for the first that did not fit, after all */
export async function carryOut(
  store: Store,
  act: Act,
  events: readonly KeptEvent[],
  because: string | undefined,
  json: boolean,
): Promise<ExitCode> {
  const unique = new Map(events.map(event => [event.id, event.address]));
  const results = await actOnAll(store, act, [...unique.keys()], because);
  for (const { id, result } of results) {
    const address = unique.get(id) ?? '';
    if (json) printRecord({ id, address, act, result });
    else if (result === 'done') await printText(`${shortId(id)}  ${visible(address)}  ${DONE[act]}`);
  }
  const done = results.some(({ result }) => result === 'done');
  if (done && (act === 'retry' || act === 'release')) tell(SOON);
  if (results.length === 0) tell('bounced: there was none');
  const faults = results.flatMap(one => refusal(act, one, unique.get(one.id) ?? '') ?? []);
  if (faults[0] !== undefined) throw faults[0];
  return EXIT.ok;
}

/** One object a line. */
export function printRecord(record: Record<string, unknown>): void {
  process.stdout.write(`${visible(JSON.stringify(record))}\n`);
}
