/**
 * `bounced check` without --online: the configuration in force and when a callback is tried again, as text and JSON.
 */
import { beforeAll, expect, test } from '@jest/globals';
import { checkCommand } from '../../../src/cli/check.ts';
import { captured } from './captured.ts';
import { configFolder, SMALLEST } from '../runtime/config-folder.ts';

const room = configFolder();

beforeAll(() => room.write('bounced.toml', SMALLEST));

test('people get the schedule as a table, no secret', async () => {
  const { exit, out } = await captured(checkCommand(['--config', room.path('bounced.toml')]));
  expect(exit).toBe(0);
  expect(out).toMatch(/tries again.*\nwait +which part of it +when\n.*10 min, doubling up to 6 h .*429 and 5xx/);
  expect(out).not.toMatch(/secret-path|abcd/);
});

test('programs get the same schedule, in milliseconds, beside the configuration', async () => {
  const { exit, out } = await captured(checkCommand(['--config', room.path('bounced.toml'), '--json']));
  expect(exit).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    config: expect.arrayContaining([
      expect.objectContaining({ key: 'mailbox.campaigns.user', value: 'news@example.com' }),
    ]),
    retries: { busy: { baseMs: 600_000, capMs: 21_600_000, jitter: 'full', when: expect.stringContaining('429') } },
  });
  expect(out).not.toMatch(/secret-path|abcd/);
});
