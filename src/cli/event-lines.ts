/**
 * Events of the outbox for people and for programs. Takes kept events and the time, gives text. Pure; lets nothing a
 * mail or a server wrote steer a terminal.
 */
import type { EventDetails, EventRoad, KeptEvent, KeptMail, PastAct, PastPost } from '../outbox/outbox.ts';
import { visible } from '../runtime/log-lines.ts';
import { verdictLines } from './verdict-lines.ts';
import { columns } from './table.ts';

/** Characters of an id that are shown: enough to tell a thousand million events apart. */
const ID_CHARS = 12;
const ANSWER_CHARS = 100;

/** The id as lists show it; any unique beginning is taken back. */
export function shortId(id: string): string {
  return visible(id.slice(0, ID_CHARS));
}

/** Epoch seconds as "2026-11-23 20:55" in UTC. */
export function utcMinute(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ');
}

/** A list of events in any state, a line each below the names of its columns; in less room a paragraph each. */
export function eventTable(events: readonly KeptEvent[], nowSeconds: number, room?: number): string {
  const head = ['id', 'state', 'verdict', 'address', 'bounced (UTC)', 'tries', 'next', 'last answer'];
  const rows = events.map(event => [
    shortId(event.id),
    event.state,
    event.verdict,
    visible(event.address),
    utcMinute(event.tsSeconds),
    String(event.attempts),
    nextWords(event, nowSeconds),
    answerWords(event),
  ]);
  return withoutTrailing(columns([head, ...rows], room));
}

/** A list of held events, with what each lacks. */
export function heldTable(events: readonly KeptEvent[], nowSeconds: number, room?: number): string {
  const head = ['id', 'verdict', 'address', 'bounced (UTC)', 'next look-up', 'missing'];
  const rows = events.map(event => [
    shortId(event.id),
    event.verdict,
    visible(event.address),
    utcMinute(event.tsSeconds),
    nextWords(event, nowSeconds),
    visible(event.missing ?? ''),
  ]);
  return withoutTrailing(columns([head, ...rows], room));
}

/** All that is known of one event. */
export function eventSheet(event: EventDetails, nowSeconds: number): string {
  const { message } = event;
  const rows: [string, string][] = [
    ['id', visible(event.id)],
    ['state', `${event.state}${event.state === 'stopped' ? ' by the breaker' : ''}`],
    ['address', visible(event.address)],
    ['verdict', event.verdict],
    ['bounced', utc(event.tsSeconds)],
    ['mailbox', event.mailbox],
    ['callback', event.callback],
    ['proof', event.proof ?? 'missing'],
    ...lineIf('missing', event.missing),
    ...lineIf('looked up', event.missing === undefined ? undefined : idWords(event.originalMessageIds)),
    ['recorded', utc(event.recordedAtSeconds)],
    ...nextRow(event, nowSeconds),
    ['tries', String(event.attempts)],
    ...lineIf(event.state === 'delivered' ? 'answer before' : 'last answer', event.lastAnswer),
    ...lineIf('doubt', doubtWords(event)),
    ...lineIf('settled', event.settledAtSeconds === undefined ? undefined : utc(event.settledAtSeconds)),
    ...event.posts.map((post): [string, string] => ['post', postWords(post)]),
    ...event.acts.map((past): [string, string] => ['done by hand', actWords(past)]),
    ...(message === undefined
      ? []
      : [['mail', `${visible(message.folder)}, UID ${message.uid}: ${visible(message.because)}`] as [string, string]]),
  ];
  const evidence =
    message?.verdicts.flatMap(one => [`  ${visible(one.recipient)}`, ...verdictLines(message, one)]) ?? [];
  return [columns(rows), ...(evidence.length === 0 ? [] : ['evidence', ...evidence])].join('\n');
}

/** One event for programs; times in epoch seconds. */
export function eventRecord(event: KeptEvent | EventRoad | EventDetails): Record<string, unknown> {
  const { id, state, mailbox, callback, address, verdict, tsSeconds, proof, attempts, ambiguous, lastAnswer } = event;
  const { missing, originalMessageIds, recordedAtSeconds, nextAtSeconds, settledAtSeconds } = event;
  const facts = { id, state, mailbox, callback, address, verdict, ts: tsSeconds, proof, missing, originalMessageIds };
  const times = { recordedAt: recordedAtSeconds, nextAt: nextAtSeconds, settledAt: settledAtSeconds };
  const more = 'acts' in event ? roadFacts(event) : {};
  return { ...facts, ...times, attempts, ambiguous, lastAnswer, ...more };
}

