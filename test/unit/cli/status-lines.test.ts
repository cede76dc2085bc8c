import { describe, expect, test } from '@jest/globals';
import { statusRecord, statusSheet } from '../../../src/cli/status-lines.ts';
import type { Status } from '../../../src/cli/status-lines.ts';
import type { Backlog, Overview } from '../../../src/outbox/outbox.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z') / 1000;
const NOTHING: Backlog = { waiting: 0, claimed: 0, held: 0, delivered: 0, dead: 0, stopped: 0 };
const DAEMON = { pid: 7, version: '1.2.3', startedAtSeconds: NOW - 100_000, configuredAtSeconds: NOW - 7_200 };
const CURSOR = { mailbox: 'campaigns', folder: 'INBOX', uidValidity: 9, lastUid: 4 };
const FAULT = { code: 'LOGIN_REFUSED', message: 'login refused', cure: 'make an app password', atSeconds: NOW - 300 };
const WELL = { connected: true, behind: false, lastScanSeconds: NOW - 12, lastMailSeconds: NOW - 3_700 };

function sheet(overview: Partial<Overview>, more: Partial<Status> = {}): string {
  return statusSheet(statusOf(overview, more));
}

function statusOf(overview: Partial<Overview>, more: Partial<Status> = {}): Status {
  const whole = { mailboxes: [], verdicts: [], mails: 0, unreadable: 0, ...overview };
  return {
    overview: whole,
    backlog: NOTHING,
    breakers: [],
    canaries: [],
    configured: ['campaigns'],
    nowSeconds: NOW,
    ...more,
  };
}

function mailbox(standing: object): Partial<Overview> {
  const view = { mailbox: 'campaigns', standing: { ...WELL, ...standing }, keptAtSeconds: NOW, cursors: [CURSOR] };
  return { daemon: DAEMON, daemonKeptAtSeconds: NOW, runningPid: '7', mailboxes: [view] };
}

