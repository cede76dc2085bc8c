/**
 * What a named fault is, and how one is run: a world, mail before it, the fault, mail after it, the books.
 */
import type { Sums } from './accounts.ts';
import { startWorld } from './world.ts';
import type { World, WorldSettings } from './world.ts';

export interface NamedFault {
  readonly name: string;
  /** Fit for each build: ends within a few seconds. */
  readonly quick: boolean;
  readonly settings?: Omit<WorldSettings, 'seed'>;
  /** The daemon is started by the fault itself. */
  readonly startsItself?: boolean;
  /** Makes it; what it must see to have been made, it waits for, and rejects when that does not come about. */
  run(world: World): Promise<void>;
}

/** Clocks of the named faults: ten minutes of waiting are two seconds. */
export const SPEED = 300;

/** Rejects when the fault could not be made; what it led to is in the books. */
export async function runFault(fault: NamedFault, seed: number): Promise<Sums> {
  const world = await startWorld({ seed, speed: SPEED, ...fault.settings });
  try {
    await world.deliver(12);
    if (fault.startsItself !== true) await world.start();
    await fault.run(world);
    await world.deliver(8);
    return await world.close();
  } finally {
    await world.stop();
  }
}

/** Waits until the predicate holds; rejects with these words when it never does. */
export async function come(world: World, what: string, predicate: () => boolean): Promise<void> {
  if (!(await world.until(predicate))) throw new Error(`did not come about: ${what}`);
}

/** Waits until something was posted, so that a fault meets a daemon at work. */
export async function atWork(world: World): Promise<void> {
  await come(world, 'a first request', () => world.journal.receiver.requests.length > 0);
}
