import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { completionCommand } from '../../../src/cli/completion.ts';
import { placesOf } from '../../../src/cli/help-table.ts';
import { HELP } from '../../../src/cli/help.ts';
import { captured } from './captured.ts';

const folder = mkdtempSync(join(tmpdir(), 'bounced-completion-'));

beforeAll(async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { out } = await captured(completionCommand([shell]));
    writeFileSync(join(folder, shell), out);
  }
  writeFileSync(join(folder, 'my mail.eml'), '');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** What a real bash offers for these words, the last of them half typed. */
function inBash(...words: string[]): string[] {
  const ask = 'source ./bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _bounced; printf "%s\\n" "${COMPREPLY[@]}"';
  const out = execFileSync('bash', ['-c', ask, 'bash', 'bounced', ...words], { cwd: folder, encoding: 'utf8' });
  return out.split('\n').filter(line => line !== '');
}

describe('in bash', () => {
  test.each<[string[], string[]]>([
    [['cl'], ['classify']],
    [
      ['outbox', 're'],
      ['retry', 'recover'],
    ],
    [['run', '--d'], ['--dry-run']],
    [
      ['outbox', 'retry', '--all'],
      ['--all-dead', '--all-stopped', '--all-waiting'],
    ],
    [
      ['outbox', 'export', '--format', ''],
      ['json', 'csv', 'clevertap'],
    ],
    [
      ['outbox', 'export', '--format', '=', 'c'],
      ['csv', 'clevertap'],
    ],
    [
      ['outbox', 'list', '--state', 'held,de'],
      ['held,delivered', 'held,dead'],
    ],
    [['check', '--config', 'my'], ['my mail.eml']],
    [['classify', 'my'], ['my mail.eml']],
    [['status', 'my'], []],
    [['held', 'list', '--mailbox', ''], []],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish', '--help'],
    ],
    [['help', 'brea'], ['breaker']],
  ])('bounced %j', (words, offered) => {
    expect(inBash(...words)).toEqual(offered);
  });
});

// test/completion.sh tries these two in their shells; here, that none of the words is left out.
describe.each(['zsh', 'fish'])('the script for %s', shell => {
  test.each(placesOf(HELP).map(place => [place.path, place] as const))('knows all of "bounced %s"', (_path, place) => {
    const script = readFileSync(join(folder, shell), 'utf8');
    const lines = script
      .split('\n')
      .filter(line => line.includes(shell === 'zsh' ? `('${place.path}') ` : `"${place.path}"`));
    const words = [
      ...place.parts.keys(),
      ...place.options.map(({ name }) => (shell === 'zsh' ? name : `-l ${name.slice(2)}`)),
    ];
    expect(words.filter(word => !lines.some(line => line.includes(word)))).toEqual([]);
  });
});
