/**
 * npm run faults -- [--kills N] [--seed S] [--only NAME] [--quick]: makes the named faults and the kills, prints the
 * books of each, and ends with 1 when anything is lost, doubled or wrong.
 */
import { parseArgs } from 'node:util';
import type { Sums } from './accounts.ts';
import { CALLBACK_FAULTS } from './callback-faults.ts';
import { runFault } from './fault.ts';
import type { NamedFault } from './fault.ts';
import { runKills } from './kills.ts';
import { LOGIN_FAULTS } from './login-faults.ts';
import { MACHINE_FAULTS } from './machine-faults.ts';
import { MAILBOX_FAULTS } from './mailbox-faults.ts';
import { OUTBOX_FAULTS } from './outbox-faults.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});
const AT_ONCE = 4;
const { only, quick } = values;
const seed = Number(values.seed);
const total = { runs: 0, mails: 0, events: 0, counted: 0, lost: 0, doubled: 0, repeated: 0, wrong: 0 };

function tell(name: string, sums: Sums): void {
  const { wrong, ...numbers } = sums;
  console.log(`${wrong.length === 0 ? 'ok  ' : 'FAIL'} ${name}: ${inWords(numbers)}`);
  for (const line of wrong.slice(0, 20)) console.log(`       ${line}`);
  total.runs += 1;
  total.wrong += wrong.length;
  for (const key of ['mails', 'events', 'counted', 'lost', 'doubled', 'repeated'] as const) total[key] += sums[key];
}

function inWords(numbers: object): string {
  return Object.entries(numbers)
    .map(([key, value]) => `${key} ${String(value)}`)
    .join(', ');
}

/** Several at a time: most of each is waiting. */
async function runNamed(): Promise<void> {
  const all = [...MAILBOX_FAULTS, ...LOGIN_FAULTS, ...CALLBACK_FAULTS, ...MACHINE_FAULTS, ...OUTBOX_FAULTS];
  const chosen = all.filter(
    ({ name, ...fault }) => (only === undefined || name.includes(only)) && (!quick || fault.quick),
  );
  await Promise.all(Array.from({ length: AT_ONCE }, () => runNext(chosen)));
}

async function runNext(faults: NamedFault[]): Promise<void> {
  for (let fault = faults.shift(); fault !== undefined; fault = faults.shift()) {
    try {
      tell(fault.name, await runFault(fault, seed));
    } catch (error) {
      total.runs += 1;
      total.wrong += 1;
      console.log(`FAIL ${fault.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

async function killAgainAndAgain(kills: number): Promise<void> {
  let killed = 0;
  const places: Record<string, number> = {};
  await runKills(kills, seed, ({ kills: some, sums, where }) => {
    killed += some;
    for (const [place, count] of Object.entries(where)) places[place] = (places[place] ?? 0) + count;
    tell(`kill -9, ${killed} of ${kills}`, sums);
  });
  console.log(`killed: ${inWords(places)}`);
}

await runNamed();
if ((only === undefined || 'kill -9'.includes(only)) && Number(values.kills) > 0)
  await killAgainAndAgain(Number(values.kills));
console.log(inWords(total));
process.exitCode = total.runs > 0 && total.wrong === 0 ? 0 : 1;
