/**
 * `npm run demo`: the main job for real, on embedded parts. An IMAP server with the fixture mails, the built daemon as
 * a child, and a receiver in CleverTap's place. Ends by itself; exit code 1 when anything is not as promised.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadFixtures } from '../fixtures/load.ts';
import { startDaemon } from '../servers/daemon.ts';
import { startImapServer } from '../servers/imap-server.ts';
import { startReceiver } from '../servers/receiver.ts';
import { expectedEvents, FORGED, LATE, mailsOf } from './mailbox.ts';
import { compare, showBodies, showHeld, showLine, title } from './show.ts';

const USER = 'news@shop.example';
const PASSWORD = 'correct-horse-battery';
const ALL_MAIL = '[Gmail]/All Mail';
const BATCH_WAIT_MS = 500;
const CATCH_UP_LIMIT_MS = 8_000;

const folder = await mkdtemp(join(tmpdir(), 'bounced-demo-'));
const fixtures = await loadFixtures();
const { all, sent } = mailsOf(fixtures, USER);
const imap = await startImapServer({
  users: [{ user: USER, password: PASSWORD }],
  gmail: true,
  tls: true,
  folders: [
    { path: 'INBOX', mails: [] },
    { path: ALL_MAIL, specialUse: '\\All', mails: all },
    { path: '[Gmail]/Sent Mail', specialUse: '\\Sent', mails: sent },
  ],
});
const receiver = await startReceiver();
const before = imap.snapshot();

title(`A mailbox as Gmail shows it: ${all.length} mails in All Mail, ${sent.length} in Sent Mail; the daemon starts`);
const startedMs = Date.now();
const daemon = await startDaemon({
  folder,
  imap,
  receiver,
  user: USER,
  password: PASSWORD,
  batchWaitMs: BATCH_WAIT_MS,
});
daemon.onLine(showLine);
const expected = expectedEvents(fixtures);
const arrived = (): boolean => receiver.events().length >= expected.length;
await receiver.waitFor(arrived, CATCH_UP_LIMIT_MS).catch(() => undefined);
await daemon.caughtUp(2_000);
console.log(`caught up and posted ${Date.now() - startedMs} ms after the start`);
const untouched = imap.snapshot() === before;

title('A mail arrives while the daemon waits');
const arrivedAtMs = Date.now();
imap.append(ALL_MAIL, { source: LATE.source });
const posted = (): boolean => receiver.events().some(event => event.address === LATE.address);
await receiver.waitFor(posted, 4_000).catch(() => undefined);
console.log(`  posted ${Date.now() - arrivedAtMs} ms after it arrived (batch wait ${BATCH_WAIT_MS} ms)`);
const exitCode = await daemon.stop();

title('Held: not proven, so not posted');
showHeld(daemon.lines);
title('What was posted, word for word');
showBodies(receiver.requests);

title('As promised?');
const victims = receiver.events().filter(event => event.address === FORGED.victim);
const ok = compare([
  ['every proven bounce was posted once, and nothing else', receiver.events(), [...expected, LATE]],
  ['the forged report was held: its victim was never posted', victims, []],
  ['every body has the documented shape', receiver.malformed, []],
  ['flags, labels, UIDs and contents are as they were', untouched, true],
  ['nothing but reading commands was sent', imap.violations, []],
  ['the daemon ended cleanly when asked', exitCode, 0],
]);
await Promise.all([imap.stop(), receiver.stop()]);
await rm(folder, { recursive: true, force: true });
process.exitCode = ok ? 0 : 1;
