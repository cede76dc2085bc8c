/**
 * What each station saw of a self-test, for people and for programs, and what of it is wrong. Takes what was sent and
 * what came, gives text and faults. Pure; lets nothing a mail or a server wrote steer a terminal.
 */
import type { Event } from '../provenance/provenance.ts';
import { isReport } from '../report/words.ts';
import { visible } from '../runtime/log-lines.ts';
import { EXIT, Fault } from '../shared/fault.ts';
import { headerValue, parseHeaderFields } from '../shared/header-fields.ts';
import { wholeVerdict } from '../verdict/words.ts';
import { utc } from './event-lines.ts';
import { PROOFS } from './road-lines.ts';
import type { Came, Sent, Waited } from './selftest-run.ts';
import { verdictLines } from './verdict-lines.ts';

/** What --post came to. */
export interface Posting {
  readonly callback: string;
  readonly state: string;
  /** The callback's words, without its URL. */
  readonly answer: string;
}

const LABEL_CHARS = 12;

/** Printed once the server has taken it. */
export function sentLines({ to, messageId, answer }: Sent): string[] {
  return [row('sent', `to ${to}: ${answer}`), row('Message-ID', `<${messageId}>`)];
}

/** A line or more a station, in the order of the river. */
export function cameLines(came: Came, posting: Posting | undefined): string[] {
  const { folder, afterMs, mail, found, outcome, event, held, otherwise } = came;
  const { raw, reading, verdicts } = mail;
  const read = isReport(reading)
    ? `${reading.kind}, by reader ${reading.reader}`
    : `${reading.kind}: ${reading.because}`;
  const lines = verdicts.flatMap(one => [
    row('recipient', one.names.join(', ')),
    ...verdictLines({ kind: reading.kind, reader: isReport(reading) ? reading.reader : undefined }, wholeVerdict(one)),
  ]);
  return [
    row('mailbox', `${folder}, UID ${raw.uid}, after ${seconds(afterMs)}`),
    row('message', `"${header(came, 'subject')}" from ${header(came, 'from')}, ${raw.sizeBytes} bytes`),
    row('report', read),
    ...lines,
    row('provenance', event === undefined ? (held?.missing ?? otherwise.because) : `the mail ${PROOFS[event.proof]}`),
    ...(found.mails.size === 0 ? [] : [row('mark', markWords(came))]),
    ...(event === undefined ? [] : [row('event', eventWords(event, outcome))]),
    row('callback', posting === undefined ? unpostedWords(event) : postingWords(posting)),
  ];
}

/** All of it as one object; times in epoch seconds. */
export function selfTestRecord(
  sent: Sent,
  { came, delays }: Waited,
  posting: Posting | undefined,
  problem: Fault | undefined,
): Record<string, unknown> {
  const { to, messageId, answer, atMs } = sent;
  return {
    ok: problem === undefined,
    sent: { to, messageId, answer, atSeconds: Math.floor(atMs / 1000) },
    came: came !== undefined,
    delayReports: delays,
    ...(came === undefined ? {} : cameRecord(came)),
    callback: posting === undefined ? { posted: false } : { posted: true, ...posting },
    ...(problem === undefined ? {} : { problem: problemRecord(problem) }),
  };
}

/** Why a bounce that came would not have led to an event, or would have led to one that it must not; the first. */
export function wrongWith({ folder, mail, found, outcome, event, held, otherwise }: Came): Fault | undefined {
  const { reading, raw } = mail;
  const where = `${folder}, UID ${raw.uid}`;
  if (!isReport(reading)) {
    const cure = 'save that mail and run "bounced classify --explain" on it; a reader for its dialect is missing';
    return wrong('NOT_UNDERSTOOD', `the bounce came (${where}) and is not understood: ${reading.because}`, cure);
  }
  if (held !== undefined) {
    const cure = found.searched
      ? 'look whether the mail lies in Sent ("sent_folder"): a server that keeps no copy of what it sends proves nothing'
      : 'show Sent Mail in IMAP (Gmail: Settings > Labels), or name the folder with "sent_folder"';
    return wrong('NOT_PROVEN', `the bounce came (${where}) and is not proven: ${held.missing}`, cure);
  }
  if (event === undefined) {
    const cure = 'look at the lines above: a bounce of a customer would have led to nothing, too';
    return wrong('NO_EVENT', `the bounce came (${where}) and leads to no event: ${otherwise.because}`, cure);
  }
  if (outcome.selfTest !== true) {
    const cure = `with a daemon running, "bounced outbox drop ${event.address}"; send no canary by this server`;
    return wrong(
      'MARK_LOST',
      "the mail in Sent has lost its mark, so a daemon takes this for a customer's bounce",
      cure,
    );
  }
  return undefined;
}

