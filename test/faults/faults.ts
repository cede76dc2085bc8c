/**
 * npm run faults -- [--kills N] [--seed S] [--only NAME]: runs the named faults and the kills, prints the books of
 * each, and ends with 1 when anything is lost, doubled or wrong.
 */
import { parseArgs } from 'node:util';
import type { Sums } from './accounts.ts';
import { runKills } from './kills.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});
const seed = Number(values.seed);
const total = { runs: 0, mails: 0, events: 0, counted: 0, lost: 0, doubled: 0, repeated: 0, wrong: 0 };

function tell(name: string, sums: Sums): void {
  const { wrong, ...numbers } = sums;
  const words = Object.entries(numbers).map(([key, value]) => `${key} ${value}`);
  console.log(`${wrong.length === 0 ? 'ok  ' : 'FAIL'} ${name}: ${words.join(', ')}`);
  for (const line of wrong.slice(0, 20)) console.log(`       ${line}`);
  total.runs += 1;
  total.wrong += wrong.length;
  for (const key of ['mails', 'events', 'counted', 'lost', 'doubled', 'repeated'] as const) total[key] += sums[key];
}

const kills = Number(values.kills);
let killed = 0;
const places: Record<string, number> = {};
await runKills(kills, seed, ({ kills: some, sums, where }) => {
  killed += some;
  for (const [place, count] of Object.entries(where)) places[place] = (places[place] ?? 0) + count;
  tell(`kill -9, ${killed} of ${kills}`, sums);
});
if (kills > 0)
  console.log(
    `killed: ${Object.entries(places)
      .map(([place, count]) => `${count} ${place}`)
      .join(', ')}`,
  );
console.log(
  Object.entries(total)
    .map(([key, value]) => `${key} ${value}`)
    .join(', '),
);
process.exitCode = total.wrong === 0 ? 0 : 1;
