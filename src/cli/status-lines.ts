/**
 * `bounced status` for people and for programs. Takes what the outbox knows and the time, gives text of 80 columns
 * at most. Pure; lets nothing a mail or a server wrote steer a terminal, and says nothing by colour alone.
 */
import { asOf } from '../byte-budget.ts';
import { isMissing, MISSING_CURE } from '../canary.ts';
import { bytesInWords, catchUpWords } from '../catch-up.ts';
import type { Backlog, Breaker, Canary, MailboxView, Overview, VerdictCount } from '../outbox/outbox.ts';
import { visible } from '../runtime/log-lines.ts';
import { folded } from './table.ts';
import { REASONS } from '../verdict/words.ts';
import type { Reason } from '../verdict/verdict.ts';
import { utcMinute } from './event-lines.ts';

/** All that is shown. */
export interface Status {
  readonly overview: Overview;
  readonly backlog: Backlog;
  readonly breakers: readonly Breaker[];
  readonly canaries: readonly Canary[];
  /** The mailboxes of the configuration. */
  readonly configured: readonly string[];
  readonly nowSeconds: number;
}

/** How a piece of text is meant; drawn or not, the words say it too. */
export type Paint = (text: string, as: 'head' | 'bad') => string;

export const PLAIN: Paint = text => text;

const COLUMNS = 80;
const LABEL_CHARS = 13;
/** A daemon keeps its standing every 30 s. */
const SILENT_SECONDS = 90;

/**
 * The whole sheet, with no line end after the last line.
 * @param room characters that a line may have; more than 80 are not used
 */
export function statusSheet(status: Status, paint: Paint = PLAIN, room = COLUMNS): string {
  const { verdicts } = status.overview;
  const lines: readonly Line[] = [
    ...daemonLines(status),
    ...allViews(status).flatMap(view => [BLANK, ...mailboxLines(view, status)]),
    BLANK,
    ...outboxLines(status),
    BLANK,
    ...verdictLines(status.overview),
    ...ownFaultLines(verdicts),
  ];
  return lines.flatMap(line => drawn(line, paint, Math.min(room, COLUMNS))).join('\n');
}

/** Those that are configured and were never followed among them. */
function allViews({ overview, configured }: Status): readonly MailboxView[] {
  const known = new Set(overview.mailboxes.map(({ mailbox }) => mailbox));
  const never = configured.filter(mailbox => !known.has(mailbox)).map(mailbox => ({ mailbox, cursors: [] }));
  return [...overview.mailboxes, ...never];
}

/** The same as one object; times in epoch seconds. */
export function statusRecord(status: Status): Record<string, unknown> {
  const { overview, backlog, breakers, canaries, configured, nowSeconds } = status;
  const { daemon, runningPid, verdicts } = overview;
  return {
    atSeconds: nowSeconds,
    daemon: { running: runningPid !== undefined, ...daemon, ...(runningPid === undefined ? {} : { pid: runningPid }) },
    mailboxes: allViews(status).map(({ mailbox, standing, keptAtSeconds, cursors }) => ({
      mailbox,
      configured: configured.includes(mailbox),
      ...standing,
      connected: runningPid !== undefined && standing?.connected === true,
      keptAtSeconds,
      canary: canaries.find(canary => canary.mailbox === mailbox),
      cursors,
    })),
    outbox: backlog,
    breakers,
    lastDay: {
      mails: overview.mails,
      unreadable: overview.unreadable,
      verdicts: verdicts.filter(one => !isOwnFault(one)),
      ownFaults: verdicts.filter(isOwnFault),
    },
  };
}

function daemonLines({ overview, nowSeconds }: Status): Line[] {
  const { daemon, runningPid, daemonKeptAtSeconds } = overview;
  const version = daemon === undefined ? '' : ` ${daemon.version}`;
  if (runningPid === undefined) {
    const last =
      daemonKeptAtSeconds === undefined ? '' : `, the last one was here ${ago(daemonKeptAtSeconds, nowSeconds)}`;
    return [
      bad(`bounced: NO DAEMON RUNS${last}`),
      row('cure', 'systemctl start bounced; journalctl -u bounced tells why it ended'),
    ];
  }
  const up = daemon === undefined ? '' : `, up ${span(nowSeconds - daemon.startedAtSeconds)}`;
  const configured = daemon === undefined ? [] : [row('configured', `${utcMinute(daemon.configuredAtSeconds)} UTC`)];
  const silent = daemonKeptAtSeconds !== undefined && nowSeconds - daemonKeptAtSeconds > SILENT_SECONDS;
  return [
    head(`bounced${version} runs as process ${visible(runningPid)}${up}`),
    ...configured,
    ...(silent ? [row('SILENT', `it has told nothing for ${span(nowSeconds - daemonKeptAtSeconds)}`)] : []),
  ];
}

