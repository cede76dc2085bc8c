/**
 * The configuration: takes the path of a TOML file and the environment, gives checked values with their secrets, and
 * where each came from. Every mistake is named with key, expectation and cure; a secret's text never is.
 */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse, TomlError } from 'smol-toml';
import type { CallbackSettings } from '../callback/callback.ts';
import type { MailboxSettings } from '../mailbox/mailbox.ts';
import { asFault, EXIT, Fault } from '../shared/fault.ts';
import type { ProvenanceSettings } from '../provenance/provenance.ts';
import type { Policy } from '../verdict/verdict.ts';
import { CONFIG_SCHEMA, isSafeUrl, toListen } from './config-schema.ts';
import type { WrittenConfig } from './config-schema.ts';
import { complaints, crossCheck } from './config-complaints.ts';
import { toLogin } from './config-login.ts';
import { originsOf, withEnvironment } from './config-origins.ts';
import type { Layered, Origin } from './config-origins.ts';
import { toSending } from './config-sending.ts';
import type { CanarySettings, SmtpSettings } from './config-sending.ts';
import type { Listen } from './health.ts';
import type { LogFormat, LogLevel } from './log-lines.ts';
import { readSecret } from './secrets.ts';
import { cureOfUnread, whyUnread } from './unread.ts';

export interface Config {
  readonly stateDir: string;
  readonly mailboxes: readonly MailboxConfig[];
  readonly callbacks: readonly CallbackSettings[];
  readonly verdict: { readonly policy: Policy; readonly maxAgeSeconds: number };
  readonly provenance: Omit<ProvenanceSettings, 'maxAgeSeconds'>;
  /** Hard events of one mailbox in an hour; more wait for the operator. */
  readonly breaker: { readonly hardPerHour: number };
  /** How long settled events and the outcomes of mails are kept. */
  readonly retention: { readonly keepSeconds: number };
  /** Where health and metrics are served; nowhere without it. */
  readonly http?: Listen;
  readonly log: {
    readonly level: LogLevel;
    readonly format: 'auto' | LogFormat;
    readonly addresses: 'masked' | 'full';
  };
}

/** A mailbox, the callback that gets its events, and where its account sends tests of the way. */
export type MailboxConfig = MailboxSettings & {
  readonly callback: string;
  readonly smtp?: SmtpSettings;
  readonly canary?: CanarySettings;
  /** What may come from it in 24 hours while it catches up; as much as it likes without. */
  readonly dailyBytes?: number;
};

export interface LoadedConfig {
  readonly config: Config;
  readonly origins: readonly Origin[];
  /** What is allowed but unwise, such as a secret that everyone may read. */
  readonly warnings: readonly string[];
}

/** Environment variables by name. */
export type Env = Readonly<Record<string, string | undefined>>;

/** The one look at the environment; everything else is handed what it needs. */
export function readEnv(): Env {
  return { ...process.env };
}

/**
 * Reads, checks and completes the configuration.
 * @throws Fault exit 78 that lists every mistake, one a line
 */
export async function loadConfig(path: string, env: Env): Promise<LoadedConfig> {
  const { written, raw } = await readWritten(path, env);
  const warnings = [...raw.warnings];
  const config = await complete(written, dirname(resolve(path)), env, warnings);
  return { config, origins: originsOf(written, raw, config.stateDir, env), warnings };
}

/**
 * How verdicts are reached, for commands that need no secret: they may run where the service's credentials are not.
 * @throws Fault exit 78, as `loadConfig`
 */
export async function loadPolicy(path: string, env: Env): Promise<Policy> {
  const { written } = await readWritten(path, env);
  return toPolicy(written, dirname(resolve(path)), []);
}

/**
 * Where the outbox is, for commands that need no secret: they may run where the service's credentials are not.
 * @throws Fault exit 78, as `loadConfig`
 */
