/**
 * Every command in its wrong uses, as typed: the documented exit code, nothing on standard output, and on standard
 * error what, where and the cure; on a narrow terminal no line is broken. A command without its row here fails.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placesOf } from '../../src/cli/help-table.ts';
import type { Place } from '../../src/cli/help-table.ts';
import { HELP } from '../../src/cli/help.ts';
import { bounced } from '../servers/command.ts';
import { onTerminal, tooWide } from '../servers/terminal.ts';

/** For each command what it needs besides --config, and values that are out of range, with what is said of them. */
const COMMANDS: Readonly<Record<string, { readonly needs: string[]; readonly wrong?: Record<string, string> }>> = {
  run: { needs: [], wrong: { '--log-level debgu': 'did you mean "debug"?' } },
  status: { needs: [] },
  login: {
    needs: [],
    wrong: { '--port 70000': 'from 1 to 65535', '--wait 2d': 'at most 60m', '--mailbox campaing': 'mean "campaigns"?' },
  },
  'send-test': {
    needs: ['me@example.com'],
    wrong: { '--wait 11m': 'at most 10m', '--mailbox other': 'there are campaigns' },
  },
  selftest: {
    needs: [],
    wrong: {
      '--wait 2d': 'at most 1440m',
      '--to nobody': 'a mail address alone',
      '--mailbox other': 'there are campaigns',
    },
  },
  classify: { needs: ['no-such.eml'] },
  check: { needs: [] },
  'rules list': { needs: [] },
  'rules test': { needs: ['no-such.toml'] },
  'outbox list': { needs: [], wrong: { '--limit 0': 'from 1 on', '--state ded': 'did you mean "dead"?' } },
  'outbox show': { needs: ['a@b.example'] },
  'outbox retry': { needs: ['a@b.example'], wrong: { '--all-dead': 'not both' } },
  'outbox drop': { needs: ['a@b.example', '--reason', 'x'], wrong: { '--all-stopped': 'not both' } },
  'outbox export': { needs: [], wrong: { '--format xml': 'json, csv, clevertap', '--format clevertap': '--state' } },
  'outbox recover': { needs: [] },
  'held list': { needs: [], wrong: { '--limit many': 'from 1 on' } },
  'held show': { needs: ['a@b.example'] },
  'held release': { needs: ['a@b.example', '--reason', 'x'] },
  'held discard': { needs: ['a@b.example', '--reason', 'x'] },
  'breaker show': { needs: [] },
  'breaker reset': { needs: [] },
  explain: { needs: ['a@b.example'], wrong: { '--limit 0': 'from 1 on' } },
  replay: {
    needs: ['--since', '1d'],
    wrong: { '--uid 3': 'expected one of', '--mailbox other': 'there are campaigns' },
  },
  diff: { needs: [], wrong: { '--limit -3': '--limit=VALUE', '--before new': '"0.1.0"' } },
  undo: { needs: ['a@b.example', '--dry-run'], wrong: { '--since 2d': 'not both', '--send': '--dry-run' } },
  capture: {
    needs: ['--uid', '1'],
    wrong: { '--uid many': '--uid', '--mailbox other': 'there are campaigns' },
  },
  completion: { needs: ['bash'] },
};

/** The commands and parts that do something; the parts of `completion` are the shells' names. */
const leaves = placesOf(HELP).filter(({ path, parts }) =>
  path === 'completion' ? true : !/^$|^help$|^completion /.test(path) && parts.size === 0,
);
const ESCAPE = String.fromCharCode(27);
const NARROW = 40;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bounced-wrong-'));
  const good = `state_dir = "${join(folder, 'state')}"
[[mailbox]]
name = "campaigns"
user = "news@example.com"
password_file = "password"
callback = "clevertap"
[[callback]]
name = "clevertap"
url_file = "url"
`;
  const files = {
    'good.toml': good,
    'mistaken.toml': good.replace('user =', 'usr ='),
    password: 'abcd-efgh',
    url: 'https://callback.example/x',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text, { mode: 0o600 });
});

afterAll(() => rm(folder, { recursive: true }));

