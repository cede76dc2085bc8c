/**
 * The road of a mail through the stations, for people and for programs: what was seen, decided, proven, posted, and
 * done by hand. Takes what the outbox has, gives text. Pure; lets nothing a mail or a server wrote steer a terminal.
 */
import type { EventRoad, KeptMail, Trace } from '../outbox/outbox.ts';
import type { Proof } from '../provenance/provenance.ts';
import { visible } from '../runtime/log-lines.ts';
import { actWords, eventRecord, mailRecord, nextWords, postWords, shortId, utc } from './event-lines.ts';
import { verdictLines } from './verdict-lines.ts';

const LABEL_CHARS = 10;

/** The road of one mail, or of events whose mail is forgotten: a line a fact, station after station. */
export function roadLines({ mail, events }: Trace, nowSeconds: number): string[] {
  const heads = mail === undefined ? [row('mail', 'forgotten')] : mailLines(mail);
  const none = events.length > 0 ? [] : [row('event', `none: ${mail?.because ?? ''}`)];
  return [...heads, ...events.flatMap(event => eventLines(event, mail, nowSeconds)), ...none];
}

/** The same for programs; times in epoch seconds. */
export function roadRecord({ mail, events }: Trace): Record<string, unknown> {
  return { mail: mail === undefined ? undefined : mailRecord(mail), events: events.map(eventRecord) };
}

function mailLines(mail: KeptMail): string[] {
  const id = mail.messageId === undefined ? '' : ` <${mail.messageId}>`;
  const place = `${mail.mailbox}: ${mail.folder}, UID ${mail.uid}${id}, read at ${utc(mail.recordedAtSeconds)}`;
  const originals = mail.originalMessageIds.map(one => `<${one}>`).join(', ');
  const report = mail.reader === undefined ? `${mail.kind}: ${mail.because}` : `${mail.kind}, by reader ${mail.reader}`;
  return [
    row('mail', place),
    row('report', report),
    ...(originals === '' ? [] : [row('original', originals)]),
    ...mail.verdicts.flatMap(one => [row('recipient', one.names.join(', ')), ...verdictLines(mail, one)]),
  ];
}

function eventLines(event: EventRoad, mail: KeptMail | undefined, nowSeconds: number): string[] {
  const { address, verdict, callback, tsSeconds, state, posts, acts } = event;
  const what = `${verdict} for ${address}, bounced at ${utc(tsSeconds)}, to "${callback}"`;
  const next = nextWords(event, nowSeconds);
  return [
    row('proof', proofWords(event, mail)),
    row('event', `${shortId(event.id)}: ${what}`),
    ...posts.map(post => row('post', postWords(post))),
    ...acts.map(past => row('by hand', actWords(past))),
    row('now', `${state}${next === '-' ? '' : `, ${state === 'held' ? 'looked up again' : 'next'} ${next}`}`),
  ];
}

/** How an event was proven: continues "the mail that bounced". */
export const PROOFS: Readonly<Record<Proof, string>> = {
  sent: 'is in Sent, and went to this very address',
  'sent-gmail': "is in Sent, and went to this very address; the report is Gmail's own",
  'sent-forwarded': 'is in Sent, a campaign mail to this one address; another one failed, so it was passed on: soft',
  gmail: "is gone from Sent; the report is Gmail's own, and gmail_without_original accepts that",
  off: 'was not looked up: provenance mode is "off"',
  released: 'was not found in Sent, or not with this address; an operator released it',
};

function proofWords(event: EventRoad, mail: KeptMail | undefined): string {
  const { proof, missing, queuedAtSeconds, recordedAtSeconds } = event;
  const ids = mail?.originalMessageIds ?? [];
  const looked = ids.length === 0 ? 'the original' : ids.map(id => `<${id}>`).join(' or ');
  if (proof === undefined) return `missing: ${missing ?? `${looked} was never found`}`;
  const waited = queuedAtSeconds !== undefined && queuedAtSeconds > recordedAtSeconds;
  const held = waited ? `; held from ${utc(recordedAtSeconds)} to ${utc(queuedAtSeconds)}` : '';
  return `${proof}: ${looked} ${PROOFS[proof]}${held}`;
}

function row(label: string, text: string): string {
  return visible(`${label.padEnd(LABEL_CHARS)}${text}`);
}
