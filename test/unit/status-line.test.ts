import { expect, test } from '@jest/globals';
import { statusLine } from '../../src/status-line.ts';

const NOW = Date.parse('2026-11-23T12:10:00Z') / 1000;
const NOTHING = { waiting: 0, claimed: 0, held: 0, delivered: 9, dead: 0, stopped: 0 };
const WELL = { connected: true, behind: false };
const mail = (text: string) => ({ ...WELL, lastMailSeconds: Date.parse(text) / 1000 });

test('a person understands it', () => {
  const two = { first: mail('2026-11-22T10:00:00Z'), second: mail('2026-11-23T12:04:31Z') };
  const backlog = { ...NOTHING, waiting: 2, claimed: 1, held: 1 };
  expect(statusLine({ wrong: [], backlog, breakers: [], canaries: [], mailboxes: two }, NOW)).toBe(
    'following 2 mailboxes; 3 waiting, 1 held; last mail 12:04:31 UTC',
  );
  const one = { first: mail('2026-11-22T10:00:00Z') };
  expect(statusLine({ wrong: [], backlog: NOTHING, breakers: [], canaries: [], mailboxes: one }, NOW)).toBe(
    'following 1 mailbox; nothing waiting; last mail 2026-11-22 10:00 UTC',
  );
});

test('what is wrong stands first: the outbox, a mailbox apart, a breaker, a lost canary', () => {
  const fault = { code: 'X', message: 'login refused', atSeconds: NOW };
  const mailboxes = { first: { ...WELL, connected: false, fault }, second: WELL };
  const breakers = [
    { mailbox: 'second', openSinceSeconds: NOW, stopped: 2 },
    { mailbox: 'first', stopped: 0 },
  ];
  const canaries = [
    { mailbox: 'first', everySeconds: 86_400, sentAtSeconds: NOW - 7_200 },
    { mailbox: 'second', everySeconds: 86_400, sentAtSeconds: NOW - 7_200, provenAtSeconds: NOW - 7_190 },
    { mailbox: 'no longer followed', everySeconds: 86_400, sentAtSeconds: NOW - 7_200 },
  ];
  const backlog = { ...NOTHING, stopped: 2, dead: 1 };
  const glance = { wrong: ['the disk is full'], backlog, breakers, canaries, mailboxes };
  expect(statusLine(glance, NOW)).toBe(
    'the disk is full; following 1 of 2 mailboxes; first: login refused; ' +
      'breaker open for second: 2 hard bounces wait; first: the last canary has not come back; 1 dead',
  );
});
