/**
 * `bounced run`: takes the command line, builds log, clock and signals, hands over to the daemon.
 */
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { runDaemon } from '../daemon.ts';
import type { Setup } from '../reload.ts';
import { monotonicMicroseconds, systemClock } from '../runtime/clock.ts';
import { loadConfig, readEnv } from '../runtime/config.ts';
import type { Config, Env } from '../runtime/config.ts';
import type { AccessTokens } from '../mailbox/mailbox.ts';
import { openLog } from '../runtime/log.ts';
import { LOG_LEVELS } from '../runtime/log-lines.ts';
import type { LogLevel } from '../runtime/log-lines.ts';
import { nearest } from '../runtime/nearest.ts';
import { hangups, stopSignals } from '../runtime/signals.ts';
import { formatOfStderr } from '../runtime/stderr.ts';
import { notifier } from '../runtime/systemd.ts';
import { readVersion } from '../runtime/version.ts';
import { EXIT, Fault } from '../shared/fault.ts';
import type { Log } from '../shared/log.ts';
import type { Secret } from '../shared/secret.ts';
import type { Command } from './commands.ts';
import { configPath, readOptions, refuseOperands, usage } from './options.ts';
import { openProgressLine } from './progress-line.ts';

export function runCommand(args: string[]): Command {
  const kinds = { config: 'string', 'dry-run': 'boolean', once: 'boolean', 'log-level': 'string' } as const;
  const { values, operands } = readOptions('run', args, kinds);
  const path = configPath('run', values.config);
  refuseOperands('run', operands);
  const level = logLevelOption(values['log-level']);
  return async () => {
    // As the variable would, so that a reload keeps it.
    const env: Env = { ...readEnv(), ...(level === undefined ? {} : { BOUNCED_LOG_LEVEL: level }) };
    const options = { dryRun: values['dry-run'] ?? false, once: values.once ?? false };
    // From the first moment: a SIGHUP that nobody listens to ends the program.
    const asked = options.dryRun || options.once ? undefined : hangups();
    const line = openProgressLine(process.stderr, env['TERM']);
    const load = setupLoader(path, env, line.write);
    const { config, log } = await load();
    if (!options.dryRun) await makeStateDir(config.stateDir);
    const { drain, atOnce } = stopSignals();
    const tools = {
      log,
      clock: systemClock,
      random: Math.random,
      version: readVersion(),
      print: (line: string) => process.stdout.write(`${line}\n`),
      notify: notifier(env['NOTIFY_SOCKET']),
      ...(line.draw === undefined ? {} : { draw: line.draw }),
    };
    const reloads = asked === undefined ? undefined : { asked, load, begun, unchangedHint: unchangedHint(path, env) };
    try {
      await Promise.race([runDaemon(config, tools, options, drain, {}, reloads), stopped(atOnce)]);
    } finally {
      line.end();
    }
    return EXIT.ok;
  };
}

function logLevelOption(written: string | undefined): LogLevel | undefined {
  const level = LOG_LEVELS.find(one => one === written);
  if (level !== undefined || written === undefined) return level;
  const meant = nearest(written, LOG_LEVELS);
  const cure = meant === undefined ? '' : `; did you mean "${meant}"?`;
  throw usage('run', `--log-level expects one of ${LOG_LEVELS.join(', ')}, not "${written}"${cure}`);
}

/** Reads the configuration, each time anew. Whatever secret was ever read stays out of the log. */
function setupLoader(path: string, env: Env, write: (line: string) => void): () => Promise<Setup> {
  const secrets: Secret[] = [];
  const tokens: AccessTokens[] = [];
  // Asked anew for each line: access tokens come and go while the daemon runs.
  const known: Iterable<Secret> = {
    *[Symbol.iterator]() {
      yield* secrets;
      for (const one of tokens) yield* one.secrets();
    },
  };
  return async () => {
    const { config, warnings } = await loadConfig(path, env);
    secrets.push(...config.mailboxes.flatMap(one => one.password ?? []), ...config.callbacks.map(one => one.url));
    tokens.push(...config.mailboxes.flatMap(one => one.tokens ?? []));
    const log = logFor(config, env, known, write);
    for (const warning of warnings) log.warn(warning);
    return { config, log };
  };
}

function logFor(config: Config, env: Env, secrets: Iterable<Secret>, write: (line: string) => void): Log {
  const { level, format, addresses } = config.log;
  const chosen = format === 'auto' ? formatOfStderr(env['JOURNAL_STREAM']) : format;
  return openLog({ level, format: chosen, addresses, secrets }, write, () => systemClock.nowMs());
}

function begun(): string {
  return `RELOADING=1\nMONOTONIC_USEC=${monotonicMicroseconds()}`;
}

/** systemd copies credentials when it starts a service, and not again. */
function unchangedHint(path: string, env: Env): string {
  const credentials = env['CREDENTIALS_DIRECTORY'];
  const copied = credentials !== undefined && resolve(path).startsWith(`${resolve(credentials)}/`);
  return copied
    ? `${path} is a copy that systemd made at the start: after a change, "systemctl restart bounced"`
    : `if something should have, look at ${path} and the environment ("bounced check" shows what is in force)`;
}

/** Rejects when the operator will wait no longer. */
function stopped(atOnce: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    atOnce.addEventListener('abort', () => {
      reject(new Fault('ended at once, as asked', { code: 'STOPPED', retry: 'never', hint: STOPPED_HINT }));
    });
  });
}

const STOPPED_HINT = 'nothing is lost: a request that was in flight may be posted again after the next start';

async function makeStateDir(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Fault(`state_dir ${path} cannot be made (${(error as NodeJS.ErrnoException).code ?? 'error'})`, {
      code: 'STATE_DIR',
      retry: 'never',
      exit: EXIT.disk,
      hint: 'make it by hand, writable for the service user, or name another state_dir',
      cause: error,
    });
  }
}