function roadFacts(event: EventRoad | EventDetails): Record<string, unknown> {
  const { queuedAtSeconds, posts, acts } = event;
  const message = 'message' in event ? { message: mailRecord(event.message) } : {};
  return { queuedAt: queuedAtSeconds, posts: posts.map(postRecord), acts: acts.map(actRecord), ...message };
}

/** One mail for programs; times in epoch seconds. */
export function mailRecord({ recordedAtSeconds, verdicts, ...facts }: KeptMail): Record<string, unknown> {
  const recipients = verdicts.map(({ bouncedAtSeconds, ...rest }) => ({ ...rest, ts: bouncedAtSeconds }));
  return { ...facts, recordedAt: recordedAtSeconds, recipients };
}

/** Requests answered alike in a row, in one line. */
export function postWords({ firstAtSeconds, lastAtSeconds, times, outcome, answer }: PastPost): string {
  const when = times === 1 ? utc(lastAtSeconds) : `${times} times from ${utc(firstAtSeconds)} to ${utc(lastAtSeconds)}`;
  return `${when}: ${outcome}: ${visible(answer)}`;
}

function postRecord({ firstAtSeconds, lastAtSeconds, ...rest }: PastPost): Record<string, unknown> {
  return { firstAt: firstAtSeconds, lastAt: lastAtSeconds, ...rest };
}

/** Who did what, when and why, for people. */
export function actWords({ atSeconds, who, act, because }: PastAct): string {
  return `${utc(atSeconds)}: ${act} by ${visible(who)}${because === undefined ? '' : `: ${visible(because)}`}`;
}

function actRecord({ atSeconds, ...rest }: PastAct): Record<string, unknown> {
  return { at: atSeconds, ...rest };
}

/** Epoch seconds as "2026-11-23 20:55 UTC". */
export function utc(seconds: number): string {
  return `${utcMinute(seconds)} UTC`;
}

function idWords(ids: readonly string[]): string {
  return ids.length === 0 ? 'nothing: no Message-ID is named' : ids.map(id => `<${id}>`).join(', ');
}

function nextRow(event: KeptEvent, nowSeconds: number): [string, string][] {
  const words = nextWords(event, nowSeconds);
  if (words === '-') return [];
  const at = event.nextAtSeconds === undefined ? '' : ` (${utc(event.nextAtSeconds)})`;
  return [[event.state === 'held' ? 'next look-up' : 'next try', `${words}${at}`]];
}

/** When something happens to it next; "-": never by itself. */
export function nextWords({ state, nextAtSeconds }: KeptEvent, nowSeconds: number): string {
  if (state === 'held') return nextAtSeconds === undefined ? 'never by itself' : inTime(nextAtSeconds - nowSeconds);
  if (state === 'stopped') return 'after reset';
  if (state === 'claimed') return 'being posted';
  if (state === 'waiting' && nextAtSeconds !== undefined) return inTime(nextAtSeconds - nowSeconds);
  return '-';
}

function inTime(seconds: number): string {
  if (seconds <= 0) return 'now';
  if (seconds < 100) return `in ${seconds} s`;
  return seconds < 6_000 ? `in ${Math.round(seconds / 60)} min` : `in ${Math.round(seconds / 3_600)} h`;
}

function answerWords(event: KeptEvent): string {
  // What was taken at last needs no word about the tries before.
  if (event.state === 'delivered') return '';
  const doubt = event.ambiguous > 0 ? ' (may have been counted)' : '';
  const answer = visible(event.lastAnswer ?? '');
  const short = answer.length > ANSWER_CHARS ? `${answer.slice(0, ANSWER_CHARS)}...` : answer;
  return `${short}${doubt}`.trim();
}

function doubtWords({ ambiguous }: KeptEvent): string | undefined {
  if (ambiguous === 0) return undefined;
  return `${ambiguous} request${ambiguous === 1 ? '' : 's'} without a clear answer: it may have been counted already`;
}

function withoutTrailing(text: string): string {
  return text.replace(/ +$/gm, '');
}

function lineIf(name: string, text: string | undefined): [string, string][] {
  return text === undefined ? [] : [[name, visible(text)]];
}
