/**
 * npm run soak -- --minutes N --seed S [--mortal SHARE]: mail without pause and one fault after another, chosen by the
 * seed; the books every minute and at the end. In the last SHARE (0.2) the daemon dies and is stopped too; before, one
 * daemon lives, and its memory after five minutes is compared with its memory at the end of that time.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { refused, TAKEN } from '../servers/journal.ts';
import type { Dealing } from '../servers/journal.ts';
import { audit } from './accounts.ts';
import { SPEED } from './fault.ts';
import { startWorld } from './world.ts';
import type { World } from './world.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
    mortal: { type: 'string', default: '0.2' },
  },
});
const MINUTE_MS = 60_000;
const minutes = Number(values.minutes);
const endMs = Date.now() + minutes * MINUTE_MS;
const lethalFromMs = endMs - minutes * MINUTE_MS * Number(values.mortal);
/** A fault that takes longer has met something that hangs. */
const LONG_MS = 30_000;
const world = await startWorld({ seed: Number(values.seed), speed: SPEED, more: { callback: 'timeout = "2s"' } });
const { chance } = world;
const made = new Map<string, number>();
let trouble = 0;

/** Faults that a daemon lives through. Each takes itself back. */
const FAULTS: Readonly<Record<string, (world: World) => Promise<void>>> = {
  'imap reset': one => cutOff(one, 'rst'),
  'imap fin': one => cutOff(one, 'fin'),
  'imap cut': one => onLine(one, 'imapLine', { cutAfter: chance.whole(500, 60_000), cut: chance.pick(['rst', 'fin']) }),
  'imap corrupt': one => onLine(one, 'imapLine', { corruptEvery: chance.whole(500, 20_000) }),
  'imap delay': one => onLine(one, 'imapLine', { delayMs: chance.whole(1, 30) }),
  'imap throttle': one => onLine(one, 'imapLine', { bytesPerSecond: chance.whole(30_000, 300_000) }),
  'imap stall': one => onLine(one, 'imapLine', { stall: true }),
  'imap refuse': one => onLine(one, 'imapLine', { refuse: true }),
  // Reads the configuration anew.
  reload: one => one.reload(),
  'imap restart': async one => {
    await one.dovecot().halt();
    await sleep(chance.whole(0, 500));
    await one.dovecot().resume();
  },
  'http refuse': one => onLine(one, 'httpLine', { refuse: true }),
  'http cut up': one => onLine(one, 'httpLine', { cutUpAfter: chance.whole(0, 2_000) }),
  'http cut answer': one => onLine(one, 'httpLine', { cutAfter: chance.whole(0, 100) }),
  'http stall': one => onLine(one, 'httpLine', { stall: true }),
  ...Object.fromEntries(
    [500, 502, 429, 401, 404, 302].map(status => [`http ${status}`, answering(refused({ status }))]),
  ),
  'http closed': answering({ reply: { close: true }, counts: () => true }),
  'http late': answering({ reply: { delayMs: 2_500 }, counts: () => true }),
  'http endless': answering({ reply: { endless: true }, counts: () => true }),
};

const LETHAL: Readonly<Record<string, (world: World) => Promise<void>>> = {
  kill: async one => one.daemon().kill(),
  term: async one => {
    await one.daemon().stop();
  },
};

function cutOff({ imapLine }: World, how: 'rst' | 'fin'): Promise<void> {
  imapLine.cut(how);
  return Promise.resolve();
}

async function onLine(one: World, line: 'imapLine' | 'httpLine', mood: World['imapLine']['mood']): Promise<void> {
  one[line].mood = mood;
  await sleep(chance.whole(200, 2_000));
  one[line].mood = {};
}

function answering(dealing: Dealing): (one: World) => Promise<void> {
  return async one => {
    one.journal.script = () => dealing;
    await sleep(chance.whole(200, 2_000));
    one.journal.script = () => TAKEN;
  };
}

function memoryMib(pid: number | undefined): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid ?? 0}/status`, 'utf8'))?.[1]) / 1024;
}

async function troubleOnce(): Promise<void> {
  const lethal = Date.now() > lethalFromMs && chance.happens(0.3);
  const name = chance.pick(Object.keys(lethal ? LETHAL : FAULTS));
  const slow = setTimeout(() => {
    failures += 1;
    const last = world.daemon().lines.slice(-8);
    console.log(`  WRONG ${name} has not ended after ${LONG_MS / 1000} s; the daemon said last:`);
    for (const line of last) console.log(`    ${JSON.stringify(line)}`);
  }, LONG_MS);
  await (lethal ? LETHAL : FAULTS)[name]?.(world);
  clearTimeout(slow);
  made.set(name, (made.get(name) ?? 0) + 1);
  trouble += 1;
  if (lethal) await world.start();
  await sleep(chance.whole(0, 1_500));
}

/** As much mail as keeps up with being audited; some of it twice. */
async function mailWithoutPause(): Promise<void> {
  while (Date.now() < endMs) {
    await world.deliver(chance.whole(1, 12));
    if (chance.happens(0.1)) await world.deliverAgain();
    await sleep(chance.whole(100, 700));
  }
}

async function auditEachMinute(): Promise<void> {
  const startMs = Date.now();
  let afterFive: number | undefined;
  let last = 0;
  while (Date.now() < endMs) {
    await sleep(Math.min(MINUTE_MS, Math.max(0, endMs - Date.now())));
    const { wrong, ...sums } = audit(world.books(false));
    const lives = Date.now() < lethalFromMs;
    if (lives) last = memoryMib(world.daemon().pid);
    if (lives && Date.now() - startMs >= 5 * MINUTE_MS) afterFive ??= last;
    console.log(
      `${Math.round((Date.now() - startMs) / MINUTE_MS)} min, ${last.toFixed(0)} MiB: ${JSON.stringify(sums)}`,
    );
    for (const line of wrong.slice(0, 10)) console.log(`  WRONG ${line}`);
    failures += wrong.length;
  }
  if (afterFive === undefined) return;
  const growth = (100 * (last - afterFive)) / afterFive;
  console.log(
    `memory ${afterFive.toFixed(0)} MiB after five minutes, ${last.toFixed(0)} at the end: ${growth.toFixed(1)} %`,
  );
  if (growth > 10) failures += 1;
}

let failures = 0;
const daemon = await world.start();
const troubles = (async () => {
  while (Date.now() < endMs) await troubleOnce();
})();
await Promise.all([mailWithoutPause(), troubles, auditEachMinute()]);
const { wrong, ...sums } = await world.close(10 * MINUTE_MS);
console.log(`first daemon ended with ${daemon.lines.length} lines; ${trouble} faults: ${JSON.stringify([...made])}`);
console.log(`the end: ${JSON.stringify(sums)}`);
for (const line of wrong.slice(0, 20)) console.log(`  WRONG ${line}`);
await world.stop();
process.exitCode = failures + wrong.length === 0 ? 0 : 1;
