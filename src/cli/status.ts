/**
 * `bounced status`: how a daemon fares, whether it runs or not. Takes the outbox alone, which it only reads; prints a
 * sheet, or with --watch one every two seconds.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Store } from '../outbox/outbox.ts';
import { systemClock } from '../runtime/clock.ts';
import { loadMailboxNames, readEnv } from '../runtime/config.ts';
import { asFault, EXIT } from '../shared/fault.ts';
import type { Command } from './commands.ts';
import { withOutbox } from './on-outbox.ts';
import { configPath, readOptions, refuseOperands } from './options.ts';
import { printRecord } from './outbox.ts';
import { isColoured, isSteerable, tell, terminalRoom } from './print.ts';
import { PLAIN, statusRecord, statusSheet } from './status-lines.ts';
import type { Paint, Status } from './status-lines.ts';

const DAY_SECONDS = 86_400;
const EVERY_MS = 2_000;
/** Cursor home, and what follows is erased: the sheet is drawn over the one before it. */
const REDRAW = '\u001b[H\u001b[J';
const INK = { head: '\u001b[1m', bad: '\u001b[1;31m' } as const;
const NO_INK = '\u001b[0m';

/** @throws Fault exit 64 */
export function statusCommand(args: string[]): Command {
  const kinds = { config: 'string', json: 'boolean', watch: 'boolean' } as const;
  const { values, operands } = readOptions('status', args, kinds);
  const config = configPath('status', values.config);
  refuseOperands('status', operands);
  const show = values.json === true ? printJson : printSheet(values.watch === true);
  return async () => {
    show(await look(config));
    for (let round = 1; values.watch === true; round += 1) {
      await pause(EVERY_MS);
      try {
        show(await look(config));
      } catch (error) {
        // An outbox that cannot be read this moment, as while it is mended, may be read the next.
        tell(`bounced: ${asFault(error).message}`);
      }
    }
    return EXIT.ok;
  };
}

/** Opened anew each time: an outbox that was set aside meanwhile must not be shown on. */
async function look(config: string): Promise<Status> {
  const configured = await loadMailboxNames(config, readEnv());
  return withOutbox(config, store => readStatus(store, configured), 'read');
}

async function readStatus(store: Store, configured: readonly string[]): Promise<Status> {
  const nowSeconds = systemClock.nowSeconds();
  return {
    overview: await store.overview(nowSeconds - DAY_SECONDS, nowSeconds),
    backlog: await store.backlog(),
    breakers: await store.breakers(),
    canaries: await store.canaries(),
    configured,
    nowSeconds,
  };
}

function printJson(status: Status): void {
  printRecord(statusRecord(status));
}

/** On a terminal in place of the one before, in a pipe or on paper one block after the other. */
function printSheet(watch: boolean): (status: Status) => void {
  const steerable = isSteerable(readEnv());
  const paint: Paint = isColoured(readEnv()) ? (text, as) => `${INK[as]}${text}${NO_INK}` : PLAIN;
  return status => {
    const sheet = statusSheet(status, paint, terminalRoom());
    if (!watch) {
      process.stdout.write(`${sheet}\n`);
      return;
    }
    const whole = `${new Date(status.nowSeconds * 1000).toISOString()}\n${sheet}`;
    process.stdout.write(steerable ? `${REDRAW}${onScreen(whole, process.stdout.rows)}\n` : `${whole}\n\n`);
  };
}

/** Its first lines, where a screen has fewer: one that scrolls cannot be drawn over. */
function onScreen(sheet: string, rows: number): string {
  const lines = sheet.split('\n');
  // The cursor stands in a line of its own; a screen that does not know its size tells 0.
  const room = rows > 2 ? rows - 1 : Infinity;
  if (lines.length <= room) return sheet;
  return [...lines.slice(0, room - 1), `(${lines.length - room + 1} more lines: enlarge the window)`].join('\n');
}
