/**
 * kill -9 at random moments, again and again: the daemon is started on what the one before left, gets mail while it
 * works, and dies. Takes how often and a seed, gives the sums of the books after every 25 deaths.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { DaemonChild } from '../servers/daemon.ts';
import type { Sums } from './accounts.ts';
import { startWorld } from './world.ts';
import type { World } from './world.ts';

export interface KillSums {
  readonly kills: number;
  readonly sums: Sums;
  /** How many died before the mailbox was open, while reading, between recording and posting, after posting. */
  readonly where: Readonly<Record<string, number>>;
}

const KILLS_A_WORLD = 25;

/** Calls `onWorld` after each audited world; its books are of up to 25 kills. */
export async function runKills(kills: number, seed: number, onWorld: (sums: KillSums) => void): Promise<void> {
  for (let done = 0; done < kills; done += KILLS_A_WORLD) {
    const count = Math.min(KILLS_A_WORLD, kills - done);
    const world = await startWorld({ seed: seed + done, batchWaitMs: (done / KILLS_A_WORLD) % 2 === 0 ? 0 : 150 });
    try {
      const where: Record<string, number> = {};
      // An answer takes its time, so that some die while they wait for it.
      world.journal.script = () => ({ reply: { status: 200, delayMs: world.chance.whole(0, 60) }, counts: () => true });
      for (let kill = 0; kill < count; kill += 1) {
        const place = await killOne(world);
        where[place] = (where[place] ?? 0) + 1;
      }
      await world.start();
      onWorld({ kills: count, sums: await world.close(), where });
    } finally {
      await world.stop();
    }
  }
}

/** One life: mail before and during it, an end after a random line of its log and a random pause. */
async function killOne(world: World): Promise<string> {
  const { chance } = world;
  await world.deliver(chance.whole(1, 12));
  const lines = chance.whole(1, 60);
  const daemon = await world.start();
  const pauseMs = chance.happens(0.5) ? chance.whole(0, 15) : chance.whole(0, 250);
  const more = chance.happens(0.6) ? world.deliver(chance.whole(1, 6)) : Promise.resolve([]);
  if (chance.happens(0.3)) await world.deliverAgain();
  await world.until(() => daemon.lines.length >= lines, 3_000);
  await sleep(pauseMs);
  await daemon.kill();
  await more;
  return placeOf(daemon);
}

function placeOf({ lines }: DaemonChild): string {
  const seen = new Set(lines.map(({ message }) => message));
  if (!seen.has('connected')) return 'before the mailbox was open';
  if (!seen.has('recorded')) return 'while reading';
  if (!seen.has('posted')) return 'recorded, not posted';
  return 'after a post';
}
