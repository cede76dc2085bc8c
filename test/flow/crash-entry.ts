/**
 * The daemon with a counter around every step that touches the world: store calls, chunks handed on, Sent look-ups.
 * Kills itself with SIGKILL at step KILL_AT (0: never). Ends by itself otherwise. A test starts it as a child.
 *   node --import tsx crash-entry.ts CONFIG KILL_AT
 */
import { mkdirSync } from 'node:fs';
import { runDaemon } from '../../src/daemon.ts';
import { openMailbox } from '../../src/mailbox/mailbox.ts';
import type { Mailbox } from '../../src/mailbox/mailbox.ts';
import type { Store } from '../../src/outbox/outbox.ts';
import { openSqliteStore } from '../../src/outbox/sqlite.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { loadConfig, readEnv } from '../../src/runtime/config.ts';
import type { Log } from '../../src/shared/log.ts';

const [, , configPath = '', killAt = '0'] = process.argv;
let steps = 0;

function step(): void {
  steps += 1;
  if (steps === Number(killAt)) process.kill(process.pid, 'SIGKILL');
}

/** A store that may die before and after each of its transactions. */
function counted(store: Store): Store {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]): Promise<unknown> => {
        step();
        const result: unknown = await Reflect.apply(member, target, args);
        step();
        return result;
      };
    },
  });
}

function countedMailbox(...args: Parameters<typeof openMailbox>): Mailbox {
  const mailbox = openMailbox(...args);
  return {
    ...bound(mailbox),
    async *watch(...watchArgs) {
      for await (const chunk of mailbox.watch(...watchArgs)) {
        step();
        yield chunk;
      }
    },
    async findSent(...findArgs) {
      step();
      const found = await mailbox.findSent(...findArgs);
      step();
      return found;
    },
  };
}

function bound(mailbox: Mailbox): Mailbox {
  return {
    watch: (...args) => mailbox.watch(...args),
    again: (...words) => mailbox.again(...words),
    findSent: (...args) => mailbox.findSent(...args),
    inspect: (...args) => mailbox.inspect(...args),
    state: () => mailbox.state(),
    close: () => mailbox.close(),
  };
}

const quiet: Log = {
  error: (message, fields) => console.error(message, fields),
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  with: () => quiet,
};

const { config } = await loadConfig(configPath, readEnv());
mkdirSync(config.stateDir, { recursive: true, mode: 0o700 });
await runDaemon(
  config,
  {
    log: quiet,
    clock: systemClock,
    random: Math.random,
    version: 'test',
    print: () => undefined,
    notify: () => undefined,
  },
  { dryRun: false, once: true },
  new AbortController().signal,
  { openStore: async path => counted(await openSqliteStore(path)), openMailbox: countedMailbox },
);
console.log(`steps ${steps}`);
