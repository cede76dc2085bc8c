/**
 * What became of mails that were read once more, for people and for programs. Takes a mail's outcome and what was
 * recorded, gives text. Pure; lets nothing a mail wrote steer a terminal.
 */
import type { MessageOutcome, RereadMail } from '../outbox/outbox.ts';
import type { OnceMore } from '../reread.ts';
import { visible } from '../runtime/log-lines.ts';
import { sameAddress } from '../shared/address.ts';
import type { Ruling } from '../verdict/verdict.ts';

/** One mail that was read once more. */
export interface ReplayedMail {
  /** "UID 12", or the file's name. */
  readonly name: string;
  readonly outcome: MessageOutcome;
  readonly mail: RereadMail;
  readonly again: OnceMore;
}

/** What became of one recipient. */
interface Fate {
  readonly verdict: Ruling;
  /** What was recorded of him before. */
  readonly before?: Ruling;
  /** What of the proof is missing, of one that is held. */
  readonly missing?: string;
  readonly result: 'waits' | 'held' | 'as recorded' | 'differs' | 'nothing';
}

/** Counts of a whole run. */
export interface ReplaySum {
  mails: number;
  new: number;
  known: number;
  forgotten: number;
  events: number;
  held: number;
  /** Recipients that are decided otherwise now, and were left as recorded. */
  differing: number;
}

export function emptySum(): ReplaySum {
  return { mails: 0, new: 0, known: 0, forgotten: 0, events: 0, held: 0, differing: 0 };
}

export function addTo(sum: ReplaySum, replayed: ReplayedMail): void {
  const { mail } = replayed;
  sum.mails += 1;
  sum[mail.result] += 1;
  sum.events += mail.newEventIds.length;
  sum.held += mail.newHeldIds.length;
  sum.differing += fatesOf(replayed).filter(({ result }) => result === 'differs').length;
}

/** A line a recipient; none for a known mail that is no report, and was none before. */
export function replayLines(replayed: ReplayedMail, dryRun: boolean): string[] {
  const { name, outcome, mail } = replayed;
  const fates = fatesOf(replayed);
  if (fates.length > 0) return fates.map(fate => visible(`${name}  ${fateWords(fate, replayed, dryRun)}`));
  const { kind, because } = outcome;
  const was = mail.before?.kind ?? kind;
  if (mail.result === 'known' && was === kind) return [];
  return [visible(`${name}  ${kind}${was === kind ? '' : `, recorded as ${was} before`}: ${because}`)];
}

export function replayRecord(replayed: ReplayedMail): Record<string, unknown> {
  const { name, outcome, mail } = replayed;
  const recipients = fatesOf(replayed).map(({ verdict, before, result }) => ({
    address: verdict.recipient,
    verdict: verdict.verdict,
    reason: verdict.reason,
    before: before === undefined ? undefined : { verdict: before.verdict, reason: before.reason },
    result,
  }));
  return {
    mail: name,
    result: mail.result,
    kind: outcome.kind,
    because: outcome.because,
    before: mail.before?.kind,
    recipients,
    events: mail.newEventIds,
    held: mail.newHeldIds,
  };
}

function fatesOf({ outcome, mail, again }: ReplayedMail): Fate[] {
  const { events, held: allHeld } = again.conclusion;
  const waiting = events.filter(({ id }) => mail.newEventIds.includes(id));
  const kept = allHeld.filter(({ id }) => mail.newHeldIds.includes(id));
  // A mail that was passed on is told of the address it had been sent to, which the report may not name.
  const isOf = ({ address }: { readonly address: string }, { names }: Ruling): boolean =>
    outcome.verdicts.length === 1 || names.some(name => sameAddress(name, address));
  return outcome.verdicts.map(verdict => {
    const before = mail.before?.verdicts.find(one =>
      one.names.some(name => verdict.names.some(other => sameAddress(name, other))),
    );
    const known = before === undefined ? {} : { before };
    if (waiting.some(event => isOf(event, verdict))) return { verdict, ...known, result: 'waits' };
    const held = kept.find(one => isOf(one, verdict));
    if (held !== undefined) return { verdict, ...known, missing: held.missing, result: 'held' };
    if (before === undefined) return { verdict, result: 'nothing' };
    const same = before.verdict === verdict.verdict && before.reason === verdict.reason;
    return { verdict, before, result: same ? 'as recorded' : 'differs' };
  });
}

function fateWords(
  { verdict, before, missing, result }: Fate,
  { outcome, mail }: ReplayedMail,
  dryRun: boolean,
): string {
  const now = `${verdict.recipient}  ${verdict.verdict} ${verdict.reason}`;
  switch (result) {
    case 'waits':
      return `${now}: ${dryRun ? 'would wait' : 'waits'} for the callback`;
    case 'held':
      return `${now}: ${dryRun ? 'would be held' : 'held'}: ${missing ?? ''}`;
    case 'as recorded':
      return `${now}: as recorded`;
    case 'differs':
      return `${now}: recorded as ${before?.verdict ?? ''} ${before?.reason ?? ''}, which stays`;
    case 'nothing':
      return `${now}: ${mail.result === 'forgotten' ? 'told once, and forgotten since' : outcome.because}`;
  }
}