export async function loadStateDir(path: string, env: Env): Promise<string> {
  const { written } = await readWritten(path, env);
  return stateDirOf(written, env);
}

/**
 * The names of the mailboxes to follow, for commands that need no secret.
 * @throws Fault exit 78, as `loadConfig`
 */
export async function loadMailboxNames(path: string, env: Env): Promise<readonly string[]> {
  const { written } = await readWritten(path, env);
  return written.mailbox.map(({ name }) => name);
}

/** @throws Fault exit 78 that lists every mistake of the file itself; reads no secret */
export async function readWritten(path: string, env: Env): Promise<{ written: WrittenConfig; raw: Layered }> {
  const raw = withEnvironment(parseToml(path, await readText(path)), env);
  const result = CONFIG_SCHEMA.safeParse(raw.value);
  if (!result.success) throw broken(path, complaints(result.error.issues, raw.value, raw.variables));
  const mistakes = crossCheck(result.data);
  if (mistakes.length > 0) throw broken(path, mistakes);
  return { written: result.data, raw };
}

function stateDirOf(written: WrittenConfig, env: Env): string {
  return resolve(written.state_dir ?? env['STATE_DIRECTORY']?.split(':')[0] ?? '/var/lib/bounced');
}

const NO_FILE_CURE = 'name it with --config FILE; systemd/bounced.toml in the package is a commented one to start from';

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new Fault(`${path}: the configuration ${whyUnread(error)}`, {
      code: 'CONFIG_UNREADABLE',
      retry: 'never',
      exit: EXIT.config,
      hint: cureOfUnread(error, NO_FILE_CURE),
      cause: error,
    });
  }
}

function parseToml(path: string, text: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const words = error.message.split('\n')[0] ?? '';
    throw new Fault(`${path}:${error.line}:${error.column}: ${words}`, {
      code: 'CONFIG_BROKEN',
      retry: 'never',
      exit: EXIT.config,
      hint: 'mend that line; the format is TOML (https://toml.io)',
      cause: error,
    });
  }
}

function broken(path: string, mistakes: readonly string[]): Fault {
  return new Fault(mistakes.map(mistake => `${path}: ${mistake}`).join('\n'), {
    code: 'CONFIG_INVALID',
    retry: 'never',
    exit: EXIT.config,
    hint: 'the commented systemd/bounced.toml in the package lists every key',
  });
}

async function complete(written: WrittenConfig, folder: string, env: Env, warnings: string[]): Promise<Config> {
  const { verdict, provenance, breaker, retention, http, log } = written;
  const listen = http.listen === undefined ? undefined : toListen(http.listen);
  const faults: Fault[] = [];
  const [policy] = await each([written], faults, one => toPolicy(one, folder, warnings));
  const mailboxes = await each(written.mailbox, faults, one => toMailbox(one, folder, env, warnings));
  const callbacks = await each(written.callback, faults, one => toCallback(one, folder, env, warnings));
  if (faults.length > 0 || policy === undefined) throw together(faults);
  return {
    stateDir: stateDirOf(written, env),
    mailboxes,
    callbacks,
    verdict: { policy, maxAgeSeconds: Math.floor(verdict.max_age / 1000) },
    provenance: {
      mode: provenance.mode,
      gmailWithoutOriginal: provenance.gmail_without_original,
      onlyCampaignMail: provenance.only_campaign_mail,
      authservId: provenance.authserv_id,
    },
    breaker: { hardPerHour: breaker.hard_per_hour },
    retention: { keepSeconds: Math.floor(retention.keep / 1000) },
    ...(listen === undefined ? {} : { http: listen }),
    log,
  };
}

async function toPolicy({ verdict }: WrittenConfig, folder: string, warnings: string[]): Promise<Policy> {
  const overrides = Object.fromEntries(Object.entries(verdict.overrides).filter(([, word]) => word !== undefined));
  const policy = { name: verdict.policy, overrides };
  if (verdict.rules_file === undefined) return policy;
  // With it come the built-in wordings, which only the reading thread needs otherwise.
  const { loadRules, ruleWarnings } = await import('./config-rules.ts');
  const rules = await loadRules(resolve(folder, verdict.rules_file));
  warnings.push(...ruleWarnings(rules));
  return { ...policy, rules };
}

