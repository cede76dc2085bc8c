/**
 * CleverTap's server API in the configuration, for `bounced undo` alone: its URL, the account's id and passcode. Takes
 * the path of the configuration, gives the settings of one callback's API. The daemon never reads these secrets.
 */
import { dirname, resolve } from 'node:path';
import type { ApiSettings } from '../callback/callback.ts';
import { EXIT, Fault } from '../shared/fault.ts';
import { readCa, readWritten } from './config.ts';
import type { Env } from './config.ts';
import { readSecret } from './secrets.ts';

/** The api_url of each callback that has one, by the callback's name; reads no secret. */
export async function loadApiUrls(path: string, env: Env): Promise<ReadonlyMap<string, string>> {
  const { written } = await readWritten(path, env);
  return new Map(
    written.callback.flatMap(({ name, api_url: url }) => (url === undefined ? [] : [[name, url] as const])),
  );
}

/**
 * The API of this callback, with its secrets.
 * @throws Fault exit 78 where the configuration has none, or a secret cannot be read
 */
export async function loadApi(path: string, env: Env, callback: string): Promise<ApiSettings> {
  const { written } = await readWritten(path, env);
  const one = written.callback.find(({ name }) => name === callback);
  if (one?.api_url === undefined) throw noApi(path, callback, one !== undefined);
  const where = `callback "${callback}"`;
  const folder = dirname(resolve(path));
  const place = { folder, env, warnings: [] };
  const { api_account_id_file, api_account_id_credential, api_account_id_command } = one;
  const { api_passcode_file, api_passcode_credential, api_passcode_command } = one;
  const ids = { file: api_account_id_file, credential: api_account_id_credential, command: api_account_id_command };
  const codes = { file: api_passcode_file, credential: api_passcode_credential, command: api_passcode_command };
  const accountId = await readSecret(where, 'api_account_id', ids, place, text => text);
  const passcode = await readSecret(where, 'api_passcode', codes, place, text => text);
  const ca = await readCa(where, one.ca_file, folder);
  return { apiUrl: one.api_url, accountId, passcode, timeoutMs: one.timeout, ...(ca === undefined ? {} : { ca }) };
}

function noApi(path: string, callback: string, isKnown: boolean): Fault {
  const what = isKnown ? `callback "${callback}" has no api_url` : `there is no [[callback]] named "${callback}"`;
  return new Fault(`${path}: ${what}, so nothing can be sent`, {
    code: 'API_UNKNOWN',
    retry: 'never',
    exit: EXIT.config,
    hint: isKnown
      ? 'set api_url, api_account_id_file and api_passcode_file there, or write the calls with --write FILE'
      : 'give a [[callback]] the name it had when they were recorded, or write the calls with --write FILE',
  });
}
