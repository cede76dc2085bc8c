/**
 * The answer in one sentence: was this customer unsubscribed, why, by which event, and was that undone. Takes what the
 * outbox has of an address or a Message-ID, gives words. Pure.
 */
import type { EventRoad, KeptMail, Trace } from '../outbox/outbox.ts';
import { sameAddress } from '../shared/address.ts';
import { REASONS } from '../verdict/words.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { utc } from './event-lines.ts';

/**
 * - `unsubscribed`: a hard bounce was delivered. `unclear`: it was posted, and nobody knows whether it was counted.
 * - `undone`: the customer was resubscribed after it. `pending`: a hard bounce is not settled yet.
 * - `not posted`: no hard bounce was or will be. `soft`: only soft bounces. `none`: nothing was to be posted.
 */
export type Fate = 'unsubscribed' | 'unclear' | 'undone' | 'pending' | 'not posted' | 'soft' | 'none';

export interface RoadAnswer {
  readonly fate: Fate;
  readonly text: string;
}

/** An event, and the verdict it rests on where that is still known. */
interface Case {
  readonly event: EventRoad;
  readonly verdict: Verdict | undefined;
}

/** What of a trace concerns this customer: nobody else's events and verdicts of the same mail. */
export function ofAddress({ mail, events }: Trace, address: string): Trace {
  const own = events.filter(event => sameAddress(event.address, address));
  if (mail === undefined) return { events: own };
  const named = mail.verdicts.filter(({ names }) => names.some(name => sameAddress(name, address)));
  // The mail may have been passed on: then the report names another address than the customer's.
  const passedOn = events.filter(({ proof }) => proof === 'sent-forwarded');
  const verdicts = named.length > 0 ? named : mail.verdicts;
  return { mail: { ...mail, verdicts }, events: own.length > 0 ? own : passedOn };
}

/** @param traces of this customer alone, oldest first; at least one */
export function answerForAddress(address: string, traces: readonly Trace[]): RoadAnswer {
  const cases = traces.flatMap(({ mail, events }) => events.map(event => ({ event, verdict: verdictOf(mail, event) })));
  const hard = cases.filter(({ event }) => event.verdict === 'hard' && event.state !== 'duplicate');
  // The last word counts: who was resubscribed may have bounced again.
  const lead =
    hard.findLast(one => fateOf(one.event) === 'unsubscribed') ??
    hard.findLast(one => fateOf(one.event) === 'unclear') ??
    hard.findLast(one => fateOf(one.event) === 'pending') ??
    hard.findLast(one => fateOf(one.event) === 'undone') ??
    hard.at(-1);
  if (lead !== undefined) return { fate: fateOf(lead.event), text: `${address} ${hardWords(lead)}` };
  const last = cases.at(-1);
  if (last !== undefined) return { fate: 'soft', text: `${address} was not unsubscribed: ${softWords(cases, last)}` };
  return { fate: 'none', text: `${address} was not unsubscribed: ${unpostedWords(address, traces)}` };
}

/** @param traces of all mails that are, or speak of, the one with this Message-ID; at least one */
export function answerForMail(id: string, traces: readonly Trace[]): RoadAnswer {
  const own = traces.filter(({ mail }) => mail?.messageId === id);
  const fates = traces.flatMap(({ events }) => events.filter(({ verdict }) => verdict === 'hard').map(fateOf));
  const order: readonly Fate[] = ['unsubscribed', 'unclear', 'pending', 'undone', 'not posted'];
  const soft = traces.some(({ events }) => events.length > 0) ? 'soft' : 'none';
  const fate = order.find(one => fates.includes(one)) ?? soft;
  const sums = [...new Set(traces.flatMap(({ mail }) => (mail === undefined ? [] : [mail.because])))].join('; ');
  const kind = own[0]?.mail?.kind;
  const what = kind === undefined ? `bounced, by ${count(traces.length, 'report')}` : (KINDS[kind] ?? `is ${kind}`);
  return { fate, text: `<${id}> ${what}: ${sums}` };
}

const KINDS: Readonly<Record<string, string>> = {
  failure: 'is a bounce',
  delay: 'is the notice of a delay',
  success: 'is the notice of a delivery',
  autoReply: 'is no bounce but an automatic reply',
  readReceipt: 'is no bounce but a read receipt',
  complaint: 'is no bounce but a complaint',
  ordinary: 'is no bounce',
  unreadable: 'could not be read',
};

