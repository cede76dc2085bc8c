/**
 * All of it on one machine: Dovecot, the receiver with its journal, a proxy before each, the built daemon as a child.
 * Takes settings, gives the handles to make faults by, and the books to audit at the end.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startDaemon, writeConfig } from '../servers/daemon.ts';
import type { ChildSettings, DaemonChild } from '../servers/daemon.ts';
import { startDovecot } from '../servers/dovecot.ts';
import type { Dovecot } from '../servers/dovecot.ts';
import { startJournal, TAKEN } from '../servers/journal.ts';
import type { Journal } from '../servers/journal.ts';
import { startProxy } from '../servers/proxy.ts';
import type { Proxy } from '../servers/proxy.ts';
import { bounceNumber, ordinaryNumber } from '../servers/synthetic.ts';
import { audit } from './accounts.ts';
import type { Books, Mailed, Sums } from './accounts.ts';
import { chanceFrom } from './chance.ts';
import type { Chance } from './chance.ts';
import { digestOf, readLedger } from './ledger.ts';

/** What Dovecot and the scripted server have in common. */
export type MailServer = Pick<Dovecot, 'port' | 'ca' | 'user' | 'password' | 'deliver' | 'stop'> &
  Pick<ChildSettings, 'login'>;

export interface WorldSettings {
  readonly seed: number;
  /** Another server than Dovecot. */
  readonly server?: () => Promise<MailServer>;
  /** How many times faster than the real one the daemon's clock runs; 1 leaves it alone. */
  readonly speed?: number;
  readonly batchWaitMs?: number;
  /** More lines of TOML. */
  readonly more?: ChildSettings['more'];
}

export interface World {
  readonly chance: Chance;
  readonly folder: string;
  readonly server: MailServer;
  /** Throws where another server was asked for. */
  dovecot(): Dovecot;
  readonly journal: Journal;
  /** Before Dovecot, and before the receiver. */
  readonly imapLine: Proxy;
  readonly httpLine: Proxy;
  readonly mails: Mailed[];
  /** The daemon that was started last. */
  daemon(): DaemonChild;
  start(how?: Partial<ChildSettings>): Promise<DaemonChild>;
  /** Puts new mails into the folder that is read: about six bounces in ten. Gives those that lead to something. */
  deliver(count: number, marks?: Pick<Mailed, 'unproven' | 'mayBeMissed' | 'poison'>): Promise<Mailed[]>;
  /** One mail more of those delivered before, the same bytes: people copy mails. */
  deliverAgain(): Promise<void>;
  /** Marks all mails delivered so far. */
  mark(marks: Pick<Mailed, 'forgotten' | 'repeatable'>): void;
  /** The true time, in the daemon's measure. */
  nowMs(): number;
  /** Shifts the daemon's clock by so many milliseconds, from the true time on. */
  shiftClock(ms: number): Promise<void>;
  books(final: boolean): Books;
  /** Takes all faults away. */
  heal(): void;
  /** Waits for the daemon to end by itself; rejects with what it said when the code is another. */
  endsWith(code: number): Promise<void>;
  /** Resolves when the daemon has said this, from the line on that `from` counts. */
  says(words: RegExp, from?: number): Promise<void>;
  /** Resolves when the predicate holds or the limit is over; tells which. */
  until(predicate: () => boolean, limitMs?: number): Promise<boolean>;
  /** Waits until every mail has its outcome and nothing waits to be posted any more. */
  settled(limitMs?: number): Promise<boolean>;
  /** Changes the configuration and sends SIGHUP. */
  reload(): Promise<void>;
  /** Heals, restarts what has ended, settles, ends, runs once more, and audits. */
  close(limitMs?: number): Promise<Sums>;
  /** Called when the world ends, before its folder goes. */
  cleanUp(work: () => void): void;
  stop(): Promise<void>;
}

const FAST_CLOCK = fileURLToPath(new URL('./fast-clock.mjs', import.meta.url));
const SETTLE_MS = 180_000;

