import { describe, expect, test } from '@jest/globals';
import { checkCommand } from '../../../src/cli/check.ts';
import { classifyCommand } from '../../../src/cli/classify.ts';
import { findCommand } from '../../../src/cli/commands.ts';
import type { Fault } from '../../../src/shared/fault.ts';

function refusal(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    const { message, exit, hint } = error as Fault;
    return `${exit} ${message} | ${hint ?? ''}`;
  }
  return 'taken';
}

describe('mistakes on the command line', () => {
  test.each([
    [
      ['--conifg', 'a.toml'],
      `64 check: unknown option '--conifg'; did you mean "--config"? | "bounced check --help" shows how`,
    ],
    [[], '64 check: the option --config FILE is missing | "bounced check --help" shows how'],
    [['--config', 'a', 'b'], '64 check: "b" is one argument too many | "bounced check --help" shows how'],
    [['--config'], `64 check: option '--config <value>' argument missing | "bounced check --help" shows how`],
    [
      ['--config', '--json'],
      '64 check: what follows --config looks like an option; if it is the value, write --config=VALUE | "bounced check --help" shows how',
    ],
  ])('check %j', (args, words) => {
    expect(refusal(() => checkCommand(args))).toBe(words);
  });

  test('classify without anything to read', () => {
    expect(refusal(() => classifyCommand(['--json']))).toMatch(/^64 classify: expected at least one FILE/);
  });

  test.each([
    ['clasify', 'there is no command "clasify"; did you mean "classify"?'],
    ['chek', 'there is no command "chek"; did you mean "check"?'],
    ['--hlep', 'there is no command "--hlep"; did you mean "--help"?'],
    ['postgresql', 'there is no command "postgresql"'],
  ])('the command %s', async (name, message) => {
    await expect(findCommand(name, [])).rejects.toMatchObject({ message, exit: 64 });
  });
});
