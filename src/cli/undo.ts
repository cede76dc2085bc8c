/**
 * `bounced undo`: resubscribes customers whose hard bounce was posted wrongly. Takes addresses or a time; shows whom,
 * writes the calls of CleverTap's Subscribe API, or sends them. Each customer once; who, when and why is kept.
 */
import type { Store } from '../outbox/outbox.ts';
import { systemClock } from '../runtime/clock.ts';
import { readEnv } from '../runtime/config.ts';
import { visible } from '../runtime/log-lines.ts';
import { readVersion } from '../runtime/version.ts';
import { isAddress } from '../shared/address.ts';
import { EXIT, Fault } from '../shared/fault.ts';
import type { ExitCode } from '../shared/fault.ts';
import type { Command } from './commands.ts';
import { utcMinute } from './event-lines.ts';
import { required, withOutbox } from './on-outbox.ts';
import { configPath, readOptions, usage } from './options.ts';
import { printRecord } from './outbox.ts';
import { sinceSeconds } from './since.ts';
import { columns } from './table.ts';
import { chooseWronged } from './undo-choice.ts';
import type { Choice, LeftOut, UndoAsked, Wronged } from './undo-choice.ts';
import { print, printText, tell, terminalRoom } from './print.ts';

const OPTIONS = {
  config: 'string',
  since: 'string',
  mailbox: 'string',
  callback: 'string',
  reason: 'string',
  write: 'string',
  send: 'boolean',
  'dry-run': 'boolean',
  again: 'boolean',
  json: 'boolean',
} as const;

interface Way {
  readonly config: string;
  readonly because: string;
  readonly json: boolean;
}

/** @throws Fault exit 64 */
export function undoCommand(args: string[]): Command {
  const { values, operands } = readOptions('undo', args, OPTIONS);
  const config = configPath('undo', values.config);
  const asked = toAsked(values, operands);
  const { write } = values;
  const ways = [values['dry-run'] === true, write !== undefined, values.send === true].filter(Boolean).length;
  if (ways !== 1) throw usage('undo', 'expected one of --dry-run, --write FILE and --send; look first with --dry-run');
  const json = values.json === true;
  if (values['dry-run'] === true) {
    return () => withOutbox(config, async store => show(await chooseWronged(store, asked), asked, json), 'read');
  }
  const because = required('undo', 'reason', values.reason, 'an outage of the provider');
  const way: Way = { config, because, json };
  return () =>
    withOutbox(config, async store => {
      const choice = await chooseWronged(store, asked);
      tellLeftOut(choice.leftOut, json);
      if (write === undefined) await send(store, choice.wronged, way);
      else await writeAll(store, choice.wronged, way, write);
      return conclude(choice, asked);
    });
}

type Values = { readonly [Name in 'since' | 'mailbox' | 'callback']?: string } & { readonly again?: boolean };

function toAsked(values: Values, operands: readonly string[]): UndoAsked {
  const { since, mailbox, callback, again = false } = values;
  if (since === undefined && operands.length === 0) throw usage('undo', 'expected an ADDRESS, or --since TIME');
  if (since !== undefined && operands.length > 0) throw usage('undo', 'expected either ADDRESSes or --since, not both');
  const odd = operands.find(word => !isAddress(word));
  if (odd !== undefined) throw usage('undo', `expected an ADDRESS such as "customer@example.com", not "${odd}"`);
  return {
    addresses: operands,
    again,
    ...(since === undefined ? {} : { sinceSeconds: sinceSeconds('undo', since, systemClock.nowSeconds()) }),
    ...(mailbox === undefined ? {} : { mailbox }),
    ...(callback === undefined ? {} : { callback }),
  };
}

async function show(choice: Choice, asked: UndoAsked, json: boolean): Promise<ExitCode> {
  if (json) for (const one of choice.wronged) printRecord(recordOf(one, 'would be resubscribed'));
  else if (choice.wronged.length > 0) await print(table(choice.wronged));
  tellLeftOut(choice.leftOut, json);
  const count = choice.wronged.length;
  const also = count === 0 ? '' : ', also who has unsubscribed himself since';
  tell(`bounced: ${count} would be resubscribed${also}; nothing was changed`);
  return conclude(choice, asked);
}

