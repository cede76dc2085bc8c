/**
 * What the commands on the outbox share: opening it, filters, naming events, acting on them. Takes words of the
 * command line, gives events; each mistake is named with its cure.
 */
import { userInfo } from 'node:os';
import type { Act, Acted, EventFilter, EventState, History, KeptEvent, Operator, Store } from '../outbox/outbox.ts';
import { EVENT_STATES } from '../outbox/outbox.ts';
import { openOutboxHistory, openPresentOutbox } from '../open-outbox.ts';
import { systemClock } from '../runtime/clock.ts';
import { loadStateDir, readEnv } from '../runtime/config.ts';
import { visible } from '../runtime/log-lines.ts';
import { nearest } from '../runtime/nearest.ts';
import { EXIT, Fault } from '../shared/fault.ts';
import { eventTable } from './event-lines.ts';
import { usage } from './options.ts';

/** Options that choose events. */
export const FILTER_OPTIONS = {
  state: 'string',
  mailbox: 'string',
  callback: 'string',
  address: 'string',
  limit: 'string',
} as const;

/** States in which an act fits, for finding by address the one that is meant. */
const FITTING: Readonly<Record<Act | 'show', readonly EventState[]>> = {
  show: EVENT_STATES.filter(state => state !== 'duplicate'),
  retry: ['waiting', 'stopped', 'dead'],
  drop: ['waiting', 'stopped', 'dead'],
  release: ['held'],
  discard: ['held'],
  undo: ['delivered', 'dead', 'dropped'],
};
/** Events that are listed when words fit several. */
const CANDIDATES = 10;
/** Events that are listed, or acted on, in one transaction. */
const AT_ONCE = 500;

export type FilterValues = { readonly [Name in keyof typeof FILTER_OPTIONS]?: string };

/** Opens the outbox that the configuration names, works, and closes it. `read`: nothing of it can be changed. */
export async function withOutbox<Result>(
  config: string,
  work: (store: Store) => Promise<Result>,
  access: 'read' | 'write' = 'write',
): Promise<Result> {
  return withOpened(config, stateDir => openPresentOutbox(stateDir, access), work);
}

/** As `withOutbox`, and an older version may keep it: only what is recorded can be asked. */
export async function withHistory<Result>(
  config: string,
  work: (history: History) => Promise<Result>,
): Promise<Result> {
  return withOpened(config, openOutboxHistory, work);
}

async function withOpened<Opened extends { close(): Promise<void> }, Result>(
  config: string,
  open: (stateDir: string) => Promise<Opened>,
  work: (opened: Opened) => Promise<Result>,
): Promise<Result> {
  const opened = await open(await loadStateDir(config, readEnv())).catch((error: unknown) => {
    throw forbidden(error) ?? error;
  });
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}

/** @throws Fault exit 64 for a state that there is not, or a limit that is no number */
export function toFilter(command: string, values: FilterValues, fallbackLimit: number): EventFilter {
  const { mailbox, callback, address } = values;
  return {
    ...(values.state === undefined ? {} : { states: values.state.split(',').map(word => toState(command, word)) }),
    ...(mailbox === undefined ? {} : { mailbox }),
    ...(callback === undefined ? {} : { callback }),
    ...(address === undefined ? {} : { address }),
    limit: limitOption(command, values.limit, fallbackLimit),
  };
}

/**
 * The event that a word of the command line means: an id, its beginning, or an address.
 * @throws Fault exit 65 where there is none, or several, which it lists
 */
export async function findEvent(store: Store, act: Act | 'show', word: string): Promise<KeptEvent> {
  const byAddress = word.includes('@');
  const asked = byAddress ? { address: word } : { idPrefix: word.toLowerCase() };
  const all = await store.list({ ...asked, limit: CANDIDATES + 1 });
  const fitting = byAddress ? await store.list({ ...asked, states: FITTING[act], limit: CANDIDATES + 1 }) : [];
  const found = fitting.length > 0 ? fitting : all;
  const [only, ...others] = found;
  if (only === undefined) throw unknown(word, byAddress);
  if (others.length > 0) throw several(word, found);
  return only;
}

/** Every event that the filter lets through, whatever its limit, in the order they were recorded. */
export async function listAll(store: Store, filter: Omit<EventFilter, 'limit'>): Promise<KeptEvent[]> {
  const all: KeptEvent[] = [];
  for (;;) {
    const after = all.at(-1);
    const rest = after === undefined ? {} : { afterSeq: after.seq };
    const page = await store.list({ ...filter, ...rest, limit: AT_ONCE });
    all.push(...page);
    if (page.length < AT_ONCE) return all;
  }
}

