/**
 * Where each value of the configuration came from: file, environment or default. Takes parsed TOML and environment
 * variables, gives the values to check and, afterwards, a list to show. Shows no secret: it never has one.
 */
import type { Env } from './config.ts';
import { amountInWords, inWords, knownKeys } from './config-schema.ts';
import type { WrittenConfig } from './config-schema.ts';
import { nearest } from './nearest.ts';

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
  /** The variable that set a value, by its place as mistakes name it: `mailbox[0].port`. */
  readonly variables: ReadonlyMap<string, string>;
  /** Variables that begin like ours and set nothing. */
  readonly warnings: readonly string[];
}

const SECTIONS = ['verdict', 'provenance', 'breaker', 'retention', 'http', 'log'];
const LISTS = ['mailbox', 'callback'];
/** Keys that hold tables, and the name that variables are named after: no variable sets them. */
const NOT_SET_BY_VARIABLE = new Set([...LISTS, ...SECTIONS, 'overrides', 'name']);
const NUMBERS = new Set(['port', 'smtp_port', 'batch_size', 'concurrency', 'hard_per_hour']);
const BOOLEANS = new Set(['only_campaign_mail', 'remote']);
/** Keys whose values are times, shown with their unit. */
const TIMES = new Set(['backfill', 'poll', 'canary', 'batch_wait', 'timeout', 'max_age', 'keep']);

/**
 * Lays environment variables over the file: BOUNCED_STATE_DIR, BOUNCED_LOG_LEVEL, BOUNCED_MAILBOX_CAMPAIGNS_PORT.
 * The name is mechanical: BOUNCED, section, the mailbox's or callback's name, key; in capitals, "-" as "_".
 */
export function withEnvironment(file: Table, env: Env): Layered {
  const value = structuredClone(file);
  const fromFile = new Set<string>();
  const fromEnvironment = new Set<string>();
  const variables = new Map<string, string>();
  const known: string[] = [];
  for (const { table, prefix, place, section } of tables(value)) {
    for (const key of knownKeys(section)) {
      const path = join(prefix, key);
      if (table[key] !== undefined) fromFile.add(path);
      if (NOT_SET_BY_VARIABLE.has(key)) continue;
      const variable = `BOUNCED_${path.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;
      known.push(variable);
      const text = env[variable];
      if (text === undefined) continue;
      table[key] = typed(key, text);
      fromEnvironment.add(path);
      variables.set(join(place, key), variable);
    }
  }
  return { value, fromFile, fromEnvironment, variables, warnings: strangers(env, known) };
}

/** What the schema expects of the key, where the text is that; the text otherwise, for the schema to refuse. */
function typed(key: string, text: string): string | number | boolean {
  if (NUMBERS.has(key) && /^\d+$/.test(text)) return Number(text);
  return BOOLEANS.has(key) && /^(?:true|false)$/.test(text) ? text === 'true' : text;
}

/** A mistyped variable would be passed over in silence. One that resembles none of ours is somebody else's. */
function strangers(env: Env, known: readonly string[]): string[] {
  const bare = (name: string): string => name.slice('BOUNCED_'.length);
  const unknown = Object.keys(env).filter(name => name.startsWith('BOUNCED_') && !known.includes(name));
  return unknown.flatMap(name => {
    if (/_(?:PASSWORD|URL)$/.test(name)) return [`${name} is not read: no secret is taken from the environment`];
    const meant = nearest(bare(name), known.map(bare));
    return meant === undefined ? [] : [`${name} sets nothing; did you mean BOUNCED_${meant}?`];
  });
}

/** Every key in force with its value and origin, in the order of the schema. */
export function originsOf(config: WrittenConfig, layered: Layered, stateDir: string, env: Env): Origin[] {
  const origins: Origin[] = [];
  for (const { table, prefix, section } of tables({ ...config })) {
    for (const key of knownKeys(section)) {
      const value = key === 'state_dir' ? stateDir : table[key];
      if (value === undefined || typeof value === 'object') continue;
      const path = join(prefix, key);
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
  if (typeof value !== 'number') return String(value);
  if (key === 'daily_bytes') return amountInWords(value);
  return TIMES.has(key) ? inWords(value) : String(value);
}

interface Section {
  readonly table: Table;
  /** As in Origin: `mailbox.campaigns`. */
  readonly prefix: string;
  /** As mistakes name it: `mailbox[0]`. */
  readonly place: string;
  readonly section: string;
}

function tables(config: Table): Section[] {
  const lists = LISTS.flatMap(section =>
    asList(config[section]).map((table, index) => {
      const name = typeof table['name'] === 'string' ? table['name'] : String(index);
      return { table, prefix: `${section}.${name}`, place: `${section}[${index}]`, section };
    }),
  );
  const sections = SECTIONS.map(section => subsection(config, section, section));
  const verdict = sections.find(({ section }) => section === 'verdict')?.table ?? {};
  const overrides = subsection(verdict, 'overrides', 'verdict.overrides');
  return [{ table: config, prefix: '', place: '', section: '' }, ...lists, ...sections, overrides];
}

/** The environment may set a key of a section that the file does not have. */
function subsection(parent: Table, key: string, path: string): Section {
  parent[key] ??= {};
  return { table: asTable(parent[key]) ?? {}, prefix: path, place: path, section: path };
}

function join(prefix: string, key: string): string {
  return prefix === '' ? key : `${prefix}.${key}`;
}

function asList(value: unknown): Table[] {
  return Array.isArray(value) ? value.map(asTable).filter(table => table !== undefined) : [];
}

function asTable(value: unknown): Table | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Table) : undefined;
}
