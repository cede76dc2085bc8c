/**
 * The library's door: read one mail, get typed verdicts. Takes the bytes of an .eml, gives a Bounce.
 * Pure: no daemon, no mailbox, no network, no clock; asks for no proof.
 */
import { readMessage, rawFromSource } from './message/message.ts';
import { forgedInGmailsName } from './provenance/provenance.ts';
import { isReport, readReport } from './report/report.ts';
import type { NotABounce, BounceReport } from './report/report.ts';
import { EXIT, Fault } from './shared/fault.ts';
import { compileRule, decide, DEFAULT_POLICY } from './verdict/verdict.ts';
import type { OwnRule, Policy, RuleText, Verdict } from './verdict/verdict.ts';

export type { Action, Evidence } from './report/report.ts';
export type { About, Ground, OwnRule, Policy, Reason, RuleText, Verdict } from './verdict/verdict.ts';
export { DEFAULT_POLICY } from './verdict/verdict.ts';

/** What one mail turned out to be. */
export interface Bounce {
  /** True for a failure only: not for a delay, a success notice, a complaint or an auto-reply. */
  readonly isBounce: boolean;
  readonly kind: BounceReport['kind'] | NotABounce['kind'];
  /** Why it is no bounce, in one clause; absent for reports. */
  readonly because?: string;
  /** Name of the reader that understood it, for reports. */
  readonly reader?: string;
  /** Message-IDs of the mail that bounced, without brackets, most trustworthy first. */
  readonly originalMessageIds: readonly string[];
  /** One per recipient the report names; `verdict` is "none" where nothing failed. Never proven: nobody was asked. */
  readonly verdicts: readonly Verdict[];
}

export interface ReadOptions {
  readonly policy?: Policy;
  /** Rules of your own, made by `compileRules`; instead of those in the policy. */
  readonly rules?: readonly OwnRule[];
  /** Epoch seconds: a bounce without a date gets this time, and none is later. Without it, dates are taken as given. */
  readonly nowSeconds?: number;
}

/**
 * Reads one mail and decides for each recipient in it.
 * @param source the whole mail as it lies in a mailbox: headers, empty line, body (RFC 5322); bytes past
 *   LIMITS.sourceBytes are not looked at. A string is taken as UTF-8.
 * It runs in the caller's own thread. The daemon reads in one that it can end: so may you, with strangers' mail.
 * @returns never rejects: a mail that cannot be read has kind "unreadable" and says why
 */
export async function readBounce(source: Buffer | string, options: ReadOptions = {}): Promise<Bounce> {
  const bytes = typeof source === 'string' ? Buffer.from(source) : source;
  const message = await readMessage(rawFromSource(bytes));
  const reading = readReport(message);
  if (!isReport(reading)) return noBounce(reading);
  const forgery = forgedInGmailsName(message.headers);
  if (forgery !== undefined) return noBounce({ kind: 'ordinary', because: `forged: ${forgery}` });
  const nowSeconds = options.nowSeconds ?? latestDateSeconds(reading);
  const { policy = DEFAULT_POLICY, rules } = options;
  return {
    isBounce: reading.kind === 'failure',
    kind: reading.kind,
    reader: reading.reader,
    originalMessageIds: reading.originalMessageIds,
    verdicts: decide(reading, rules === undefined ? policy : { ...policy, rules }, nowSeconds),
  };
}

function noBounce({ kind, because }: NotABounce): Bounce {
  return { isBounce: false, kind, because, originalMessageIds: [], verdicts: [] };
}

/**
 * Compiles rules of your own, once, for `readBounce`: they are asked in their order, before the built-in ones.
 * @param name stands in the evidence: "NAME rule 1"
 * @throws Fault that lists every mistake, one a line
 */
export function compileRules(texts: readonly RuleText[], name = 'own'): readonly OwnRule[] {
  const mistakes: string[] = [];
  const rules = texts.flatMap((text, index) => {
    const compiled = compileRule(text, `${name} rule ${index + 1}`);
    if ('rule' in compiled) return [compiled.rule];
    mistakes.push(...compiled.mistakes.map(({ key, expected }) => `${name} rule ${index + 1}: ${key}: ${expected}`));
    return [];
  });
  if (mistakes.length === 0) return rules;
  const facts = { code: 'RULES_INVALID', retry: 'never', exit: EXIT.config, hint: 'mend the rules' } as const;
  throw new Fault(mistakes.join('\n'), facts);
}

/** The latest time the report itself speaks of, so that the same mail gives the same answer on every day. */
function latestDateSeconds(report: BounceReport): number {
  const dates = [report.receivedAtSeconds, report.reportedAtSeconds, report.arrivedAtSeconds];
  const attempts = report.recipients.map(recipient => recipient.lastAttemptAtSeconds);
  return Math.max(0, ...[...dates, ...attempts].filter(date => date !== undefined));
}