describe('the sheet', () => {
  test('of a daemon that is well', () => {
    expect(sheet(mailbox({}))).toBe(`bounced 1.2.3 runs as process 7, up 1 d 3 h
  configured   2026-11-23 10:00 UTC

mailbox campaigns: followed
  lag          none, looked 12 s ago
  last mail    2026-11-23 10:58:20 UTC, 1 h 1 min ago
  place        INBOX, up to UID 4 (UIDVALIDITY 9)

outbox: nothing waits
  waiting      0
  being posted 0
  held         0
  dead         0
  breaker      closed

last 24 hours: 0 mails looked at
  verdicts     none`);
  });

  test('tells trouble with its cure until it is mended, and what is behind', () => {
    const apart = sheet(mailbox({ connected: false, fault: FAULT }));
    expect(apart).toMatch(/campaigns: NOT FOLLOWED\n[\s\S]*TROUBLE +5 min ago: login refused\n +cure +make an app/);
    const mended = sheet(mailbox({ fault: FAULT }));
    expect(mended).toMatch(/campaigns: followed\n[\s\S]*mended +5 min ago: login refused\n(?! +cure)/);
    expect(sheet(mailbox({ behind: true }))).toMatch(/lag +behind: more mail is there/);
  });

  test('tells how far a backlog is, what came today, and that it waits on purpose', () => {
    const received = { todayBytes: 812_400_000, atSeconds: NOW - 86, dailyBytes: 1_000_000_000, leftBytes: 2_500_000 };
    const catchingUp = { sinceSeconds: NOW - 60, mails: 1_200, of: 90_000, bounces: 31, bytes: 2_900_000 };
    const reading = sheet(mailbox({ behind: true, received, catchingUp: { ...catchingUp, secondsLeft: 4_400 } }));
    expect(reading).toMatch(/lag +catching up: 1200 of 90000 mails, 31 bounces, 2.9 MB, about 73\n +min left\n/);
    expect(reading).toMatch(/received +812 MB today; catching up may take 3.0 MB at once\n/);
    const waitsUntilSeconds = NOW + 1_800;
    const waiting = mailbox({
      ...{ behind: true, received: { ...received, leftBytes: -9_000_000, waitsUntilSeconds } },
      catchingUp: { ...catchingUp, waitsUntilSeconds },
    });
    expect(sheet(waiting)).toMatch(/lag .*waits until\n +12:30 UTC for daily_bytes\n/);
    expect(sheet(waiting)).toMatch(
      /may take 0.0 kB at once\n +WAITS +on purpose, for daily_bytes: goes on in 30 min\n/,
    );
    expect(statusRecord(statusOf(waiting))).toMatchObject({
      mailboxes: [
        { catchingUp: { mails: 1_200, of: 90_000 }, received: { todayBytes: 812_400_000, waitsUntilSeconds } },
      ],
    });
    expect(sheet(mailbox({ received: { todayBytes: 45_000, atSeconds: NOW - 86_400 } }))).toMatch(
      /received +0.0 kB today\n/,
    );
  });

  test('shows whether canaries come back, with the cure where the last did not, or could not be sent', () => {
    const of = (canary: object): string =>
      sheet(mailbox({}), {
        canaries: [
          { mailbox: 'campaigns', ...canary },
          { mailbox: 'other', everySeconds: 1 },
        ],
      });
    const daily = { everySeconds: 86_400, sentAtSeconds: NOW - 7_200 };
    expect(of({ ...daily, provenAtSeconds: NOW - 7_190 })).toMatch(
      /^ {2}canary +came back 1 h 59 min ago; sent 2 h 0 min ago, every 1 d 0 h$/m,
    );
    expect(of(daily)).toMatch(
      /CANARY LOST +none has come back yet; sent 2 h 0 min ago.*\n +cure +run "bounced selftest"/,
    );
    const fault = { code: 'SMTP_BUSY', message: 'busy', cure: 'wait', atSeconds: NOW - 60 };
    expect(of({ ...daily, provenAtSeconds: NOW - 7_190, fault })).toMatch(/NOT SENT +1 min ago: busy\n +cure +wait/);
    expect(of({ provenAtSeconds: NOW - 60 })).toMatch(/^ {2}self-test +came back 1 min ago$/m);
    expect(sheet(mailbox({}))).not.toMatch(/canary|self-test/i);
    const canaries = [{ mailbox: 'campaigns', ...daily }];
    expect(statusRecord(statusOf(mailbox({}), { canaries }))).toMatchObject({ mailboxes: [{ canary: daily }] });
  });

  test('of a daemon that has ended follows no mailbox, whatever it said last; of a silent one says so', () => {
    const { runningPid, ...ended } = mailbox({});
    expect(runningPid).toBe('7');
    expect(sheet(ended)).toMatch(/^bounced: NO DAEMON RUNS, the last one was here just now\n +cure/);
    expect(sheet(ended)).toContain('mailbox campaigns: NOT FOLLOWED');
    expect(statusRecord(statusOf(ended))).toMatchObject({
      daemon: { running: false },
      mailboxes: [{ connected: false }],
    });
    expect(sheet({ ...mailbox({}), daemonKeptAtSeconds: NOW - 600 })).toMatch(/SILENT +it has told nothing for 10 min/);
  });

  test('tells what waits, is dead and stopped, with the command to look closer', () => {
    const backlog = { ...NOTHING, waiting: 3, dead: 2, stopped: 9, held: 1 };
    const text = sheet(mailbox({}), {
      backlog: { ...backlog, nextDueSeconds: NOW + 240, oldestWaitingSeconds: NOW - 7_200 },
      breakers: [{ mailbox: 'campaigns', openSinceSeconds: NOW, stopped: 9 }],
    });
    expect(text).toMatch(/waiting +3; next try in 4 min; oldest bounce 2 h 0 min ago/);
    expect(text).toMatch(/DEAD +2 refused: "bounced outbox list --state dead"/);
    expect(text).toMatch(/BREAKER OPEN +campaigns: 9 hard bounces wait for you/);
  });

  test('counts faults of our own side apart from the bounces', () => {
    const verdicts = [
      { mailbox: 'campaigns', verdict: 'hard', reason: 'userUnknown', count: 5 },
      { mailbox: 'second', verdict: 'hard', reason: 'userUnknown', count: 2 },
      { mailbox: 'campaigns', verdict: 'soft', reason: 'spamContent', count: 4 },
    ];
    const text = sheet({ ...mailbox({}), verdicts, mails: 30 });
    expect(text).toMatch(/30 mails looked at\n {2}hard +7: userUnknown 7\n\n/);
    expect(text).toMatch(
      /FAULTS OF OUR OWN SIDE .*: 4, posted as soft\n +4 +campaigns, spamContent: The mail was taken/,
    );
    expect(statusRecord(statusOf({ verdicts }))).toMatchObject({ lastDay: { ownFaults: [{ count: 4 }] } });
  });

  test('is never wider than 80 columns, and lets no mail or server steer the terminal', () => {
    const long = `\u001b[2J${'x'.repeat(200)} ${'many words '.repeat(40)}`;
    const reasons = ['userUnknown', 'domainUnknown', 'userDisabled', 'userMoved', 'domainNoMail', 'mailboxFull'];
    const text = sheet(
      {
        ...mailbox({ connected: false, fault: { ...FAULT, message: long, cure: long } }),
        verdicts: reasons.map(reason => ({ mailbox: 'a', verdict: 'hard', reason, count: 123_456 })),
      },
      { breakers: [{ mailbox: 'm'.repeat(63), openSinceSeconds: 1, stopped: 1 }] },
    );
    expect(text.split('\n').filter(line => line.length > 80)).toEqual([]);
    expect(text).not.toContain('\u001b');
  });

  test('says the same with colour and without', () => {
    const status = statusOf({});
    const painted = statusSheet(status, line => `<${line}>`);
    expect(painted).not.toBe(statusSheet(status));
    expect(painted.replaceAll(/[<>]/g, '')).toBe(statusSheet(status));
  });
});

