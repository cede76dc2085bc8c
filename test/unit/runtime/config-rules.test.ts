/**
 * The file of an operator's rules: read with the configuration, every mistake named with rule, key and cure.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { mkdir } from 'node:fs/promises';
import { loadPolicy } from '../../../src/runtime/config.ts';
import type { LoadedConfig } from '../../../src/runtime/config.ts';
import { loadRules } from '../../../src/runtime/config-rules.ts';
import { complaintOf, configFolder, SMALLEST } from './config-folder.ts';

const room = configFolder();

beforeAll(() => mkdir(room.path('below')));

const CONFIG = `${SMALLEST}[verdict]
rules_file = "below/rules.toml"
`;
const GOOD = `[[rule]]
match = "rum is gone"
reason = "userMoved"
status = "5.7.x"
reply = [550, 554]
source = "ticket 12"
examples = "550 5.7.1 rum is gone"
`;

async function load(rules: string): Promise<LoadedConfig> {
  await room.write('below/rules.toml', rules);
  return room.load(CONFIG);
}

async function complaint(rules: string): Promise<string[]> {
  await expect(load(rules)).rejects.toMatchObject({ hint: expect.any(String) });
  return (await complaintOf(load(rules), room.path('below/'))).split('\n');
}

test('the rules come with the configuration, named from its folder; one value stands for a list of one', async () => {
  const { config, origins, warnings } = await load(GOOD);
  expect(config.verdict.policy.rules).toMatchObject([
    { name: 'rules.toml rule 1', text: { status: ['5.7.x'], reply: [550, 554], examples: ['550 5.7.1 rum is gone'] } },
  ]);
  expect(origins).toContainEqual({ key: 'verdict.rules_file', value: 'below/rules.toml', origin: 'file' });
  expect(warnings).toEqual([]);
});

test('without the key there are none', async () => {
  await room.write('bare.toml', CONFIG.replace(/^rules_file.*$/m, ''));
  expect(await loadPolicy(room.path('bare.toml'), {})).toEqual({ name: 'clevertap', overrides: {} });
});

test('the environment may name the file', async () => {
  await room.write('other.toml', GOOD);
  await room.write('bounced.toml', CONFIG);
  const policy = await loadPolicy(room.path('bounced.toml'), { BOUNCED_VERDICT_RULES_FILE: 'other.toml' });
  expect(policy.rules?.map(({ name }) => name)).toEqual(['other.toml rule 1']);
});

test('what is unwise about them is a warning', async () => {
  const { warnings } = await load(GOOD + GOOD);
  expect(warnings).toEqual(['rules.toml rule 2 is never reached: rules.toml rule 1 fits whatever it fits']);
});

describe('mistakes are named with rule, key and cure', () => {
  const rule = (lines: string): string => `[[rule]]\n${lines}\nsource = "x"\n`;

  test.each([
    ['no rule', '', ['rules.toml: expected at least one [[rule]]']],
    ['a key beside the rules', `rules = 1\n${GOOD}`, ['rules.toml: rules: unknown key; did you mean "rule"?']],
    ['no table', 'rule = [1]', ['rules.toml: rule 1: expected a table: [[rule]]']],
    [
      'a mistyped key, in the second rule',
      `${GOOD}${rule('mach = "rum is off"\nreason = "policy"')}`,
      ['rules.toml: rule 2: mach: unknown key; did you mean "match"?'],
    ],
    [
      'a mistyped reason',
      rule('match = "rum"\nreason = "userUnknwon"'),
      [
        'rules.toml: rule 1: reason: expected one of the reasons for a failure ("bounced rules list"), ' +
          'not "userUnknwon"; did you mean "userUnknown"?',
      ],
    ],
    [
      'a mistyped receiver',
      rule('match = "rum"\nreason = "policy"\nreceiver = "micorsoft"'),
      [expect.stringMatching(/rule 1: receiver: expected a host .*, not "micorsoft"; did you mean "microsoft"\?$/)],
    ],
    [
      'a missing key',
      '[[rule]]\nmatch = "rum"\nreason = "policy"\n',
      ['rules.toml: rule 1: source: missing; expected a text, such as "bounce of 2026-03-01"'],
    ],
    [
      'a number in quotes',
      rule('match = "rum"\nreason = "policy"\nreply = "550"'),
      [/rule 1: reply: expected numbers without/],
    ],
    [
      'several in several rules, all at once',
      `${rule('match = "rum"\nreason = 5')}${rule('pattern = \'(a+)+b\'\nreason = "policy"\nstatus = "6.1.1"')}`,
      [
        /rule 1: reason: expected a text/,
        /rule 2: pattern: repeats without end/,
        /rule 2: status: expected enhanced codes/,
      ],
    ],
  ])('%s', async (_what, rules, mistakes) => {
    const found = await complaint(rules);
    expect(found).toEqual(mistakes.map(one => (one instanceof RegExp ? expect.stringMatching(one) : one)));
  });

  test('a broken line with its place', async () => {
    expect(await complaint('[[rule]]\npattern = "\\S+"\n')).toEqual([expect.stringMatching(/^rules\.toml:2:\d+: /)]);
  });

  test('a file that is not there, or too large', async () => {
    await expect(loadRules(room.path('none.toml'))).rejects.toMatchObject({
      exit: 78,
      message: expect.stringMatching(/none\.toml: the file of rules is not there$/),
    });
    await room.write('large.toml', `#${'x'.repeat(1 << 20)}\n${GOOD}`);
    await expect(loadRules(room.path('large.toml'))).rejects.toMatchObject({ exit: 78, message: /larger than/ });
  });
});