async function send(store: Store, wronged: readonly Wronged[], { config, because, json }: Way): Promise<void> {
  // The network's libraries are loaded only where they are needed.
  const { sendBatch, undoBatches } = await import('./undo-calls.ts');
  const { loadApi } = await import('../runtime/config-api.ts');
  const batches = undoBatches(wronged);
  // All of them before the first request: a mistake in the configuration must not leave half of it done.
  const names = [...new Set(batches.map(({ callback }) => callback))];
  const apis = new Map<string, Awaited<ReturnType<typeof loadApi>>>();
  for (const name of names) apis.set(name, await loadApi(config, readEnv(), name));
  let refusals = 0;
  for (const batch of batches) {
    const api = apis.get(batch.callback);
    if (api === undefined) continue;
    for (const undone of await sendBatch(store, api, `bounced/${readVersion()}`, batch, because)) {
      await tellOne(undone.wronged, undone.refused === undefined ? 'resubscribed' : 'refused', undone.refused, json);
      refusals += undone.refused === undefined ? 0 : 1;
    }
  }
  if (refusals > 0) throw someRefused(refusals);
}

async function writeAll(store: Store, wronged: readonly Wronged[], way: Way, path: string): Promise<void> {
  const { fileOf, undoBatches, writeBatch } = await import('./undo-calls.ts');
  const { loadApiUrls } = await import('../runtime/config-api.ts');
  const urls = await loadApiUrls(way.config, readEnv());
  const calls: string[] = [];
  for (const [index, batch] of undoBatches(wronged).entries()) {
    const url = urls.get(batch.callback);
    calls.push(await writeBatch(store, fileOf(path, index + 1), url, batch, way.because));
    for (const one of batch.wronged) await tellOne(one, 'written', undefined, way.json);
  }
  if (calls.length === 0) return;
  const headers = 'X-CleverTap-Account-Id: ... and X-CleverTap-Passcode: ...';
  tell(`bounced: send it with these calls; the file "headers" holds two lines, ${headers}`);
  for (const call of calls) process.stderr.write(`  ${visible(call)}\n`);
  tell('bounced: all of them are noted as resubscribed; --again writes them once more');
}

function table(wronged: readonly Wronged[]): string {
  const head = ['address', 'callback', 'posted (UTC)', 'bounces', 'reason', 'refusal'];
  const rows = wronged.map(({ address, callback, postedAtSeconds, events, reason = '', quote = '' }) => [
    ...[visible(address), callback, utcMinute(postedAtSeconds), String(events.length), reason],
    visible(quote).slice(0, 100),
  ]);
  return columns([head, ...rows], terminalRoom()).replace(/ +$/gm, '');
}

type Result = 'would be resubscribed' | 'resubscribed' | 'written' | 'refused';

async function tellOne(one: Wronged, result: Result, because: string | undefined, json: boolean): Promise<void> {
  if (json) printRecord({ ...recordOf(one, result), because });
  else await printText(visible(`${one.address}  ${result}${because === undefined ? '' : `: ${because}`}`));
}

function recordOf(
  { address, callback, postedAtSeconds, events, reason, quote }: Wronged,
  result: Result,
): object & Record<string, unknown> {
  return { address, callback, postedAt: postedAtSeconds, events: events.map(({ id }) => id), reason, quote, result };
}

function tellLeftOut(leftOut: readonly LeftOut[], json: boolean): void {
  for (const { address, because, cure } of leftOut) {
    if (json) printRecord({ address, result: 'left out', because, cure });
    else tell(visible(`bounced: left out: ${address}: ${because}`));
    if (!json && cure !== undefined) tell(visible(`  cure: ${cure}`));
  }
}

/** An address that was named and left out is a mistake; of a time, nobody knows whom it holds. */
function conclude({ wronged, leftOut }: Choice, { sinceSeconds }: UndoAsked): ExitCode {
  if (wronged.length === 0 && leftOut.length === 0) tell('bounced: there was none');
  return leftOut.length > 0 && sinceSeconds === undefined ? EXIT.dataError : EXIT.ok;
}

function someRefused(count: number): Fault {
  return new Fault(`CleverTap refused ${count} of them; the others are resubscribed`, {
    code: 'RESUBSCRIBE_REFUSED',
    retry: 'never',
    exit: EXIT.dataError,
    hint: 'look at the reasons above, and at these customers in CleverTap; they can be sent again with the same command',
  });
}
