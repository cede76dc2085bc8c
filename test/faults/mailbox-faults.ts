/**
 * Named faults between the daemon and the mailbox: the line, the server, and the people who use the same mailbox.
 */
import { ImapFlow } from 'imapflow';
import { setTimeout as sleep } from 'node:timers/promises';
import { TEST_CA } from '../servers/tls.ts';
import { atWork, come } from './fault.ts';
import type { NamedFault } from './fault.ts';
import { ALL, LOST, scripted, scriptedIn } from './scripted.ts';
import type { World } from './world.ts';

/** The line is like this while mail comes in. */
function onTheLine(name: string, moods: readonly World['imapLine']['mood'][], sign: RegExp | undefined): NamedFault {
  return {
    name: `mailbox: ${name}`,
    // A slow line takes its time.
    quick: sign !== undefined,
    async run(world) {
      await atWork(world);
      for (const mood of moods) {
        const from = world.daemon().lines.length;
        world.imapLine.mood = mood;
        world.imapLine.cut('rst');
        await world.deliver(6);
        if (sign) await world.says(sign, from);
        else await come(world, 'all read', () => world.books(false).outcomes.length >= world.mails.length);
      }
      world.imapLine.mood = {};
    },
  };
}

const restarted: NamedFault = {
  name: 'mailbox: server restarted',
  quick: true,
  async run(world) {
    await atWork(world);
    for (let round = 0; round < 2; round += 1) {
      const from = world.daemon().lines.length;
      await world.dovecot().halt();
      await world.deliver(6);
      await world.says(LOST, from);
      await world.dovecot().resume();
      await world.says(/^connected$/, from);
    }
  },
};

function dropped(how: 'rst' | 'fin'): NamedFault {
  return {
    name: `mailbox: ${how === 'rst' ? 'connections reset' : 'connections ended'}, ten times while mail comes in`,
    quick: true,
    async run(world) {
      await atWork(world);
      for (let round = 0; round < 10; round += 1) {
        await world.deliver(3);
        await sleep(world.chance.whole(0, 300));
        world.imapLine.cut(how);
      }
      await world.says(LOST);
    },
  };
}

const people: NamedFault = {
  name: 'mailbox: people flag, copy, move and delete meanwhile',
  quick: true,
  startsItself: true,
  async run(world) {
    await world.deliver(20, { mayBeMissed: true });
    const { user, password: pass, port } = world.server;
    const client = new ImapFlow({
      ...{ host: 'localhost', port, secure: true, tls: { ca: TEST_CA }, auth: { user, pass }, logger: false },
    });
    client.on('error', () => undefined);
    await client.connect();
    await client.mailboxOpen('All Mail');
    await world.start();
    await client.messageFlagsAdd('1:12', ['\\Seen', '\\Flagged'], { uid: true });
    await client.messageCopy('1:6', 'All Mail', { uid: true });
    for (const uid of [13, 15, 17, 19]) await client.messageMove(String(uid), 'INBOX', { uid: true });
    for (const uid of [14, 16, 18]) await client.messageDelete(String(uid), { uid: true });
    await client.mailboxOpen('INBOX');
    await client.messageMove('1:2', 'All Mail', { uid: true });
    await client.logout();
    for (let round = 0; round < 4; round += 1) await world.deliverAgain();
  },
};

const byes = scripted('"BYE Session expired", again and again', async world => {
  await atWork(world);
  for (let round = 0; round < 8; round += 1) {
    await world.deliver(3);
    await sleep(world.chance.whole(0, 300));
    scriptedIn(world).dropConnections('bye', 'Session expired, please login again.');
  }
  // A session is told to have ended; one that has not begun is a connection that was lost.
  await world.says(new RegExp(`it had lasted its time|${LOST.source}`));
});

const examineRefused = scripted('EXAMINE refused for the bandwidth limit', async world => {
  const imap = scriptedIn(world);
  imap.script.examineAnswers = { [ALL]: 'NO [ALERT] Account exceeded command or bandwidth limits. (Failure)' };
  imap.dropConnections('fin');
  await world.deliver(6);
  await world.says(/bandwidth limits/);
  imap.script.examineAnswers = undefined;
});

function commandFails(name: string, quick: boolean): NamedFault {
  return scripted(
    `${name} refused for a while`,
    async world => {
      await atWork(world);
      const imap = scriptedIn(world);
      imap.script.refusals = { [name]: 'NO [UNAVAILABLE] Temporary System Problem (Failure)' };
      if (name === 'LIST') imap.dropConnections('fin');
      await world.deliver(6);
      await world.says(/temporary problem|could not be read|was lost/);
      imap.script.refusals = undefined;
    },
    quick,
  );
}