function mailboxLines(view: MailboxView, status: Status): Line[] {
  const { overview, nowSeconds } = status;
  const { mailbox, standing, cursors } = view;
  const follows = overview.runningPid !== undefined && standing?.connected === true;
  const { lastScanSeconds, lastMailSeconds, fault } = standing ?? {};
  const mended = follows && fault !== undefined && (lastScanSeconds ?? 0) >= fault.atSeconds;
  return [
    follows ? head(`mailbox ${mailbox}: followed`) : bad(`mailbox ${mailbox}: NOT FOLLOWED`),
    ...strangerLines(view, status),
    row('lag', lagWords(standing, nowSeconds)),
    ...receivedLines(standing, follows, nowSeconds),
    row('last mail', lastMailSeconds === undefined ? 'none yet' : momentWords(lastMailSeconds, nowSeconds)),
    ...cursors.map(({ folder, lastUid, uidValidity }) =>
      row('place', `${visible(folder)}, up to UID ${lastUid} (UIDVALIDITY ${uidValidity})`),
    ),
    ...(fault === undefined
      ? []
      : [row(mended ? 'mended' : 'TROUBLE', `${ago(fault.atSeconds, nowSeconds)}: ${fault.message}`)]),
    ...(fault?.cure === undefined || mended ? [] : [row('cure', fault.cure)]),
    ...status.canaries.filter(canary => canary.mailbox === mailbox).flatMap(canary => canaryLines(canary, nowSeconds)),
  ];
}

/** Whether bounces come back at all, as far as a self-test has shown. */
function canaryLines(canary: Canary, nowSeconds: number): Line[] {
  const { everySeconds, sentAtSeconds, provenAtSeconds, fault } = canary;
  const off = everySeconds === undefined;
  const missing = isMissing(canary, nowSeconds);
  const proven =
    provenAtSeconds === undefined ? 'none has come back yet' : `came back ${ago(provenAtSeconds, nowSeconds)}`;
  const sent = sentAtSeconds === undefined || off ? '' : `; sent ${ago(sentAtSeconds, nowSeconds)}`;
  const pace = off ? '' : `, every ${span(everySeconds)}`;
  return [
    row(missing ? 'CANARY LOST' : off ? 'self-test' : 'canary', `${proven}${sent}${pace}`),
    ...(missing ? [row('cure', MISSING_CURE)] : []),
    ...(fault === undefined || off ? [] : [row('NOT SENT', `${ago(fault.atSeconds, nowSeconds)}: ${fault.message}`)]),
    ...(fault?.cure === undefined || off ? [] : [row('cure', fault.cure)]),
  ];
}

/** The configuration and what was followed may differ: a daemon takes a new one at a reload or a start. */
function strangerLines({ mailbox, standing }: MailboxView, { overview, configured }: Status): Line[] {
  if (!configured.includes(mailbox)) return [row('CONFIGURED', 'not any more: what is known of it is from before')];
  if (standing !== undefined || overview.runningPid === undefined) return [];
  return [row('TROUBLE', 'the daemon was not told of it yet'), row('cure', 'systemctl reload bounced')];
}

function lagWords(standing: MailboxView['standing'], nowSeconds: number): string {
  const looked = standing?.lastScanSeconds;
  if (looked === undefined) return 'unknown: not looked yet';
  const when = `looked ${ago(looked, nowSeconds)}`;
  if (standing?.behind !== true) return `none, ${when}`;
  const { catchingUp } = standing;
  return catchingUp === undefined
    ? `behind: more mail is there than has been read; ${when}`
    : `catching up: ${catchUpWords(catchingUp)}`;
}

function receivedLines(standing: MailboxView['standing'], follows: boolean, nowSeconds: number): Line[] {
  if (standing?.received === undefined) return [];
  const { todayBytes, dailyBytes, leftBytes = 0, waitsUntilSeconds: until } = asOf(standing.received, nowSeconds);
  const room = dailyBytes === undefined ? '' : `; catching up may take ${bytesInWords(Math.max(0, leftBytes))} at once`;
  return [
    row('received', `${bytesInWords(todayBytes)} today${room}`),
    ...(follows && until !== undefined
      ? [row('WAITS', `on purpose, for daily_bytes: goes on ${inWords(until, nowSeconds)}`)]
      : []),
  ];
}

