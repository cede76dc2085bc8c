/**
 * How much the daemon logs, said on the command line: it goes before the configuration, one event a line.
 */
import { afterEach, expect, test } from '@jest/globals';
import { bounced } from '../servers/command.ts';
import { startEvening } from '../servers/evening.ts';
import type { Evening } from '../servers/evening.ts';

let evening: Evening;

afterEach(() => evening.stop());

test.each([
  ['error', []],
  ['warn', []],
  ['info', ['info']],
  ['debug', ['debug', 'info']],
])('run --log-level %s, whatever the file says', async (level, expected) => {
  const other = level === 'debug' ? 'error' : 'debug';
  evening = await startEvening({ edit: text => text.replace('level = "debug"', `level = "${other}"`) });
  const { code, stdout, stderr } = await bounced(['run', '--once', '--config', evening.config, '--log-level', level]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  const lines = stderr.split('\n').filter(line => line !== '');
  const levels = lines.map(line => (JSON.parse(line) as { level: string }).level);
  expect([...new Set(levels)].sort()).toEqual(expected);
});
