/**
 * The commented configuration and the manuals name every key and reason, with the defaults that are the real ones.
 */
import { describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { knownKeys } from '../../../src/runtime/config-schema.ts';
import { REASONS } from '../../../src/verdict/verdict.ts';
import { configFolder } from './config-folder.ts';

const SECTIONS = ['mailbox', 'callback', 'verdict', 'provenance', 'breaker', 'retention', 'http', 'log'];
const room = configFolder();

describe('the commented configuration', () => {
  test('names every key, and its defaults are the real ones', async () => {
    const text = await readFile(new URL('../../../systemd/bounced.toml', import.meta.url), 'utf8');
    for (const section of SECTIONS) {
      for (const key of knownKeys(section)) expect(text).toMatch(new RegExp(`^(# )?(\\[verdict\\.)?${key}\\b`, 'm'));
    }
    const env = { CREDENTIALS_DIRECTORY: room.path('') };
    const local = text.replace('"gmail-password"', '"password"').replace('"callback-url"', '"url"');
    const { config: bare } = await room.load(local, env);
    // With every default written out, apart from examples that are no defaults.
    const examples =
      /^# (?:password_|oauth_|service_account_|token_url|authorization_url|smtp_host|url_|api_|ca_file|folder|sent_folder|canary|rules_file|userDisabled|\[verdict\.overrides|state_dir|listen)/;
    const spelledOut = local
      .split('\n')
      .map(line => (/^# [a-z_]+ = /.test(line) && !examples.test(line) ? line.slice(2) : line))
      .join('\n');
    expect(spelledOut).not.toBe(local);
    expect(JSON.stringify((await room.load(spelledOut, env)).config)).toBe(JSON.stringify(bare));
  });
});

test('the manual names every key, and the table of reasons every reason', async () => {
  const manual = await readFile(new URL('../../../docs/bounced.toml.5.md', import.meta.url), 'utf8');
  for (const section of ['', ...SECTIONS]) {
    const keys = knownKeys(section).filter(key => section !== '' || key === 'state_dir');
    for (const key of keys) expect(manual).toContain(`\`${key}\``);
  }
  const verdicts = await readFile(new URL('../../../docs/VERDICTS.md', import.meta.url), 'utf8');
  for (const [reason, { meaning }] of Object.entries(REASONS)) {
    expect(verdicts).toMatch(new RegExp(`\\| \`${reason}\` +\\|`));
    expect(verdicts).toContain(meaning);
  }
});
