/**
 * Named faults of the machine itself: signals, disks, locks, clocks, a second daemon.
 */
import { DatabaseSync } from '@photostructure/sqlite';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { refused, TAKEN } from '../servers/journal.ts';
import { atWork, come } from './fault.ts';
import type { NamedFault } from './fault.ts';

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;

function signalled(signal: NodeJS.Signals, times: number): NamedFault {
  return {
    name: `machine: ${signal} at any moment, ${times} times`,
    quick: true,
    startsItself: true,
    async run(world) {
      for (let time = 0; time < times; time += 1) {
        const daemon = await world.start();
        await world.deliver(3);
        const lines = world.chance.whole(0, 40);
        await world.until(() => daemon.lines.length >= lines, 1_500);
        await sleep(world.chance.whole(0, 100));
        daemon.send(signal);
        await daemon.ended;
      }
    },
  };
}

/** SIGHUP reads the configuration anew: the daemon lives on; before it listens, the signal ends it like any program. */
const reloaded: NamedFault = {
  name: 'machine: SIGHUP at any moment, 12 times',
  quick: true,
  startsItself: true,
  async run(world) {
    let daemon = await world.start();
    for (let time = 0; time < 12; time += 1) {
      await world.deliver(2);
      if (time > 3) await world.says(/^connected$/);
      await sleep(world.chance.whole(0, 400));
      await world.reload();
      // One that has said something listens by now; one that has not may still end by the signal.
      const listens = world.until(() => daemon.lines.length > 0).then(() => true);
      if (!(await Promise.race([listens, daemon.ended.then(() => false)]))) daemon = await world.start();
    }
    await world.says(/^reloaded$/);
  },
};

const diskFull: NamedFault = {
  name: 'machine: the disk is full while recording and settling',
  quick: false,
  startsItself: true,
  async run(world) {
    // A small file system of its own for the state directory; needs root.
    const state = join(world.folder, 'state');
    mkdirSync(state, { recursive: true, mode: 0o700 });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=0700', 'tmpfs', state]);
    world.cleanUp(() => void execFileSync('umount', ['-l', state]));
    await world.start();
    await atWork(world);
    const filler = join(state, 'filler');
    const { bavail, bsize } = statfsSync(state);
    writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - 64 * 1024)));
    const from = world.daemon().lines.length;
    await world.deliver(150);
    await world.says(/the disk is full/, from);
    await sleep(1_000);
    rmSync(filler);
  },
};

/** Starts the command in a mount namespace of its own, in which this directory is read-only; needs root. */
const READ_ONLY = ['unshare', '-m', 'sh', '-c', 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'];

const readOnly: NamedFault = {
  name: 'machine: the state directory is read-only',
  quick: false,
  async run(world) {
    await world.settled();
    await world.daemon().stop();
    await world.deliver(6);
    await world.start({ wrapper: [...READ_ONLY, join(world.folder, 'state')] });
    await world.endsWith(74);
  },
};

const locked: NamedFault = {
  name: 'machine: another program keeps the database locked',
  quick: false,
  async run(world) {
    await atWork(world);
    const database = new DatabaseSync(join(world.folder, 'state', 'bounced.db'), { timeout: 10_000 });
    database.exec('BEGIN IMMEDIATE');
    const from = world.daemon().lines.length;
    await world.deliver(6);
    await world.says(/keeps it locked/, from);
    database.exec('ROLLBACK');
    database.close();
  },
};

const twoDaemons: NamedFault = {
  name: 'machine: two daemons on one state directory',
  quick: true,
  settings: { speed: 1 },
  async run(world) {
    await world.says(/^connected$/);
    const first = world.daemon();
    for (let round = 0; round < 2; round += 1) {
      await world.deliver(4);
      await world.start();
      await world.endsWith(75);
    }
    // The one that was killed holds nothing back: the next takes over at once.
    await first.kill();
    await world.start();
    await world.says(/^connected$/);
  },
};

function clockJumps(name: string, jumps: readonly number[]): NamedFault {
  return {
    name: `machine: the clock jumps ${name}`,
    quick: jumps.includes(YEAR_MS),
    startsItself: true,
    async run(world) {
      await world.start();
      for (const jump of jumps) {
        await world.deliver(4);
        await world.shiftClock(jump);
        // Something waits to be tried again, by the clock as it is now.
        const from = world.daemon().lines.length;
        world.journal.script = () => refused({ status: 503 });
        await world.deliver(8);
        await world.says(/not taken, will be tried again/, from);
      }
      await world.shiftClock(0);
      world.journal.script = () => TAKEN;
    },
  };
}

const daylightSaving: NamedFault = {
  name: 'machine: daylight saving begins and ends',
  quick: false,
  startsItself: true,
  async run(world) {
    // The nights of 29 March and 25 October 2026 in Berlin, half an hour before the change; at 300 times the speed it
    // comes six seconds later.
    for (const change of ['2026-03-29T00:40:00Z', '2026-10-25T00:40:00Z']) {
      await world.shiftClock(Date.parse(change) - world.nowMs());
      const daemon = await world.start({ env: { TZ: 'Europe/Berlin' } });
      await world.deliver(5);
      await sleep(5_000);
      await world.deliver(5);
      await come(world, 'all read', () => world.books(false).outcomes.length >= world.mails.length);
      await daemon.stop();
    }
    await world.shiftClock(0);
    await world.start();
  },
};

export const MACHINE_FAULTS: readonly NamedFault[] = [
  signalled('SIGTERM', 10),
  reloaded,
  signalled('SIGKILL', 6),
  twoDaemons,
  clockJumps('an hour forth and back', [HOUR_MS]),
  clockJumps('an hour back and forth', [-HOUR_MS]),
  clockJumps('a year forth and back', [YEAR_MS]),
  clockJumps('a year back and forth', [-YEAR_MS]),
  daylightSaving,
  locked,
  diskFull,
  readOnly,
];