function outboxLines({ backlog, breakers, nowSeconds }: Status): Line[] {
  const { waiting, claimed, held, dead, stopped, nextDueSeconds, oldestWaitingSeconds } = backlog;
  const next = nextDueSeconds === undefined ? '' : `; next try ${inWords(nextDueSeconds, nowSeconds)}`;
  const oldest = oldestWaitingSeconds === undefined ? '' : `; oldest bounce ${ago(oldestWaitingSeconds, nowSeconds)}`;
  const open = breakers.filter(({ openSinceSeconds }) => openSinceSeconds !== undefined);
  const names = open.map(({ mailbox }) => mailbox).join(', ');
  return [
    head(waiting + claimed === 0 ? 'outbox: nothing waits' : 'outbox'),
    row('waiting', `${waiting}${next}${oldest}`),
    row('being posted', String(claimed)),
    row('held', `${held}${held > 0 ? ' not proven: "bounced held list"' : ''}`),
    row(dead > 0 ? 'DEAD' : 'dead', `${dead}${dead > 0 ? ' refused: "bounced outbox list --state dead"' : ''}`),
    open.length === 0
      ? row('breaker', 'closed')
      : row('BREAKER OPEN', `${names}: ${stopped} hard bounces wait for you: "bounced breaker show"`),
  ];
}

function verdictLines({ mails, unreadable, verdicts }: Overview): Line[] {
  const ours = verdicts.filter(one => !isOwnFault(one));
  const rows = ['hard', 'soft', 'none'].flatMap(word => {
    const of = ours.filter(({ verdict }) => verdict === word);
    const sum = total(of);
    const reasons = [...byReason(of)].map(([reason, n]) => `${reason} ${n}`);
    return sum === 0 ? [] : [row(word, `${sum}: ${reasons.join(', ')}`)];
  });
  return [
    head(`last 24 hours: ${mails} mails looked at`),
    ...(rows.length > 0 ? rows : [row('verdicts', 'none')]),
    ...(unreadable === 0 ? [] : [row('UNREADABLE', `${unreadable} could not be fetched or read: see the log`)]),
  ];
}

function ownFaultLines(verdicts: readonly VerdictCount[]): Line[] {
  const own = verdicts.filter(isOwnFault);
  if (own.length === 0) return [];
  const lines = own.map(({ mailbox, reason, count }) =>
    row(`  ${count}`, `${mailbox}, ${reason}: ${REASONS[reason as Reason].meaning}`),
  );
  return [BLANK, bad(`FAULTS OF OUR OWN SIDE in the last 24 hours: ${total(own)}, posted as soft`), ...lines];
}

function isOwnFault({ reason }: VerdictCount): boolean {
  return Object.hasOwn(REASONS, reason) && REASONS[reason as Reason].about === 'sender';
}

function byReason(counts: readonly VerdictCount[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { reason, count } of counts) sums.set(reason, (sums.get(reason) ?? 0) + count);
  return sums;
}

function total(counts: readonly VerdictCount[]): number {
  return counts.reduce((sum, { count }) => sum + count, 0);
}

/** A heading, a label with its text, or an empty line; drawn once the room is known. */
type Line =
  { readonly text: string; readonly as: 'head' | 'bad' } | { readonly label: string; readonly text: string } | '';

const BLANK: Line = '';

function head(text: string): Line {
  return { text: visible(text), as: 'head' };
}

function bad(text: string): Line {
  return { text: visible(text), as: 'bad' };
}

function row(label: string, text: string): Line {
  return { label, text: visible(text) };
}

/** In lines none of which is wider than the room. */
function drawn(line: Line, paint: Paint, room: number): string[] {
  if (line === '') return [line];
  if ('as' in line) return folded(line.text, room).map(one => paint(one, line.as));
  const lines = folded(line.text, room - 2 - LABEL_CHARS);
  return lines.map((one, index) => `  ${(index === 0 ? line.label : '').padEnd(LABEL_CHARS)}${one}`.trimEnd());
}

function momentWords(seconds: number, nowSeconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC, ${ago(seconds, nowSeconds)}`;
}

function ago(seconds: number, nowSeconds: number): string {
  return seconds >= nowSeconds ? 'just now' : `${span(nowSeconds - seconds)} ago`;
}

function inWords(seconds: number, nowSeconds: number): string {
  return seconds <= nowSeconds ? 'due now' : `in ${span(seconds - nowSeconds)}`;
}

/** The two largest units: "3 d 4 h", "12 min", "40 s". */
function span(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3_600)} h`;
}
