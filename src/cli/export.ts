/**
 * `bounced outbox export`: events as a file, for a spreadsheet, a program, or to post by hand. Reads page by page, so
 * that a large outbox costs no memory. Changes nothing.
 */
import { clevertapBody } from '../callback/callback.ts';
import type { EventFilter, KeptEvent, Store } from '../outbox/outbox.ts';
import { visible } from '../runtime/log-lines.ts';
import { EXIT } from '../shared/fault.ts';
import { LIMITS } from '../shared/limits.ts';
import type { Command } from './commands.ts';
import { eventRecord } from './event-lines.ts';
import { FILTER_OPTIONS, toFilter, withOutbox } from './on-outbox.ts';
import { configPath, readOptions, refuseOperands, usage } from './options.ts';

interface Format {
  readonly head: string;
  /** The text of one page; `first`: nothing was written before it. */
  readonly page: (events: readonly KeptEvent[], first: boolean) => string;
  readonly tail: (any: boolean) => string;
}

const COLUMNS = [
  ...['id', 'state', 'mailbox', 'callback', 'address', 'verdict', 'ts', 'proof', 'missing'],
  ...['recordedAt', 'nextAt', 'settledAt', 'attempts', 'ambiguous', 'lastAnswer'],
];

const FORMATS: Readonly<Record<string, Format>> = {
  json: {
    head: '[',
    page: (events, first) =>
      events.map((event, index) => `${first && index === 0 ? '' : ','}\n  ${asJson(event)}`).join(''),
    tail: any => (any ? '\n]\n' : ']\n'),
  },
  csv: { head: `${COLUMNS.join(',')}\r\n`, page: events => events.map(asCsv).join(''), tail: () => '' },
  // A body a line: each is one that CleverTap takes in one request.
  clevertap: { head: '', page: events => `${clevertapBody(events)}\n`, tail: () => '' },
};

/** @throws Fault exit 64 */
export function exportCommand(args: string[]): Command {
  const command = 'outbox export';
  const kinds = { config: 'string', format: 'string', ...FILTER_OPTIONS } as const;
  const { values, operands } = readOptions(command, args, kinds);
  const config = configPath(command, values.config);
  refuseOperands(command, operands);
  const name = values.format ?? 'json';
  const format = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  if (format === undefined) {
    throw usage(command, `--format expects one of ${Object.keys(FORMATS).join(', ')}, not "${name}"`);
  }
  if (name === 'clevertap' && values.state === undefined) {
    throw usage(command, '--format clevertap needs --state, such as --state dead: what was delivered counts twice');
  }
  const filter = toFilter(command, values, Number.MAX_SAFE_INTEGER);
  return () => withOutbox(config, store => writeAll(store, filter, format));
}

async function writeAll(store: Store, filter: EventFilter, { head, page, tail }: Format): Promise<0> {
  let left = filter.limit;
  let last: KeptEvent | undefined;
  await print(head);
  while (left > 0) {
    const after = last === undefined ? {} : { afterSeq: last.seq };
    const events = await store.list({ ...filter, ...after, limit: Math.min(left, LIMITS.batchEvents) });
    if (events.length === 0) break;
    await print(page(events, last === undefined));
    last = events.at(-1);
    left -= events.length;
  }
  await print(tail(last !== undefined));
  return EXIT.ok;
}

function asJson(event: KeptEvent): string {
  return visible(JSON.stringify(eventRecord(event)));
}

/** RFC 4180: a field with a comma, a quote or a line end stands in quotes, and a quote in it is doubled. */
function asCsv(event: KeptEvent): string {
  const record = eventRecord(event);
  const fields = COLUMNS.map(name => {
    const value = record[name];
    const text = visible(typeof value === 'string' || typeof value === 'number' ? String(value) : '');
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return `${fields.join(',')}\r\n`;
}

/** Waits when whoever reads is slower than we are. */
async function print(text: string): Promise<void> {
  if (text === '' || process.stdout.write(text)) return;
  await new Promise(resolve => process.stdout.once('drain', resolve));
}
