/**
 * The operator's own rules from a file: takes its path, gives compiled rules, and what is allowed but unwise in them.
 * Every mistake is named with rule, key, expectation and cure.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parse, TomlError } from 'smol-toml';
import * as z from 'zod';
import { EXIT, Fault } from '../shared/fault.ts';
import { LIMITS } from '../shared/limits.ts';
import { compileRule, reviewRules } from '../verdict/verdict.ts';
import type { OwnRule, Reason, RuleMistake } from '../verdict/verdict.ts';
import { nearest } from './nearest.ts';
import { whyUnread } from './unread.ts';

const text = (example: string): z.ZodString => z.string({ error: `expected a text, such as "${example}"` });
/** One, or a list of them. */
const some = <T extends z.ZodType>(one: T, error: string) =>
  z.preprocess(
    given => (Array.isArray(given) || given === undefined ? given : [given]),
    z.array(one, { error }).min(1, error),
  );

const rule = z.strictObject({
  match: text('mailbox is closed').optional(),
  pattern: text('mailbox \\\\S+ is closed').optional(),
  reason: text('userDisabled').transform(word => word as Reason),
  receiver: text('mx.example.com').optional(),
  status: some(text('5.1.1'), 'expected a text or a list of them, such as "5.1.1"').optional(),
  reply: some(
    z.number({ error: 'expected numbers without quotes, such as 550' }),
    'expected a number or a list, such as 550',
  ).optional(),
  source: text('bounce of 2026-03-01'),
  examples: some(text('550 5.1.1 mailbox is closed'), 'expected a text or a list of them').optional(),
});

const NO_RULE = 'expected at least one [[rule]]';
const SCHEMA = z.strictObject({
  rule: z
    .array(z.unknown(), { error: NO_RULE })
    .min(1, NO_RULE)
    .max(LIMITS.rules, `expected at most ${LIMITS.rules} rules`),
});

/**
 * Reads and compiles a file of rules; their order is that of the file.
 * @throws Fault exit 78 that lists every mistake, one a line
 */
export async function loadRules(path: string): Promise<readonly OwnRule[]> {
  const file = SCHEMA.safeParse(parseToml(path, await readText(path)));
  if (!file.success) throw broken(file.error.issues.flatMap(issue => ofFile(issue).map(words => `${path}: ${words}`)));
  const read = file.data.rule.map((written, index) => readRule(written, `${basename(path)} rule ${index + 1}`));
  const mistakes = read.flatMap((one, index) =>
    'rule' in one ? [] : one.mistakes.map(words => `${path}: rule ${index + 1}: ${words}`),
  );
  if (mistakes.length > 0) throw broken(mistakes);
  return read.flatMap(one => ('rule' in one ? [one.rule] : []));
}

/** What `check` and the log say of rules that are in order and yet unwise. */
export function ruleWarnings(rules: readonly OwnRule[]): string[] {
  return reviewRules(rules).flatMap(({ rule: { name }, warnings }) => warnings.map(warning => `${name} ${warning}`));
}

async function readText(path: string): Promise<string> {
  try {
    const bytes = await readFile(path);
    if (bytes.length <= LIMITS.rulesFileBytes) return bytes.toString('utf8');
  } catch (error) {
    throw fault(`${path}: the file of rules ${whyUnread(error)}`, 'RULES_UNREADABLE', {
      hint: 'name a file that the service may read, or leave verdict.rules_file out',
      cause: error,
    });
  }
  throw fault(`${path}: is larger than ${LIMITS.rulesFileBytes} bytes`, 'RULES_INVALID', { hint: 'leave out rules' });
}

function parseToml(path: string, toml: string): unknown {
  try {
    return parse(toml);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const words = error.message.split('\n')[0] ?? '';
    const hint =
      'mend that line; the format is TOML (https://toml.io), where \'pattern = \' wants single quotes around "\\"';
    throw fault(`${path}:${error.line}:${error.column}: ${words}`, 'RULES_INVALID', { hint, cause: error });
  }
}

/** `rules: unknown key; did you mean "rule"?` */
function ofFile(issue: z.core.$ZodIssue): string[] {
  if (issue.code !== 'unrecognized_keys') return [issue.message];
  return issue.keys.map(key => `${key}: unknown key; ${meant(key, ['rule'])}`);
}

function readRule(written: unknown, name: string): { rule: OwnRule } | { mistakes: string[] } {
  const shaped = rule.safeParse(written);
  if (!shaped.success) return { mistakes: shaped.error.issues.flatMap(issue => ofRule(issue, written)) };
  const compiled = compileRule(shaped.data, name);
  return 'rule' in compiled ? compiled : { mistakes: compiled.mistakes.map(sentence) };
}

/** `reson: unknown key; did you mean "reason"?` */
function ofRule(issue: z.core.$ZodIssue, written: unknown): string[] {
  const known = Object.keys(rule.shape);
  if (issue.code === 'unrecognized_keys') return issue.keys.map(key => `${key}: unknown key; ${meant(key, known)}`);
  const key = String(issue.path[0] ?? '');
  if (key === '') return ['expected a table: [[rule]]'];
  const isMissing = (written as Record<string, unknown>)[key] === undefined;
  return [`${key}: ${isMissing ? 'missing; ' : ''}${issue.message}`];
}

function sentence({ key, expected, given, among }: RuleMistake): string {
  if (given === undefined || among === undefined) return `${key}: ${expected}`;
  return `${key}: ${expected}, not "${given}"; ${meant(given, among)}`;
}

function meant(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? `known are ${known.join(', ')}` : `did you mean "${near}"?`;
}

function broken(mistakes: readonly string[]): Fault {
  return fault(mistakes.join('\n'), 'RULES_INVALID', { hint: 'bounced.toml(5) describes the keys of a [[rule]]' });
}

function fault(message: string, code: string, more: { readonly hint: string; readonly cause?: unknown }): Fault {
  return new Fault(message, { code, retry: 'never', exit: EXIT.config, ...more });
}
