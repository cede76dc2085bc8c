/**
 * The house rules that can be read from the text. Each rule is first shown a text that breaks it, so that none can
 * fall silent; then the whole tree.
 */
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { doorsOnly, libraryOwners, pureImports, riverDirection } from './tidy/imports.ts';
import { fileSize, openingComment, plainExports, tellingNames } from './tidy/shape.ts';
import { readSources, sourceOf } from './tidy/source.ts';
import type { Rule, SourceFile } from './tidy/source.ts';
import { noForeignPlaces, nothingSwitchedOff, nothingUnfinished } from './tidy/words.ts';
import { oneClock, environmentAndExit, pureNames } from './tidy/world.ts';

const source = await readSources(['src'], ['.ts']);
const code = [...source, ...(await readSources(['test', 'bench'], ['.ts']))];
const papers = await readSources(
  ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'package.json', 'docs', 'systemd', 'fixtures', '.ci'],
  ['.md', '.json', '.toml', '.service', '.eml', '.sh', 'run'],
);

interface Case {
  readonly rule: Rule;
  readonly over: readonly SourceFile[];
  /** [path, text] pairs that must be found, and that must not. */
  readonly bad: readonly (readonly [string, string])[];
  readonly good: readonly (readonly [string, string])[];
}

const CASES: Readonly<Record<string, Case>> = {
  'the river flows one way': {
    rule: riverDirection,
    over: source,
    bad: [
      ['src/report/report.ts', "import type { Verdict } from '../verdict/verdict.ts';"],
      ['src/report/report.ts', "import { readMessage } from '../message/message.ts';"],
      ['src/report/report.ts', "import { type Message } from '../message/message.ts';"],
      ['src/report/report.ts', "export { readMessage } from '../message/message.ts';"],
      ['src/report/readers/exim.ts', "const later = await import('../../message/message.ts');"],
      ['src/report/report.ts', "type V = import('../verdict/verdict.ts').Verdict;"],
      ['src/message/message.ts', "import { config } from '../runtime/config.ts';"],
      ['src/shared/fault.ts', "import type { Cursor } from '../mailbox/mailbox.ts';"],
      ['src/callback/post.ts', "import { run } from '../daemon.ts';"],
      ['src/runtime/log.ts', "import { run } from '../cli/run.ts';"],
      ['src/capture/capture.ts', "import { openMailbox } from '../mailbox/mailbox.ts';"],
      ['src/capture/capture.ts', "import { loadConfig } from '../runtime/config.ts';"],
      ['src/report/report.ts', "import type { Capture } from '../capture/capture.ts';"],
    ],
    good: [
      ['src/report/report.ts', "import type { Message } from '../message/message.ts';"],
      ['src/report/readers/exim.ts', "import { LIMITS } from '../../shared/limits.ts';"],
      ['src/report/report.ts', "import { readExim } from './readers/exim.ts';"],
      ['src/river.ts', "import { readMessage } from './message/message.ts';"],
      ['src/capture/capture.ts', "import { readMessage } from '../message/message.ts';"],
      ['src/runtime/config.ts', "import { REASONS } from '../verdict/verdict.ts';"],
    ],
  },
  'a station is entered by its door': {
    rule: doorsOnly,
    over: source,
    bad: [
      ['src/verdict/verdict.ts', "import type { Exim } from '../report/readers/exim.ts';"],
      ['src/capture/capture.ts', "import { splitMail } from '../message/split.ts';"],
      ['src/river.ts', "import { split } from './message/split.ts';"],
      ['src/index.ts', "import { openSqliteStore } from './outbox/sqlite.ts';"],
      ['src/capture/capture.ts', "import { words } from '../message/words.ts';"],
    ],
    good: [
      ['src/follow.ts', "import { isCandidate } from './report/words.ts';"],
      ['src/verdict/verdict.ts', "import type { Evidence } from '../report/report.ts';"],
      ['src/open-outbox.ts', "import { openSqliteStore } from './outbox/sqlite.ts';"],
    ],
  },
  'each library has one owner': {
    rule: libraryOwners,
    over: source,
    bad: [
      ['src/mailbox/scan.ts', "import { ImapFlow } from 'imapflow';"],
      ['src/outbox/outbox.ts', "import { fetch } from 'undici';"],
      ['src/shared/fault.ts', "import type { ZodError } from 'zod';"],
      ['src/shared/fault.ts', "import leftPad from 'left-pad';"],
      ['src/callback/post.ts', "const { DatabaseSync } = await import('@photostructure/sqlite');"],
    ],
    good: [
      ['src/mailbox/connection.ts', "import { ImapFlow } from 'imapflow';"],
      ['src/runtime/config-file.ts', "import { z } from 'zod';"],
      ['src/shared/secret.ts', "import { inspect } from 'node:util';"],
    ],
  },
  'pure stations import nothing that reaches out': {
    rule: pureImports,
    over: source,
    bad: [
      ['src/verdict/verdict.ts', "import { readFileSync } from 'node:fs';"],
      ['src/message/parts.ts', "import { setTimeout } from 'node:timers/promises';"],
      ['src/provenance/provenance.ts', "import { randomUUID } from 'node:crypto';"],
      ['src/report/report.ts', "import type { Log } from '../shared/log.ts';"],
      ['src/capture/capture.ts', "import { randomBytes } from 'node:crypto';"],
    ],
    good: [
      ['src/provenance/provenance.ts', "import { createHash } from 'node:crypto';"],
      ['src/outbox/sqlite.ts', "import { mkdirSync } from 'node:fs';"],
    ],
  },
  'pure stations name no timer, chance or process': {
    rule: pureNames,
    over: source,
    bad: [
      ['src/report/report.ts', 'const dice = Math.random();'],
      ['src/report/report.ts', 'setTimeout(() => undefined, 5);'],
      ['src/message/message.ts', "if (process.platform === 'linux') stop();"],
      ['src/verdict/verdict.ts', "await fetch('https://example.com');"],
      ['src/verdict/verdict.ts', 'const signal = AbortSignal.timeout(5);'],
    ],
    good: [
      ['src/report/report.ts', '// Math.random() and setTimeout(f, 5) are only spoken of here'],
      ['src/report/report.ts', "const text = 'process.env'; const row = { process: 1, fetch: 2 };"],
      ['src/mailbox/idle.ts', 'setTimeout(() => undefined, 5);'],
    ],
  },
  'the time comes from one clock': {
    rule: oneClock,
    over: source,
    bad: [
      ['src/verdict/verdict.ts', 'const now = Date.now();'],
      ['src/outbox/sqlite.ts', "const now = Date['now']();"],
      ['src/daemon.ts', 'const now = new Date();'],
      ['src/daemon.ts', 'const text = Date();'],
      ['src/callback/callback.ts', 'const start = globalThis.performance.now();'],
    ],
    good: [
      ['src/runtime/clock.ts', 'const now = Date.now();'],
      ['src/shared/dates.ts', 'const midnight = new Date(Date.UTC(2025, 1, 1));'],
    ],
  },
  'environment and exit have one place each': {
    rule: environmentAndExit,
    over: source,
    bad: [
      ['src/runtime/log.ts', "const level = process.env['LEVEL'];"],
      ['src/cli/run.ts', 'process.exit(1);'],
      ['src/main.ts', 'const home = process.env.HOME;'],
    ],
    good: [
      ['src/runtime/config.ts', "const level = process.env['LEVEL'];"],
      ['src/main.ts', 'process.exit(code);'],
    ],
  },
  'no default exports, enums or barrel files': {
    rule: plainExports,
    over: code,
    bad: [
      ['src/a.ts', 'export default function a() {}'],
      ['src/a.ts', 'const a = 1;\nexport default a;'],
      ['src/a.ts', 'const a = 1;\nexport { a as default };'],
      ['src/a.ts', 'enum Colour { Red }'],
      ['src/a.ts', "export { b } from './b.ts';\nexport type { C } from './c.ts';"],
    ],
    good: [
      ['src/a.ts', "export type { B } from './b.ts';\nexport const c = 1;"],
      ['src/b.d.ts', "declare module 'b' {\n  const b: unknown;\n  export = b;\n}"],
      ['src/a.ts', 'switch (a) {\n  default:\n    b();\n}'],
    ],
  },
  'names use words of the field': {
    rule: tellingNames,
    over: code,
    bad: [
      ['src/shared/utils.ts', 'export const a = 1;'],
      ['src/shared/mail-helper.ts', 'export const a = 1;'],
      ['src/a.ts', 'export function processMail(): void {}'],
      ['src/a.ts', 'export interface MailInfo {}'],
      ['src/a.ts', 'export const rowDATA = 1;'],
      ['src/a.ts', 'export class HTTPManager {}'],
      ['src/a.ts', 'const b = 1;\nexport { b as item };'],
    ],
    good: [['src/a.ts', 'export const processor = 1;\nconst info = 2;\nexport const database = info;']],
  },
  'a file opens with what it takes and gives': {
    rule: openingComment,
    over: source,
    bad: [
      ['src/a.ts', 'export const a = 1;\n'],
      ['src/a.ts', '// Short\nexport const a = 1;\n'],
      ['src/a.ts', `/**\n${' * much\n'.repeat(6)} */\nexport const a = 1;\n`],
    ],
    good: [
      ['src/a.ts', '#!/usr/bin/env node\n/**\n * Takes a, gives b.\n * Never throws.\n */\nexport const a = 1;\n'],
    ],
  },
  'a file fits in the head and a line on the screen': {
    rule: fileSize,
    over: code,
    bad: [
      ['src/a.ts', 'a;\n'.repeat(301)],
      ['src/verdict/phrases/any.ts', 'a;\n'.repeat(301)],
      ['src/a.ts', `const a = ${'b + '.repeat(30)}b;\n`],
      ['src/a.ts', `// ${'x'.repeat(120)}\n`],
      ['src/a.ts', `callSomebody(andGive, him, all, of, these, '${'x'.repeat(90)}');\n`],
    ],
    good: [
      ['src/a.ts', 'a;\n'.repeat(300)],
      ['src/a.ts', `const a =\n  /${'x'.repeat(120)}/;\n`],
      ['src/verdict/phrases/any.ts', `// ${'x'.repeat(120)}\n`.repeat(300)],
    ],
  },
  'nothing is left unfinished': {
    rule: nothingUnfinished,
    over: [...code, ...papers.filter(({ path }) => !path.startsWith('fixtures/'))],
    bad: [['src/a.ts', `// ${'TO' + 'DO'}: later`]],
    good: [['src/a.ts', '// the todo list of a customer']],
  },
  'no test is switched off': {
    rule: nothingSwitchedOff,
    over: code.filter(({ path }) => path !== 'test/tidy.test.ts'),
    bad: [
      ['test/a.test.ts', "test.skip('a', () => undefined);"],
      ['test/a.test.ts', "describe.only('a', () => undefined);"],
      ['test/a.test.ts', "xit('a', () => undefined);"],
    ],
    good: [['test/a.test.ts', "test('skips what is only noise', () => undefined);"]],
  },
  'the project speaks of itself alone': {
    rule: noForeignPlaces,
    over: [...code, ...papers],
    bad: [
      ['src/a.ts', `// see ${'/work' + '/'}main/notes`],
      ['docs/a.md', `as ${'facts' + '/gmail.md'} says`],
    ],
    good: [['src/a.ts', "import { a } from '../shared/a.ts'; // network/work"]],
  },
};

describe.each(Object.entries(CASES))('%s', (_name, { rule, over, bad, good }) => {
  test.each(bad)('finds what is wrong in %s: %j', (path, text) => {
    expect(rule([sourceOf(path, text)])).not.toEqual([]);
  });

  test.each(good)('is content with %s: %j', (path, text) => {
    expect(rule([sourceOf(path, text)])).toEqual([]);
  });

  test('holds in the whole tree', () => {
    expect(over.length).toBeGreaterThan(10);
    expect(rule(over).map(({ file, line, what }) => `${file}:${line} ${what}`)).toEqual([]);
  });
});

test('the linter holds functions to 60 lines and nesting to 3', () => {
  const printed = execFileSync('node', ['node_modules/eslint/bin/eslint.js', '--print-config', 'src/index.ts']);
  const { rules } = JSON.parse(printed.toString()) as { rules: Record<string, unknown[]> };
  expect(rules['max-depth']).toEqual([2, 3]);
  expect(rules['max-lines-per-function']).toMatchObject([2, { max: 60 }]);
});
