/**
 * Steps on the machine, told as they are taken. Takes promises and what was seen, prints both, and remembers whether
 * all were kept.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Machine, Ran } from './machine.ts';

export interface Steps {
  title(text: string): void;
  /** Runs in the machine, shows the command and what it printed. */
  show(line: string): Promise<Ran>;
  /** Kept or broken; what was seen stands beside it. */
  promise(text: string, kept: boolean, seen: unknown): void;
  /** Waits until the look satisfies, or breaks the promise after the limit. */
  until<Seen>(
    text: string,
    look: () => Promise<Seen> | Seen,
    fits: (seen: Seen) => boolean,
    limitMs?: number,
  ): Promise<Seen>;
  /** Properties of a unit: `systemctl show`. */
  unit(name: string): Promise<Readonly<Record<string, string>>>;
  readonly broken: readonly string[];
  readonly kept: number;
}

const PROPERTIES = 'ActiveState,SubState,UnitFileState,Result,MainPID,ExecMainStatus,NRestarts,StatusText';
const LIMIT_MS = 60_000;
const SHOWN_LINES = 30;

export function stepsOn(machine: Machine): Steps {
  const broken: string[] = [];
  let kept = 0;
  const promise = (text: string, isKept: boolean, seen: unknown): void => {
    if (isKept) kept += 1;
    else broken.push(text);
    console.log(
      `  ${isKept ? 'kept  ' : 'BROKEN'} ${text} [${typeof seen === 'string' ? seen : JSON.stringify(seen)}]`,
    );
  };
  return {
    broken,
    get kept() {
      return kept;
    },
    title: text => console.log(`\n== ${text}`),
    promise,
    async show(line) {
      const ran = await machine.sh(line);
      console.log(`  # ${line}`);
      const lines = ran.out.split('\n').filter(one => one !== '');
      for (const one of lines.slice(0, SHOWN_LINES)) console.log(`    ${one}`);
      if (lines.length > SHOWN_LINES) console.log(`    ... ${lines.length - SHOWN_LINES} more lines`);
      if (ran.exit !== 0) console.log(`    (exit code ${ran.exit})`);
      return ran;
    },
    async until(text, look, fits, limitMs = LIMIT_MS) {
      const startedMs = Date.now();
      let seen = await look();
      while (!fits(seen) && Date.now() - startedMs < limitMs) {
        await sleep(100);
        seen = await look();
      }
      promise(text, fits(seen), seen);
      return seen;
    },
    async unit(name) {
      const { out } = await machine.sh(`systemctl show -p ${PROPERTIES} ${name}`);
      return Object.fromEntries(
        out.split('\n').map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      );
    },
  };
}