/** Acts on these, some hundreds in one transaction; gives what became of each. */
export async function actOnAll(store: Store, act: Act, ids: readonly string[], because?: string): Promise<Acted[]> {
  const by: Operator = { who: whoIsThis(), ...(because === undefined ? {} : { because }) };
  const results: Acted[] = [];
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    const some = ids.slice(start, start + AT_ONCE);
    results.push(...(await store.act(act, some, by, systemClock.nowSeconds())));
  }
  const claimed = results.filter(({ result }) => result === 'claimed').map(({ id }) => id);
  if (claimed.length === 0 || !(await takeFromTheDead(store))) return results;
  const again = await store.act(act, claimed, by, systemClock.nowSeconds());
  return [...results.filter(({ result }) => result !== 'claimed'), ...again];
}

/** Why an act did not fit. Undefined when it was done. */
export function refusal(act: Act, { id, result }: Acted, address: string): Fault | undefined {
  if (result === 'done') return undefined;
  const what = visible(`${id.slice(0, 12)} ${address}`);
  if (result === 'claimed') {
    return new Fault(`${act}: ${what} is being posted this moment`, {
      code: 'EVENT_CLAIMED',
      retry: 'later',
      exit: EXIT.leaseHeld,
      hint: 'ask again in a minute: it is delivered then, or waits for its next try',
    });
  }
  return new Fault(`${act}: ${what} is ${result}; ${act} takes events that are ${FITTING[act].join(', ')}`, {
    code: 'EVENT_STATE',
    retry: 'never',
    exit: EXIT.dataError,
    hint: CURES[result] ?? '"bounced outbox list" shows the events with their states',
  });
}

const CURES: Partial<Record<Acted['result'], string>> = {
  held: '"bounced held release" posts it without the proof, "bounced held discard" forgets it',
  delivered: 'the callback has taken it; "bounced undo ADDRESS" resubscribes whom a wrong hard bounce unsubscribed',
  dropped: 'it stays dropped; a later bounce of this address is a new event',
};

/** The login name, and who became it by sudo. */
export function whoIsThis(): string {
  const { SUDO_USER: sudoer } = readEnv();
  const uid = process.getuid?.();
  let name = `uid ${uid ?? '?'}`;
  try {
    name = userInfo().username;
  } catch {
    // A user without an entry in passwd, as in containers.
  }
  return sudoer === undefined || sudoer === name ? name : `${name} (sudo by ${sudoer})`;
}

/** The text of an option that must not be left out, such as --reason. */
export function required(command: string, option: string, value: string | undefined, example: string): string {
  const text = value?.trim() ?? '';
  if (text === '') throw usage(command, `--${option} TEXT is missing, such as --${option} "${example}"`);
  return text;
}

/** Claims of a daemon that was killed stand in the way until the next start: whoever gets its lease gives them back. */
async function takeFromTheDead(store: Store): Promise<boolean> {
  try {
    await store.release(await store.lease(`operator-${process.pid}`, systemClock.nowSeconds(), 1));
    return true;
  } catch (error) {
    if (error instanceof Fault && error.code === 'LEASE_HELD') return false;
    throw error;
  }
}

function toState(command: string, word: string): EventState {
  const state = EVENT_STATES.find(one => one === word.trim());
  if (state !== undefined) return state;
  const meant = nearest(word, EVENT_STATES);
  const question = meant === undefined ? `; expected ${EVENT_STATES.join(', ')}` : `; did you mean "${meant}"?`;
  throw usage(command, `there is no state "${word}"${question}`);
}

/** The value of --limit. @throws Fault exit 64 */
export function limitOption(command: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw usage(command, `--limit expects a whole number from 1 on, not "${text}"`);
}

function forbidden(error: unknown): Fault | undefined {
  if (!(error instanceof Fault) || error.code !== 'STORE_UNWRITABLE') return undefined;
  return new Fault(error.message, {
    code: error.code,
    retry: 'never',
    exit: error.exit,
    hint: 'run it with sudo, or as the user that the daemon runs as; also to read, SQLite has to write beside the file',
    cause: error,
  });
}

function unknown(word: string, byAddress: boolean): Fault {
  const what = byAddress ? `there is no event for ${word}` : `there is no event whose id begins with "${word}"`;
  return new Fault(visible(what), {
    code: 'EVENT_UNKNOWN',
    retry: 'never',
    exit: EXIT.dataError,
    hint: '"bounced outbox list" and "bounced held list" show ids and addresses; settled ones go after [retention] keep',
  });
}

function several(word: string, found: readonly KeptEvent[]): Fault {
  const shown = eventTable(found.slice(0, CANDIDATES), systemClock.nowSeconds());
  const more = found.length > CANDIDATES ? '\nand more' : '';
  return new Fault(`"${word}" fits several events:\n${shown}${more}`, {
    code: 'EVENT_AMBIGUOUS',
    retry: 'never',
    exit: EXIT.dataError,
    hint: 'give the id, or enough of its beginning',
  });
}