/** None came in time. */
export function noneCame(sent: Sent, { delays, trouble }: Waited, waitMs: number): Fault {
  const what = `no bounce of <${sent.messageId}> came within ${seconds(waitMs)}`;
  const line = trouble === undefined ? '' : `; the mailbox was in trouble: ${trouble.message}`;
  const late = delays === 0 ? '' : '; a report came that delivery takes long, so the server goes on trying';
  return new Fault(`${what}${late}${line}`, {
    code: 'NO_BOUNCE',
    retry: 'later',
    exit: EXIT.unavailable,
    hint:
      trouble?.cure ??
      'look for it in a mail program: in Spam (not read), in a folder that is not read ("folder"), or hidden from IMAP ' +
        '("Show in IMAP" of All Mail); it may also come later: a longer --wait, or another --to',
  });
}

/** A post that was not taken. */
export function notPosted({ callback, state, answer }: Posting): Fault | undefined {
  if (state === 'delivered') return undefined;
  return new Fault(`callback "${callback}" has not taken the event: ${answer}`, {
    code: 'NOT_TAKEN',
    retry: 'later',
    exit: EXIT.unavailable,
    hint: 'look at its URL, and at "bounced check --online"; nothing is kept of it, so it is not tried again',
  });
}

function wrong(code: string, what: string, hint: string): Fault {
  return new Fault(visible(what), { code, retry: 'never', exit: EXIT.dataError, hint });
}

function cameRecord(came: Came): Record<string, unknown> {
  const { folder, uidValidity, afterMs, mail, found, event, held, otherwise } = came;
  const { raw, reading, verdicts } = mail;
  return {
    mailbox: { folder, uidValidity, uid: raw.uid, afterSeconds: Math.round(afterMs / 1000) },
    message: { subject: header(came, 'subject'), from: header(came, 'from'), sizeBytes: raw.sizeBytes },
    report: isReport(reading)
      ? { kind: reading.kind, reader: reading.reader, originalMessageIds: reading.originalMessageIds }
      : { kind: reading.kind, because: reading.because },
    verdicts: verdicts.map(wholeVerdict).map(({ recipient, verdict, reason, because, about, evidence }) => ({
      ...{ address: recipient, verdict, reason, because, about, evidence },
    })),
    provenance: {
      searched: found.searched,
      inSent: found.mails.size > 0,
      marked: isMarked(came),
      proof: event?.proof,
      missing: event === undefined ? (held?.missing ?? otherwise.because) : undefined,
    },
    event: event === undefined ? null : { address: event.address, verdict: event.verdict, tsSeconds: event.tsSeconds },
  };
}

function problemRecord({ code, message, hint }: Fault): Record<string, unknown> {
  return { code, message, cure: hint };
}

function isMarked({ found }: Came): boolean {
  return [...found.mails.values()].some(({ isSelfTest }) => isSelfTest === true);
}

function markWords(came: Came): string {
  return isMarked(came)
    ? 'the mail in Sent bears it: a daemon notes that bounces come back, and posts nothing'
    : 'lost: the mail in Sent does not bear it, so a daemon takes this for a bounce of a customer';
}

function eventWords({ verdict, address, tsSeconds }: Event, { selfTest }: Came['outcome']): string {
  const what = `a customer's mail would give a ${verdict} bounce of ${address} at ${utc(tsSeconds)}`;
  return `${what}; this one gives ${selfTest === true ? 'none' : 'it, too'}`;
}

function unpostedWords(event: Event | undefined): string {
  return event === undefined ? 'nothing to post' : 'nothing posted; --post posts this one event';
}

function postingWords({ callback, state, answer }: Posting): string {
  return `posted to "${callback}": ${state === 'delivered' ? 'taken' : 'not taken'}, ${answer}`;
}

function header({ mail }: Came, name: string): string {
  return headerValue(parseHeaderFields(mail.raw.header), name) ?? '';
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

function row(label: string, text: string): string {
  return visible(`${label.padEnd(LABEL_CHARS)}${text}`);
}
