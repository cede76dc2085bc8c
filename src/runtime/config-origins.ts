/**
 * Where each value of the configuration came from: file, environment or default. Takes parsed TOML and environment
 * variables, gives the values to check and, afterwards, a list to show. Shows no secret: it never has one.
 */
import type { Env } from './config.ts';
import { inWords, knownKeys } from './config-schema.ts';
import type { WrittenConfig } from './config-schema.ts';

export interface Origin {
  /** As in the file: `mailbox.campaigns.port`. */
  readonly key: string;
  readonly value: string;
  readonly origin: 'default' | 'file' | 'environment';
}

type Table = Record<string, unknown>;

export interface Layered {
  readonly value: Table;
  /** Keys, as in Origin, by where they were set. */
  readonly fromFile: ReadonlySet<string>;
  readonly fromEnvironment: ReadonlySet<string>;
}

const SECTIONS = ['verdict', 'provenance', 'log'];
const LISTS = ['mailbox', 'callback'];
/** Keys whose values are times, shown with their unit. */
const TIMES = new Set(['backfill', 'poll', 'batch_wait', 'timeout', 'max_age']);

/**
 * Lays environment variables over the file: BOUNCED_STATE_DIR, BOUNCED_LOG_LEVEL, BOUNCED_MAILBOX_CAMPAIGNS_PORT.
 * The name is mechanical: BOUNCED, section, the mailbox's or callback's name, key; in capitals, "-" as "_".
 */
export function withEnvironment(file: Table, env: Env): Layered {
  const value = structuredClone(file);
  const fromFile = new Set<string>();
  const fromEnvironment = new Set<string>();
  for (const { table, prefix, section } of tables(value)) {
    for (const key of knownKeys(section)) {
      const path = prefix === '' ? key : `${prefix}.${key}`;
      if (table[key] !== undefined) fromFile.add(path);
      const text = env[`BOUNCED_${path.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`];
      if (text === undefined || LISTS.includes(key) || SECTIONS.includes(key)) continue;
      table[key] = /^\d+$/.test(text) ? Number(text) : text;
      fromEnvironment.add(path);
    }
  }
  return { value, fromFile, fromEnvironment };
}

/** Every key in force with its value and origin, in the order of the schema. */
export function originsOf(config: WrittenConfig, layered: Layered, stateDir: string, env: Env): Origin[] {
  const origins: Origin[] = [];
  for (const { table, prefix, section } of tables({ ...config })) {
    for (const key of knownKeys(section)) {
      const value = key === 'state_dir' ? stateDir : table[key];
      if (value === undefined || typeof value === 'object') continue;
      const path = prefix === '' ? key : `${prefix}.${key}`;
      origins.push({ key: path, value: shown(key, value), origin: originOf(path, layered, env) });
    }
  }
  return origins;
}

function originOf(path: string, layered: Layered, env: Env): Origin['origin'] {
  if (layered.fromEnvironment.has(path)) return 'environment';
  if (layered.fromFile.has(path)) return 'file';
  return path === 'state_dir' && env['STATE_DIRECTORY'] !== undefined ? 'environment' : 'default';
}

function shown(key: string, value: unknown): string {
  return TIMES.has(key) && typeof value === 'number' ? inWords(value) : String(value);
}

function tables(config: Table): { table: Table; prefix: string; section: string }[] {
  const lists = LISTS.flatMap(section =>
    asList(config[section]).map((table, index) => {
      const name = typeof table['name'] === 'string' ? table['name'] : String(index);
      return { table, prefix: `${section}.${name}`, section };
    }),
  );
  const sections = SECTIONS.map(section => {
    // The environment may set a key of a section that the file does not have.
    const table = asTable(config[section]) ?? {};
    if (config[section] === undefined) config[section] = table;
    return { table, prefix: section, section };
  });
  const overrides = asTable((config['verdict'] as Table | undefined)?.['overrides']);
  const verdicts = overrides ? [{ table: overrides, prefix: 'verdict.overrides', section: 'verdict.overrides' }] : [];
  return [{ table: config, prefix: '', section: '' }, ...lists, ...sections, ...verdicts];
}

function asList(value: unknown): Table[] {
  return Array.isArray(value) ? value.map(asTable).filter(table => table !== undefined) : [];
}

function asTable(value: unknown): Table | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Table) : undefined;
}
