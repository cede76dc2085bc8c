/**
 * Named faults between the daemon and the callback: every answer a receiver can give or fail to give.
 */
import type { Dealing } from '../servers/journal.ts';
import { refused, TAKEN } from '../servers/journal.ts';
import type { Reply } from '../servers/receiver.ts';
import { atWork, come } from './fault.ts';
import type { NamedFault } from './fault.ts';
import type { World } from './world.ts';

const COUNTED = (reply: Reply): Dealing => ({ reply, counts: () => true });
const NEVER_ENDING = { status: 200, endless: true };
const HUGE = { status: 200, body: 'x'.repeat(8 * 1024 * 1024) };

/** So many requests meet this, then all is well. */
function answered(name: string, dealing: (world: World) => Dealing, requests = 2, quick = true): NamedFault {
  return {
    name: `callback: ${name}`,
    quick,
    startsItself: true,
    settings: { more: { callback: 'timeout = "1s"' } },
    async run(world) {
      const { journal } = world;
      journal.script = (_addresses, request) => (request < requests ? dealing(world) : TAKEN);
      await world.start();
      await world.deliver(6);
      await come(world, `${requests} requests that met it`, () => journal.receiver.requests.length >= requests);
    },
  };
}

/** The line to the receiver is like this for a while. */
function onTheLine(name: string, mood: World['httpLine']['mood'], sign: RegExp): NamedFault {
  return {
    name: `callback: ${name}`,
    quick: true,
    startsItself: true,
    settings: { more: { callback: 'timeout = "1s"' } },
    async run(world) {
      world.httpLine.mood = mood;
      await world.start();
      await world.says(sign);
      world.httpLine.mood = {};
    },
  };
}

/** The two documented shapes of a 200 that took only a part. */
const PARTIAL: Readonly<Record<string, (left: string) => object>> = {
  'a 200 with UNPROCESSED_EVENTS': left => ({
    ...{ error: '1 event(s) failed to process', TOTAL_EVENTS: 2, PROCESSED_EVENTS: 1 },
    UNPROCESSED_EVENTS: [{ e: left, errorDescription: 'internal error' }],
  }),
  'a 200 with unprocessed_events': left => ({
    ...{ status: 'partial_success', processed: 1, unprocessed: 1 },
    unprocessed_events: [{ email: left, error: 'try again' }],
  }),
};

function partial(name: string, body: (left: string) => object): NamedFault {
  return {
    name: `callback: ${name}`,
    quick: true,
    startsItself: true,
    async run(world) {
      world.journal.script = (addresses, request) => {
        const [left = ''] = addresses;
        if (request > 0 || addresses.length < 2) return TAKEN;
        const reply = { status: 200, body: JSON.stringify(body(left)) };
        return { reply, counts: address => address !== left };
      };
      await world.start();
      await world.says(/left out, will be tried again/);
    },
  };
}

const poison: NamedFault = {
  name: 'callback: 400 for one poisonous event among 500',
  quick: false,
  startsItself: true,
  settings: { more: { callback: 'batch_size = 500' }, batchWaitMs: 60_000 },
  async run(world) {
    await world.deliver(8);
    const [bad] = await world.deliver(1, { poison: true });
    const address = bad?.bounce?.address ?? '';
    await world.deliver(812);
    const { journal } = world;
    journal.script = addresses => (addresses.includes(address) ? refused({ status: 400 }) : TAKEN);
    await world.start();
    const dead = (): boolean => world.books(false).events.some(event => event.state === 'dead');
    if (!(await world.until(dead, 120_000))) throw new Error('the poisonous event was not buried');
    const requests = journal.receiver.requests.length;
    if (requests > 22) throw new Error(`${requests} requests for 500 events with one poisonous, at most 22 expected`);
  },
};

const allRefused: NamedFault = {
  ...answered('400 for every event', () => refused({ status: 400 }), 30),
  quick: false,
};

const dateFrom = (world: World): Reply => ({
  status: 429,
  headers: {
    'retry-after': new Date(world.nowMs() + 120_000).toUTCString(),
    date: new Date(world.nowMs()).toUTCString(),
  },
});

const mayBeCounted: NamedFault = {
  name: 'callback: cut in the middle of the request',
  quick: true,
  startsItself: true,
  async run(world) {
    world.httpLine.mood = { cutUpAfter: 300, cut: 'rst' };
    await world.start();
    await world.says(/not taken, will be tried again/);
    world.httpLine.mood = {};
  },
};

const answerCut: NamedFault = {
  name: 'callback: cut in the middle of the answer',
  quick: true,
  startsItself: true,
  async run(world) {
    world.httpLine.mood = { cutAfter: 10, cut: 'rst' };
    await world.start();
    await atWork(world);
    await world.says(/not taken, will be tried again/);
    world.httpLine.mood = {};
  },
};

export const CALLBACK_FAULTS: readonly NamedFault[] = [
  answered('500', () => refused({ status: 500 })),
  answered('502', () => refused({ status: 502, body: '<html>Bad Gateway</html>' }), 2, false),
  answered('429 without Retry-After', () => refused({ status: 429 }), 2, false),
  answered('429 with Retry-After in seconds', () => refused({ status: 429, headers: { 'retry-after': '120' } })),
  answered('429 with Retry-After as a date', world => refused(dateFrom(world))),
  answered('401', () => refused({ status: 401 })),
  answered('404', () => refused({ status: 404 }), 2, false),
  answered('a redirect', () => refused({ status: 302, headers: { location: 'http://127.0.0.1:9/elsewhere' } })),
  answered('413 for more than two', () => refused({ status: 413 }), 1),
  answered('counted, and the answer comes after the time-out', () => COUNTED({ status: 200, delayMs: 1_500 })),
  answered('counted, and never answered', () => COUNTED({ hang: true })),
  answered('counted, and closed instead of answered', () => COUNTED({ close: true })),
  answered('an endless answer', () => COUNTED(NEVER_ENDING), 1),
  answered('a huge answer', () => COUNTED(HUGE), 1),
  onTheLine('down: every connection is reset', { refuse: true }, /not taken, will be tried again/),
  onTheLine('a line that stalls', { stall: true }, /not taken, will be tried again/),
  onTheLine('a line that is closed at once', { cutUpAfter: 0, cut: 'fin' }, /not taken, will be tried again/),
  ...Object.entries(PARTIAL).map(([name, body]) => partial(name, body)),
  mayBeCounted,
  answerCut,
  poison,
  allRefused,
];
