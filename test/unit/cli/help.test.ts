/**
 * The help of every command: whole, and true to what the command takes. A command or option that is added without its
 * help fails here.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, jest, test } from '@jest/globals';
import { placesOf, usagesOf } from '../../../src/cli/help-table.ts';
import { HELP } from '../../../src/cli/help.ts';

const real = await import('../../../src/cli/options.ts');
const asked = new Map<string, Readonly<Record<string, string>>>();
jest.unstable_mockModule('../../../src/cli/options.ts', () => ({
  ...real,
  readOptions: (command: string, _args: string[], kinds: Record<string, string>) => {
    asked.set(command, kinds);
    throw new Error('asked');
  },
}));
const { findCommand } = await import('../../../src/cli/commands.ts');

const { bounced: overview, ...commands } = HELP;
const places = placesOf(HELP).filter(({ path }) => path !== '' && path !== 'help');
const paper = (name: string): string => readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8');
/** The options under this path, each with whether a value follows. */
const shape = (options: readonly { name: string; value?: unknown }[]): string[] =>
  [...new Set(options.map(({ name, value }) => `${name}${value === undefined ? '' : ' VALUE'}`))]
    .filter(one => one !== '--help')
    .sort();

describe.each(Object.entries(commands))('bounced %s --help', (name, text) => {
  test('shows the usage, the exit codes and an example that begins as the usage does', () => {
    expect(usagesOf(text).every(usage => usage.startsWith(`bounced ${name}`))).toBe(true);
    expect(text).toMatch(/\n\nexit codes: 0 |\n\nexit codes: as of "bounced /);
    const example = /\n\nexample: (.*)\n$/.exec(text)?.[1] ?? '';
    expect(example).toContain(`bounced ${name}`);
  });

  test('fits 120 columns and holds no control character', () => {
    expect(text.split('\n').filter(line => line.length > 120 || /[^\x20-\x7e]/.test(line))).toEqual([]);
  });

  test('is named in the overview, the manual and the README', () => {
    const papers = { overview, manual: paper('docs/bounced.1.md'), readme: paper('README.md') };
    const named = { overview: `\n  ${name} `, manual: `**${name}**`, readme: `bounced ${name}` } as const;
    const places = Object.keys(named) as (keyof typeof named)[];
    expect(places.filter(one => !papers[one].includes(named[one]))).toEqual([]);
  });

  test('is printed by --help, -h and "bounced help"', async () => {
    const written: string[] = [];
    const write = jest.spyOn(process.stdout, 'write').mockImplementation(chunk => written.push(String(chunk)) > 0);
    for (const args of [
      [name, '--help'],
      [name, '-h'],
      ['help', name],
    ])
      await (
        await findCommand(args[0], args.slice(1))
      )();
    write.mockRestore();
    expect(written).toEqual([text, text, text]);
  });
});

describe('options', () => {
  test.each(places.filter(({ parts }) => parts.size === 0).map(place => [place.path, place] as const))(
    'of "bounced %s" are those the command takes',
    async (path, place) => {
      asked.clear();
      await findCommand(path.split(' ')[0], path.split(' ').slice(1)).catch(() => undefined);
      const [[command, kinds] = ['', {}]] = asked;
      const taken = Object.entries(kinds).map(([option, kind]) => `--${option}${kind === 'string' ? ' VALUE' : ''}`);
      // A command that reads its options before it looks at the part takes those of all its parts.
      const helped =
        command === path
          ? place.options
          : places.filter(one => one.path.startsWith(command)).flatMap(one => one.options);
      expect(asked.size).toBe(1);
      expect(shape(helped)).toEqual(taken.sort());
    },
  );
});