/** The verdict that an event rests on. */
export function verdictOf(mail: KeptMail | undefined, event: EventRoad): Verdict | undefined {
  const named = mail?.verdicts.find(({ names }) => names.some(name => sameAddress(name, event.address)));
  return named ?? (mail?.verdicts.length === 1 ? mail.verdicts[0] : undefined);
}

function fateOf({ state, ambiguous, acts }: EventRoad): Fate {
  const counted = state === 'delivered' || ambiguous > 0;
  if (counted && acts.some(({ act }) => act === 'undo')) return 'undone';
  if (state === 'delivered') return 'unsubscribed';
  if (ambiguous > 0 || state === 'claimed') return 'unclear';
  return state === 'dead' || state === 'dropped' ? 'not posted' : 'pending';
}

function hardWords({ event, verdict }: Case): string {
  const what = `a hard bounce of ${utc(event.tsSeconds)}${reasonWords(verdict)}`;
  const { callback, state, settledAtSeconds = 0 } = event;
  const posted = `was posted to "${callback}"`;
  const fate = fateOf(event);
  if (fate === 'unsubscribed') return `was unsubscribed: ${what} ${posted}, which took it at ${utc(settledAtSeconds)}`;
  if (fate === 'undone') return `was unsubscribed for ${what}, and resubscribed ${undoWords(event)}`;
  if (state === 'claimed') return `is being unsubscribed: ${what} is being posted to "${callback}" this moment`;
  if (fate === 'unclear')
    return `may have been unsubscribed: ${what} ${posted} without a clear answer; it ${stateWords(event)}`;
  return `was not unsubscribed${fate === 'pending' ? ' yet' : ''}: ${what} ${stateWords(event)}`;
}

function undoWords({ acts }: EventRoad): string {
  const past = acts.findLast(({ act }) => act === 'undo');
  if (past === undefined) return '';
  return `at ${utc(past.atSeconds)} by ${past.who}${past.because === undefined ? '' : `: ${past.because}`}`;
}

/** How it stands with an event that was not delivered. */
function stateWords({ state, callback, missing, lastAnswer, nextAtSeconds }: EventRoad): string {
  if (state === 'held') return `is held and not posted: ${missing ?? 'its proof is missing'}`;
  if (state === 'stopped') return 'is stopped by the breaker';
  if (state === 'dead') return `was refused by "${callback}" for good: ${lastAnswer ?? ''}`;
  if (state === 'dropped') return 'was dropped by hand';
  const answer = lastAnswer === undefined ? '' : `; the last answer was ${lastAnswer}`;
  const next = nextAtSeconds === undefined ? '' : `, next at ${utc(nextAtSeconds)}`;
  return `waits for "${callback}"${next}${answer}`;
}

function softWords(cases: readonly Case[], { event, verdict }: Case): string {
  const bounces = count(cases.length, 'soft bounce');
  return `${bounces}, which unsubscribe nobody; the last of ${utc(event.tsSeconds)}${reasonWords(verdict)}`;
}

function unpostedWords(address: string, traces: readonly Trace[]): string {
  const mail = traces.at(-1)?.mail;
  const parts = mail?.because.split('; ') ?? [];
  const own = parts.find(part => part.toLowerCase().startsWith(`not posted ${address.toLowerCase()}: `));
  const speak = traces.length === 1 ? '1 mail speaks' : `${traces.length} mails speak`;
  return `${speak} of it, and nothing was to be posted: ${own?.replace(/^[^:]*: /, '') ?? mail?.because ?? ''}`;
}

/** ` (userUnknown: there is no such mailbox at this domain), "550 5.1.1 ..."` */
function reasonWords(verdict: Verdict | undefined): string {
  if (verdict === undefined) return '';
  const { reason, diagnostic, evidence } = verdict;
  const meaning = REASONS[reason].meaning.replace(/^[A-Z]/, first => first.toLowerCase()).replace(/\.$/, '');
  const quote = diagnostic ?? evidence[0]?.quote;
  return ` (${reason}: ${meaning}${quote === undefined ? '' : `; "${quote}"`})`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