/** One after the other: commands that print secrets may ask for a passphrase. What fails does not hide the rest. */
async function each<A, B>(list: readonly A[], faults: Fault[], work: (one: A) => Promise<B>): Promise<B[]> {
  const results: B[] = [];
  for (const one of list) {
    try {
      results.push(await work(one));
    } catch (error) {
      faults.push(asFault(error));
    }
  }
  return results;
}

/** Several faults as one: each keeps its line, and each different cure is told. */
function together(faults: readonly Fault[]): Fault {
  const [first, ...others] = faults;
  if (first !== undefined && others.length === 0) return first;
  const hints = faults.map(one => one.hint).filter(hint => hint !== undefined);
  return new Fault(faults.map(one => one.message).join('\n'), {
    code: first?.code ?? 'CONFIG_INVALID',
    retry: 'never',
    exit: EXIT.config,
    hint: [...new Set(hints)].join('; '),
    cause: first,
  });
}

async function toMailbox(
  written: WrittenConfig['mailbox'][number],
  folder: string,
  env: Env,
  warnings: string[],
): Promise<Config['mailboxes'][number]> {
  const { name, host, port, tls, user, callback } = written;
  const login = await toLogin(written, { folder, env, warnings });
  const ca = await readCa(`mailbox "${name}"`, written.ca_file, folder);
  return {
    ...{ name, host, port, tls, user, callback },
    ...login,
    ...toSending(written),
    ...(ca === undefined ? {} : { ca }),
    ...(written.folder === undefined ? {} : { folder: written.folder }),
    ...(written.sent_folder === undefined ? {} : { sentFolder: written.sent_folder }),
    backfillDays: written.backfill / 86_400_000,
    pollMs: written.poll,
    ...(written.daily_bytes === 0 ? {} : { dailyBytes: written.daily_bytes }),
  };
}

async function toCallback(
  written: WrittenConfig['callback'][number],
  folder: string,
  env: Env,
  warnings: string[],
): Promise<CallbackSettings> {
  const { name } = written;
  const where = `callback "${name}"`;
  const sources = { file: written.url_file, credential: written.url_credential, command: written.url_command };
  const url = await readSecret(where, 'url', sources, { folder, env, warnings }, text => text);
  checkUrl(where, url.reveal());
  const ca = await readCa(where, written.ca_file, folder);
  const { batch_size: batchSize, batch_wait: batchWaitMs, concurrency, timeout: timeoutMs } = written;
  return { name, url, batchSize, batchWaitMs, concurrency, timeoutMs, ...(ca === undefined ? {} : { ca }) };
}

/** https, or http to this very machine; said without showing a character of it. */
function checkUrl(where: string, text: string): void {
  if (isSafeUrl(text)) return;
  const what = URL.canParse(text) ? 'does not begin with https://' : 'is no URL';
  throw new Fault(`${where}: the callback URL ${what}`, {
    code: 'CALLBACK_URL_INVALID',
    retry: 'never',
    exit: EXIT.config,
    hint: 'copy it from CleverTap: Settings > Channels > Email > Provider; only loopback may do without TLS',
  });
}

/** The authorities of a ca_file as PEM. Rejects with a Fault of exit 78. */
export async function readCa(where: string, file: string | undefined, folder: string): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const path = resolve(folder, file);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new Fault(`${where}: ca_file ${path} ${whyUnread(error)}`, {
      code: 'CA_UNREADABLE',
      retry: 'never',
      exit: EXIT.config,
      hint: 'name a PEM file with the certificates to trust, or leave the key out to trust the usual ones',
      cause: error,
    });
  }
}
