/**
 * Command lines. Takes the arguments and the options a command knows, gives their values.
 */
import { parseArgs } from 'node:util';
import { nearest } from '../runtime/nearest.ts';
import { EXIT, Fault } from '../shared/fault.ts';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

type Kinds = Readonly<Record<string, 'string' | 'boolean'>>;

export interface Options<K extends Kinds> {
  readonly values: { readonly [N in keyof K]?: K[N] extends 'string' ? string : boolean };
  readonly operands: readonly string[];
}

/**
 * @param kinds the options without their dashes
 * @throws Fault exit 64 that names the option and the nearest known one
 */
export function readOptions<const K extends Kinds>(command: string, args: string[], kinds: K): Options<K> {
  const options = Object.fromEntries(Object.entries(kinds).map(([name, type]) => [name, { type }]));
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    return { values: values as Options<K>['values'], operands: positionals };
  } catch (error) {
    // Its first sentence; parseArgs throws nothing but Errors.
    const words = (error as Error).message.split(/[.\n]/)[0] ?? '';
    const given = /--([\w-]+)/.exec(words)?.[1];
    if (given !== undefined && words.endsWith('is ambiguous')) {
      throw usage(command, `what follows --${given} looks like an option; if it is the value, write --${given}=VALUE`);
    }
    const meant = given === undefined || given in kinds ? undefined : nearest(given, Object.keys(kinds));
    const question = meant === undefined ? '' : `; did you mean "--${meant}"?`;
    throw usage(command, `${words.charAt(0).toLowerCase()}${words.slice(1)}${question}`);
  }
}

/** A mistake in the command line. */
export function usage(command: string, message: string): Fault {
  return new Fault(`${command}: ${message}`, {
    code: 'USAGE',
    retry: 'never',
    exit: EXIT.usage,
    hint: `"bounced ${command} --help" shows how`,
  });
}

/** The value of --config, which these commands cannot do without. */
export function configPath(command: string, value: string | undefined): string {
  if (value === undefined) throw usage(command, 'the option --config FILE is missing');
  return value;
}

/** For commands that take options alone: a word left over is a mistake, not to be passed over in silence. */
export function refuseOperands(command: string, operands: readonly string[]): void {
  const [first] = operands;
  if (first !== undefined) throw usage(command, `"${first}" is one argument too many`);
}

/**
 * The milliseconds of an option such as --wait 5m.
 * @param fallback as it would be written
 * @throws Fault exit 64
 */
export function durationOption(
  command: string,
  name: string,
  written: string | undefined,
  fallback: string,
  maxMs: number,
): number {
  const match = /^(\d{1,9})(s|m|h)$/.exec((written ?? fallback).trim());
  const ms = Number(match?.[1]) * (UNIT_MS[match?.[2] ?? ''] ?? Number.NaN);
  if (ms > 0 && ms <= maxMs) return ms;
  const words = `a time such as "30s" or "${fallback}", at most ${maxMs / 60_000}m`;
  throw usage(command, `--${name} expects ${words}, not "${written ?? ''}"`);
}

/**
 * The mailbox that --mailbox names; without it the only one.
 * @throws Fault exit 64
 */
export function chosenMailbox<M extends { readonly name: string }>(
  command: string,
  mailboxes: readonly M[],
  name: string | undefined,
): M {
  const names = mailboxes.map(one => one.name);
  const found = name === undefined && mailboxes.length === 1 ? mailboxes[0] : mailboxes.find(one => one.name === name);
  if (found !== undefined) return found;
  const what = name === undefined ? 'the option --mailbox NAME is missing' : `there is no [[mailbox]] named "${name}"`;
  const meant = name === undefined ? undefined : nearest(name, names);
  throw usage(
    command,
    `${what}; ${meant === undefined ? `there are ${names.join(', ')}` : `did you mean "${meant}"?`}`,
  );
}
