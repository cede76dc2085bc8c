/**
 * A folder for one configuration with its secrets. Gives ways to load a text as the file there, and to see what is
 * wrong with it; made before the tests of a file and removed behind them.
 */
import { afterAll, beforeAll, expect } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../../src/runtime/config.ts';
import type { Env, LoadedConfig } from '../../../src/runtime/config.ts';
import type { Fault } from '../../../src/shared/fault.ts';

export const SMALLEST = `[[mailbox]]
name = "campaigns"
user = "news@example.com"
password_file = "password"
callback = "clevertap"
[[callback]]
name = "clevertap"
url_file = "url"
`;

export interface ConfigFolder {
  readonly path: (name: string) => string;
  readonly write: (name: string, text: string) => Promise<void>;
  /** Loads the text as the file bounced.toml there. */
  readonly load: (text: string, env?: Env) => Promise<LoadedConfig>;
}

export function configFolder(): ConfigFolder {
  let folder = '';
  const path = (name: string): string => join(folder, name);
  const write = (name: string, text: string): Promise<void> => writeFile(path(name), text, { mode: 0o600 });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bounced-config-'));
    await write('password', 'abcd efgh ijkl mnop\n');
    await write('url', 'https://eu1.callback.example/secret-path\n');
  });

  afterAll(() => rm(folder, { recursive: true }));

  return {
    path,
    write,
    async load(text, env = {}) {
      await write('bounced.toml', text);
      return loadConfig(path('bounced.toml'), env);
    },
  };
}

/** What is said of a configuration that cannot be loaded, without `folder` before the names of files. */
export async function complaintOf(loading: Promise<unknown>, folder: string): Promise<string> {
  const fault = await loading.then(
    () => undefined,
    (error: unknown) => error as Fault,
  );
  expect(fault).toMatchObject({ exit: 78, retry: 'never' });
  return (fault?.message ?? '').replaceAll(folder, '');
}
