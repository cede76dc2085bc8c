/**
 * `bounced run`: takes the command line, builds log, clock and signals, hands over to the daemon.
 */
import { fstatSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { runDaemon } from '../daemon.ts';
import { systemClock } from '../runtime/clock.ts';
import { loadConfig, readEnv } from '../runtime/config.ts';
import type { Config, Env } from '../runtime/config.ts';
import { chooseFormat, openLog } from '../runtime/log.ts';
import { drainSignal } from '../runtime/signals.ts';
import { notifier } from '../runtime/systemd.ts';
import { readVersion } from '../runtime/version.ts';
import { EXIT, Fault } from '../shared/fault.ts';
import type { Log } from '../shared/log.ts';
import type { Command } from './commands.ts';
import { configPath, readOptions } from './options.ts';

export function runCommand(args: string[]): Command {
  const { values } = readOptions('run', args, { config: 'string', 'dry-run': 'boolean', once: 'boolean' });
  const path = configPath('run', values.config);
  return async () => {
    const env = readEnv();
    const { config, warnings } = await loadConfig(path, env);
    const log = logFor(config, env);
    for (const warning of warnings) log.warn(warning);
    const dryRun = values['dry-run'] ?? false;
    if (!dryRun) await makeStateDir(config.stateDir);
    const ended = new Promise<never>((_, reject) => {
      signal = drainSignal(() => reject(new Fault('ended at once, as asked', STOPPED)));
    });
    const tools = {
      log,
      clock: systemClock,
      random: Math.random,
      version: readVersion(),
      print: (line: string) => process.stdout.write(`${line}\n`),
      notify: notifier(env['NOTIFY_SOCKET']),
    };
    await Promise.race([ended, runDaemon(config, tools, { dryRun, once: values.once ?? false }, signal)]);
    return EXIT.ok;
  };
}

let signal = new AbortController().signal;
const STOPPED = { code: 'STOPPED', retry: 'never', exit: EXIT.unavailable } as const;

function logFor(config: Config, env: Env): Log {
  const { dev, ino } = fstatSync(2);
  const { level, format, addresses } = config.log;
  const isTty = process.stderr.isTTY;
  const chosen = format === 'auto' ? chooseFormat(env['JOURNAL_STREAM'], { dev, ino, isTty }) : format;
  const secrets = [...config.mailboxes.map(one => one.password), ...config.callbacks.map(one => one.url)];
  const write = (line: string): void => void process.stderr.write(line);
  return openLog({ level, format: chosen, addresses, secrets }, write, () => systemClock.nowMs());
}

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
