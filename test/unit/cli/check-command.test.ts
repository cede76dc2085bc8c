/**
 * `bounced check` without --online: the configuration in force and when a callback is tried again, as text and JSON.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkCommand } from '../../../src/cli/check.ts';
import { captured } from './captured.ts';

let folder: string;
let path: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bounced-check-'));
  path = join(folder, 'bounced.toml');
  const config = `[[mailbox]]
name = "campaigns"
user = "news@example.com"
password_file = "password"
callback = "clevertap"
[[callback]]
name = "clevertap"
url_file = "url"
`;
  const files = { password: 'abcd efgh\n', url: 'https://eu1.callback.example/secret-path\n', 'bounced.toml': config };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { mode: 0o600 });
});

afterAll(() => rm(folder, { recursive: true }));

test('people get the schedule as a table, no secret', async () => {
  const { exit, out } = await captured(checkCommand(['--config', path]));
  expect(exit).toBe(0);
  expect(out).toMatch(/tries again.*\n.*10 min, doubling up to 6 h .*429 and 5xx/);
  expect(out).not.toMatch(/secret-path|abcd/);
});

test('programs get the same schedule, in milliseconds, beside the configuration', async () => {
  const { exit, out } = await captured(checkCommand(['--config', path, '--json']));
  expect(exit).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    config: expect.arrayContaining([
      expect.objectContaining({ key: 'mailbox.campaigns.user', value: 'news@example.com' }),
    ]),
    retries: { busy: { baseMs: 600_000, capMs: 21_600_000, jitter: 'full', when: expect.stringContaining('429') } },
  });
  expect(out).not.toMatch(/secret-path|abcd/);
});