function silentOn(command: string, quick: boolean): NamedFault {
  return scripted(
    `a peer that falls silent at ${command}`,
    async world => {
      await atWork(world);
      const imap = scriptedIn(world);
      const from = world.daemon().lines.length;
      imap.script.stall = [command];
      imap.dropConnections('fin');
      await world.deliver(6);
      await world.says(LOST, from);
      imap.script.stall = undefined;
    },
    quick,
  );
}

/** With a clock that runs 300 times as fast, five minutes of silence are a second. */
function literals(how: string, bytes: number, everyMs: number, sign: RegExp | undefined): NamedFault {
  return scripted(`literals that ${how}`, async world => {
    await atWork(world);
    const { script } = scriptedIn(world);
    const from = world.daemon().lines.length;
    script.pace = { bytes, everyMs };
    await world.deliver(6);
    if (sign !== undefined) await world.says(sign, from);
    else await come(world, 'all read', () => world.books(false).outcomes.length >= world.mails.length);
    script.pace = undefined;
  });
}

const neverAnnounced = scripted('new mail is never announced, and no search finds it', async world => {
  await atWork(world);
  const imap = scriptedIn(world);
  imap.script.silent = true;
  imap.script.blindSearch = true;
  await world.deliver(6);
  await come(world, 'all read', () => world.books(false).outcomes.length >= world.mails.length);
  imap.script.blindSearch = undefined;
});

const newValidity = scripted('UIDVALIDITY changed with mail in flight, three times', async world => {
  await atWork(world);
  const imap = scriptedIn(world);
  for (let round = 0; round < 3; round += 1) {
    await world.deliver(4);
    imap.setUidValidity(ALL, 1_000 + round);
    imap.dropConnections(world.chance.pick(['bye', 'fin', 'rst']));
    await world.deliver(4);
  }
  await world.says(/UIDVALIDITY has changed/);
});

const lateUids = scripted('UIDs that become visible late', async world => {
  const imap = scriptedIn(world);
  const shows: (() => void)[] = [];
  const append = imap.append.bind(imap);
  // One mail in three shows itself only after those that came after it.
  imap.append = (path, mail) => {
    if (path !== ALL || world.chance.happens(0.67)) return append(path, mail);
    shows.push(imap.appendHidden(path, mail));
    return 0;
  };
  for (let round = 0; round < 4; round += 1) {
    await world.deliver(6);
    await sleep(300);
    if (round === 2) {
      await world.daemon().kill();
      await world.start();
    }
    for (const show of shows.splice(0)) show();
  }
  imap.append = append;
  await world.deliver(1);
});

const withheld = scripted('mails that are listed and not handed out for a while', async world => {
  await atWork(world);
  const imap = scriptedIn(world);
  imap.script.unfetchable = [14, 16, 17];
  await world.deliver(6);
  await world.says(/does not hand them out/);
  imap.script.unfetchable = [];
});

export const MAILBOX_FAULTS: readonly NamedFault[] = [
  restarted,
  dropped('rst'),
  dropped('fin'),
  onTheLine(
    'a line that is cut after some bytes',
    [1_200, 6_000, 9_000].map(cutAfter => ({ cutAfter })),
    LOST,
  ),
  onTheLine(
    'a line that is half closed',
    [
      { cutAfter: 6_000, cut: 'half' },
      { cutUpAfter: 1_500, cut: 'half' },
    ],
    LOST,
  ),
  onTheLine('a line that turns bits', [{ corruptEvery: 5_000 }, { corruptEvery: 900 }], LOST),
  onTheLine('a line that stalls', [{ stall: true }], LOST),
  onTheLine('a slow line', [{ delayMs: 15 }, { bytesPerSecond: 40_000 }], undefined),
  people,
  byes,
  examineRefused,
  ...['FETCH', 'SEARCH', 'LIST'].map((name, index) => commandFails(name, index === 0)),
  ...['FETCH', 'IDLE', 'EXAMINE', 'SEARCH'].map((name, index) => silentOn(name, index === 0)),
  literals('come slowly', 500, 10, undefined),
  literals('stop in the middle', 700, 60_000, LOST),
  neverAnnounced,
  newValidity,
  lateUids,
  withheld,
];
