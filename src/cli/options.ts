/**
 * Command lines. Takes the arguments and the options a command knows, gives their values.
 */
import { parseArgs } from 'node:util';
import { nearest } from '../runtime/nearest.ts';
import { EXIT, Fault } from '../shared/fault.ts';

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