export async function startWorld(settings: WorldSettings): Promise<World> {
  const { seed, speed = 1, batchWaitMs = 200, more = {} } = settings;
  const folder = await mkdtemp(join(tmpdir(), 'bounced-faults-'));
  const openServer: () => Promise<MailServer> = settings.server ?? startDovecot;
  const [server, journal] = await Promise.all([openServer(), startJournal(join(folder, 'journal'))]);
  const [imapLine, httpLine] = await Promise.all([startProxy(() => server.port), startProxy(() => journal.port)]);
  const chance = chanceFrom(seed);
  const originMs = Date.now();
  const offsetFile = join(folder, 'clock-offset');
  let daemon: DaemonChild | undefined;
  let number = 0;
  const mails: Mailed[] = [];
  const sources: Buffer[] = [];
  const endings: (() => void)[] = [];
  const ledgerPath = join(folder, 'state', 'bounced.db');
  const child: ChildSettings = {
    folder,
    imap: { port: imapLine.port, ca: server.ca },
    receiver: { url: journal.receiver.url.replace(`:${journal.port}`, `:${httpLine.port}`) },
    user: server.user,
    password: server.password,
    ...(server.login === undefined ? {} : { login: server.login }),
    batchWaitMs,
    more,
    preload: FAST_CLOCK,
    env: { FAST_CLOCK: `${speed}:${originMs}`, FAST_CLOCK_OFFSET: offsetFile },
  };
  const world: World = {
    ...{ chance, folder, server, journal, imapLine, httpLine, mails },
    dovecot() {
      if ('halt' in server) return server as Dovecot;
      throw new Error('this world has another server than Dovecot');
    },
    daemon() {
      if (daemon === undefined) throw new Error('no daemon was started');
      return daemon;
    },
    async start(how = {}) {
      daemon = await startDaemon({ ...child, ...how, env: { ...child.env, ...how.env } });
      return daemon;
    },
    mark(marks) {
      for (const [index, mail] of mails.entries()) mails[index] = { ...mail, ...marks };
    },
    nowMs: () => originMs + (Date.now() - originMs) * speed,
    async shiftClock(ms) {
      await writeFile(offsetFile, String(ms));
      await sleep(60);
    },
    async deliver(count, marks = {}) {
      const added: Mailed[] = [];
      for (let left = count; left > 0; left -= 1) {
        const { source, original, mail } = mailNumber(number, marks);
        number += 1;
        if (original !== undefined) await server.deliver('Sent', original);
        mails.push(mail);
        added.push(mail);
        sources.push(source);
        await server.deliver('All Mail', source, new Date(world.nowMs()));
      }
      return added;
    },
    async deliverAgain() {
      if (sources.length > 0) await server.deliver('All Mail', chance.pick(sources), new Date(world.nowMs()));
    },
    books: final => ({ mails, ...readLedger(ledgerPath), counted: countedIn(journal), final }),
    heal() {
      imapLine.mood = {};
      httpLine.mood = {};
      journal.script = () => TAKEN;
    },
    async endsWith(code) {
      const ended = await world.daemon().ended;
      if (ended === code) return;
      throw new Error(`ended with ${ended}, not ${code}: ${lastWords(world.daemon())}`);
    },
    async says(words, from = 0) {
      const { lines } = world.daemon();
      const said = await until(() => lines.slice(from).some(({ message }) => words.test(message)));
      if (!said) throw new Error(`it never said ${words}: ${lastWords(world.daemon())}`);
    },
    until,
    settled: (limitMs = SETTLE_MS) => until(() => isSettled(world.books(false)), limitMs),
    async close(limitMs = SETTLE_MS) {
      world.heal();
      if ((await Promise.race([daemon?.ended, Promise.resolve('runs')])) !== 'runs') await world.start();
      await until(() => world.daemon().lines.some(({ message }) => message === 'connected'));
      const settled = await world.settled(limitMs);
      const code = await world.daemon().stop();
      // What is posted once more now, or still open, is in the books.
      await world.start({ args: ['--once'] });
      await daemon?.ended;
      const sums = audit(world.books(true));
      const wrong = [
        ...sums.wrong,
        ...(settled ? [] : [`not settled within ${limitMs} ms`]),
        ...(code === 0 ? [] : [`ended with ${code} at the end`]),
        ...journal.receiver.malformed.map(body => `malformed: ${body.slice(0, 80)}`),
      ];
      return { ...sums, wrong };
    },
    async reload() {
      await writeConfig({ ...child, batchWaitMs: chance.whole(0, 500) });
      world.daemon().send('SIGHUP');
    },
    cleanUp: work => void endings.push(work),
    async stop() {
      await daemon?.kill();
      await Promise.all([imapLine.stop(), httpLine.stop()]);
      await Promise.all([server.stop(), journal.stop()]);
      endings.forEach(work => work());
      await rm(folder, { recursive: true, force: true });
    },
  };
  return world;
}

function lastWords({ lines }: DaemonChild): string {
  const { length } = lines;
  return lines
    .slice(Math.max(0, length - 5))
    .map(({ message }) => message)
    .join(' | ');
}

/** The n-th mail: six bounces in ten, the rest is none. */
function mailNumber(n: number, marks: object): { source: Buffer; original?: Buffer; mail: Mailed } {
  if (n % 10 > 5) {
    const source = ordinaryNumber(n);
    return { source, mail: { digest: digestOf(source), ...marks } };
  }
  const { report, original, address, verdict } = bounceNumber(n);
  const mail = { digest: digestOf(report), bounce: { address, verdict }, ...marks };
  return 'unproven' in marks ? { source: report, mail } : { source: report, original, mail };
}

function countedIn(journal: Journal): Books['counted'] {
  return journal.counted().map(({ event, address, ts }) => ({ address, ts, verdict: event.replace('bounce', '') }));
}

function isSettled({ mails, outcomes, events }: Books): boolean {
  const seen = new Set(outcomes);
  const read = mails.every(
    ({ digest, mayBeMissed, forgotten }) => mayBeMissed === true || forgotten === true || seen.has(digest),
  );
  const held = events.filter(({ state }) => state === 'held').length;
  const mayStayHeld = mails.filter(({ unproven }) => unproven === true).length;
  return read && held <= mayStayHeld && events.every(({ state }) => state !== 'waiting' && state !== 'claimed');
}

async function until(predicate: () => boolean, limitMs = 60_000): Promise<boolean> {
  const endMs = Date.now() + limitMs;
  while (!predicate()) {
    if (Date.now() > endMs) return false;
    await sleep(100);
  }
  return true;
}
