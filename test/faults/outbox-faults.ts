/**
 * Named faults of the outbox's file: damaged, torn, emptied. Each time the daemon must stop and say so, a person
 * recovers what can be read, and the books are audited by what that person was told.
 */
import { DatabaseSync } from '@photostructure/sqlite';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, statSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { bounced } from '../servers/command.ts';
import { refused, TAKEN } from '../servers/journal.ts';
import { come } from './fault.ts';
import type { NamedFault } from './fault.ts';
import type { World } from './world.ts';

const PAGE = 8192;

/** What happens to the file while no daemon runs, and what the operator has to accept for it. */
interface Damage {
  readonly name: string;
  readonly harm: (path: string) => void;
  /** Everything has been posted before; else some events wait. */
  readonly settledBefore: boolean;
  /** What was recorded may be lost. */
  readonly forgets: boolean;
  /** Places in the mailboxes or identities of mails are gone: what was posted may be posted once more. */
  readonly repeats: boolean;
}

/** Random bytes where the root of the index of what is due lies. */
function ruinIndex(path: string): void {
  const database = new DatabaseSync(path);
  const sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'queue'";
  const { rootpage } = database.prepare(sql).get() as { rootpage: number };
  database.close();
  const file = openSync(path, 'r+');
  writeSync(file, randomBytes(PAGE), 0, PAGE, (rootpage - 1) * PAGE);
  closeSync(file);
}

const DAMAGES: readonly Damage[] = [
  { name: 'an index of the outbox is ruined', harm: ruinIndex, settledBefore: false, forgets: false, repeats: false },
  {
    name: 'the outbox is torn in half',
    harm: path => {
      truncateSync(path, Math.floor(statSync(path).size / 2 / PAGE) * PAGE);
    },
    ...{ settledBefore: true, forgets: true, repeats: true },
  },
  {
    name: 'the outbox is emptied',
    harm: path => {
      truncateSync(path, 0);
    },
    ...{ settledBefore: true, forgets: true, repeats: true },
  },
];

function damaged({ name, harm, settledBefore, forgets, repeats }: Damage): NamedFault {
  return {
    name: `machine: ${name}`,
    quick: true,
    startsItself: true,
    async run(world) {
      if (settledBefore) await settleMany(world);
      else await leaveSomeWaiting(world);
      await world.daemon().stop();
      harm(join(world.folder, 'state', 'bounced.db'));
      if (forgets) world.mark({ forgotten: true });
      await world.deliver(6);
      await world.start();
      await world.endsWith(74);
      await recover(world, repeats);
      if (repeats) world.mark({ repeatable: true });
      await world.start();
      await world.says(/^connected$/);
    },
  };
}

/** Enough that half of the file is more than the first tables. */
async function settleMany(world: World): Promise<void> {
  await world.deliver(150);
  await world.start();
  await come(world, 'all posted', () => world.books(false).outcomes.length >= world.mails.length);
  await world.settled();
}

async function leaveSomeWaiting(world: World): Promise<void> {
  world.journal.script = () => refused({ status: 503 });
  await world.start();
  await world.deliver(12);
  await world.says(/not taken, will be tried again/);
  await come(world, 'all read', () => world.books(false).outcomes.length >= world.mails.length);
  world.journal.script = () => TAKEN;
}

/** As a person does it: first without accepting anything. */
async function recover(world: World, repeats: boolean): Promise<void> {
  const args = ['outbox', 'recover', '--config', join(world.folder, 'bounced.toml')];
  const first = await bounced(args);
  const wanted = repeats ? 74 : 0;
  if (first.code !== wanted) throw new Error(`recover ended with ${first.code}, not ${wanted}: ${first.stderr}`);
  if (!repeats) return;
  if (!first.stderr.includes('--accept-doubles')) throw new Error(`recover names no way on: ${first.stderr}`);
  const second = await bounced([...args, '--accept-doubles']);
  if (second.code !== 0) throw new Error(`recover --accept-doubles ended with ${second.code}: ${second.stderr}`);
}

export const OUTBOX_FAULTS: readonly NamedFault[] = DAMAGES.map(damaged);
