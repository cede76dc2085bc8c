/**
 * The calls of CleverTap's Subscribe API, written for a person to send or sent at once. Takes the customers, notes each
 * in the outbox once it is written or taken. Never sends or writes for one who was not chosen.
 */
import { writeFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { resubscribe, resubscribeBody, subscribeUrl } from '../callback/callback.ts';
import type { ApiSettings } from '../callback/callback.ts';
import type { Store } from '../outbox/outbox.ts';
import { addressKey } from '../shared/address.ts';
import { EXIT, Fault } from '../shared/fault.ts';
import { LIMITS } from '../shared/limits.ts';
import { actOnAll } from './on-outbox.ts';
import type { Wronged } from './undo-choice.ts';

/** What became of one customer. */
export interface Undone {
  readonly wronged: Wronged;
  /** Why CleverTap refused; undefined: resubscribed, or written. */
  readonly refused?: string;
}

/** Customers of one callback that fit one request. */
export interface UndoBatch {
  readonly callback: string;
  readonly wronged: readonly Wronged[];
}

export function undoBatches(wronged: readonly Wronged[]): UndoBatch[] {
  const callbacks = [...new Set(wronged.map(({ callback }) => callback))];
  return callbacks.flatMap(callback => {
    const own = wronged.filter(one => one.callback === callback);
    const count = Math.ceil(own.length / LIMITS.batchEvents);
    return Array.from({ length: count }, (_, n) => ({
      callback,
      wronged: own.slice(n * LIMITS.batchEvents, (n + 1) * LIMITS.batchEvents),
    }));
  });
}

/** Sends one request and notes whom it resubscribed. Rejects with a Fault as `resubscribe` does: nobody is noted. */
export async function sendBatch(
  store: Store,
  api: ApiSettings,
  userAgent: string,
  { wronged }: UndoBatch,
  because: string,
): Promise<Undone[]> {
  const named = await resubscribe(
    api,
    userAgent,
    wronged.map(({ address }) => address),
  );
  const reasons = new Map(named.map(one => [addressKey(one.address), one.because]));
  const undone = wronged.map((one): Undone => {
    const refused = reasons.get(addressKey(one.address));
    return { wronged: one, ...(refused === undefined ? {} : { refused }) };
  });
  const taken = undone.filter(({ refused }) => refused === undefined);
  await note(store, taken, because);
  return undone;
}

/** Writes one request's body, for its owner alone to read, and notes whom it is for. Gives the call of curl. */
export async function writeBatch(
  store: Store,
  path: string,
  apiUrl: string | undefined,
  { wronged }: UndoBatch,
  because: string,
): Promise<string> {
  const body = resubscribeBody(wronged.map(({ address }) => address));
  try {
    await writeFile(path, `${body}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    throw unwritable(path, error);
  }
  await note(
    store,
    wronged.map(one => ({ wronged: one })),
    `${because} (written to ${path}, to be sent by hand)`,
  );
  const url = subscribeUrl(apiUrl ?? 'https://REGION.api.clevertap.com');
  return `curl --fail-with-body -H @headers -H 'Content-Type: application/json' --data-binary @${quoted(path)} ${url}`;
}

/** The name of the n-th file, from 1: undo.json, undo-2.json ... */
export function fileOf(path: string, n: number): string {
  if (n === 1) return path;
  const { dir, name, ext } = parse(path);
  return join(dir, `${name}-${n}${ext}`);
}

async function note(store: Store, undone: readonly Undone[], because: string): Promise<void> {
  const ids = undone.flatMap(({ wronged }) => wronged.events.map(({ id }) => id));
  await actOnAll(store, 'undo', ids, because);
}

/** For a shell. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

function unwritable(path: string, error: unknown): Fault {
  const code = (error as NodeJS.ErrnoException).code ?? 'error';
  return new Fault(`${path} cannot be written (${code})`, {
    code: 'FILE_UNWRITABLE',
    retry: 'never',
    exit: EXIT.disk,
    hint:
      code === 'EEXIST'
        ? 'it is there already and is not overwritten: name another file'
        : 'name a file in a folder that is there and that you may write to',
    cause: error,
  });
}