describe('a narrow terminal', () => {
  test.each([30, 40, 60])('of %i columns holds every line of it', room => {
    const trouble = { connected: false, fault: FAULT };
    const text = statusSheet(statusOf(mailbox(trouble), { backlog: { ...NOTHING, dead: 12 } }), undefined, room);
    expect(Math.max(...text.split('\n').map(line => line.length))).toBeLessThanOrEqual(room);
    expect(text.replace(/\s+/g, ' ')).toContain('DEAD 12 refused: "bounced outbox list --state dead"');
  });

  test('colours each line of a heading, and no blank', () => {
    const ink = (text: string): string => `<${text}>`;
    const { runningPid: _, ...ended } = mailbox({});
    expect(statusSheet(statusOf(ended), ink, 30)).toMatch(
      /^<bounced: NO DAEMON RUNS, the>\n<last one was here just now>\n {2}cure/,
    );
  });
});

describe('the configuration', () => {
  const two = { configured: ['campaigns', 'news'] };

  test('names a mailbox that was never followed: without a daemon, or one that was not told', () => {
    expect(sheet({}, two)).toMatch(/mailbox campaigns: NOT FOLLOWED\n[\s\S]*mailbox news: NOT FOLLOWED/);
    expect(sheet(mailbox({}), two)).toMatch(
      /mailbox news: NOT FOLLOWED\n +TROUBLE +the daemon was not told[^\n]*\n +cure +systemctl reload/,
    );
    expect(statusRecord(statusOf(mailbox({}), two))).toMatchObject({
      mailboxes: [
        { mailbox: 'campaigns', configured: true, connected: true },
        { mailbox: 'news', configured: true, connected: false },
      ],
    });
  });

  test('may have lost one that was followed', () => {
    expect(sheet(mailbox({}), { configured: ['news'] })).toMatch(/campaigns: followed\n +CONFIGURED +not any more/);
  });
});