/** In a pipe; a narrow terminal around it must make no difference. */
async function expectRefused(args: readonly string[], code: number, says: RegExp): Promise<void> {
  const env = { COLUMNS: String(NARROW), TERM: 'xterm-256color' };
  const ran = await bounced(args, { env, cwd: folder, limitMs: 30_000 });
  expect({ args, code: ran.code, stdout: ran.stdout }).toEqual({ args, code, stdout: '' });
  expect(ran.stderr).toMatch(/^(?:bounced: [^\n]+\n)+ {2}cure: [^\n]+\n$/);
  expect(ran.stderr).toMatch(says);
  expect(ran.stderr).not.toContain(ESCAPE);
}

/** "--cofnig" of "--config": two letters changed over, in the longest one. */
function mistyped({ options }: Place): { given: string; meant: string } | undefined {
  const names = options.map(({ name }) => name).filter(name => name !== '--help');
  const meant = names.find(name => name === '--config') ?? names[0];
  if (meant === undefined) return undefined;
  return { given: meant.replace(/^(--..)(.)(.)/, '$1$3$2'), meant };
}

test('every command stands here', () => {
  expect(Object.keys(COMMANDS).sort()).toEqual(leaves.map(({ path }) => path).sort());
});

describe.each(leaves.map(place => [place.path, place] as const))('bounced %s', (path, place) => {
  const words = path.split(' ');
  const { needs = [], wrong = {} } = COMMANDS[path] ?? {};
  const takesConfig = place.options.some(({ name }) => name === '--config');
  const named = new RegExp(`^bounced: ${words[0] ?? ''}`);

  test('in its wrong uses', async () => {
    const typo = mistyped(place);
    const right = [...words, ...(takesConfig ? ['--config', 'good.toml'] : []), ...needs];
    const uses: [string[], number, RegExp][] = [
      [[...words, ...needs, '--no-such-option'], 64, named],
      ...(typo === undefined ? [] : [use([...words, ...needs, typo.given], `did you mean "${typo.meant}"?`)]),
      ...Object.entries(wrong).map(([option, says]) => use([...right, ...option.split(' ')], says)),
    ];
    if (path !== 'rules list') uses.push([words, 64, named]);
    if (takesConfig) {
      uses.push([[...words, ...needs, '--config', 'missing.toml'], 78, /^bounced: missing\.toml: .*is not there/]);
      uses.push([[...words, ...needs, '--config', 'mistaken.toml'], 78, /mistaken\.toml: .*usr: .*mean "user"/]);
    }
    await Promise.all(uses.map(one => expectRefused(...one)));
  }, 60_000);

  test('its help has an example, in a pipe as it is and on a narrow terminal unbroken', async () => {
    const piped = await bounced([...words, '--help'], { env: { COLUMNS: String(NARROW) } });
    expect(piped).toMatchObject({ code: 0, stderr: '', stdout: HELP[words[0] as keyof typeof HELP] });
    expect(piped.stdout).toMatch(/\nexample: .*bounced /);
    const [help, complaint] = await Promise.all([
      onTerminal([...words, '--help'], NARROW),
      onTerminal([...words, ...needs, '--no-such-option'], NARROW),
    ]);
    expect([help.code, complaint.code]).toEqual([0, 64]);
    expect([...tooWide(help, NARROW), ...tooWide(complaint, NARROW)]).toEqual([]);
    expect([...help.lines, ...complaint.lines].join('')).not.toContain(ESCAPE);
  }, 60_000);
});

function use(args: string[], says: string): [string[], number, RegExp] {
  return [args, 64, new RegExp(says.replace(/[.?*+()[\]|]/g, '\\$&'))];
}

test.each([
  [['statsu'], /there is no command "statsu"; did you mean "status"\?/],
  [['--hlep'], /did you mean "--help"\?/],
  [['help', 'nothing'], /there is no command "nothing"/],
  [['outbox'], /expected one of list, show, retry/],
  [['outbox', 'lsit'], /did you mean "list"\?/],
  [['completion', 'bsh'], /did you mean "bash"\?/],
])('bounced %j', async (args, says) => {
  await expectRefused(args, 64, says);
});

test.each([
  [['classify', 'no-such.eml'], 65, /no-such\.eml/],
  [['explain', 'no-such.eml'], 65, /no-such\.eml/],
  [['rules', 'test', 'no-such.toml'], 78, /no-such\.toml/],
  [['outbox', 'list', '--config', 'good.toml'], 74, /state\/bounced\.db: there is no outbox yet/],
  [['status', '--config', 'good.toml'], 74, /state\/bounced\.db: there is no outbox yet/],
])('a file that is not there: bounced %j', async (args, code, says) => {
  await expectRefused(args, code, says);
});
