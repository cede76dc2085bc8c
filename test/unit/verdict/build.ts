/**
 * Short ways to a report and its verdicts for the tests of the verdict station. Takes what a server said, gives what
 * was decided about it. Decides nothing by itself.
 */
import type { BounceReport, ReportedRecipient } from '../../../src/report/report.ts';
import { decide, DEFAULT_POLICY } from '../../../src/verdict/verdict.ts';
import type { Policy, Verdict } from '../../../src/verdict/verdict.ts';

export const NOW_SECONDS = 1_800_000_000;

/** A failed recipient; `fields` say the rest. */
export function recipientOf(fields: Partial<ReportedRecipient> = {}): ReportedRecipient {
  return { finalRecipient: 'ann@customer.example', action: 'failed', evidence: [], ...fields };
}

export function reportOf(recipients: readonly ReportedRecipient[], fields: Partial<BounceReport> = {}): BounceReport {
  return { kind: 'failure', reader: 'rfc3464', originalMessageIds: [], recipients, ...fields };
}

/** The verdict on one failed recipient. */
export function verdictOn(fields: Partial<ReportedRecipient>, policy: Policy = DEFAULT_POLICY): Verdict {
  const [verdict] = decide(reportOf([recipientOf(fields)]), policy, NOW_SECONDS);
  if (verdict === undefined) throw new Error('decide gave no verdict for the recipient');
  return verdict;
}

/** A refusal as a report gives it: the codes are those its words begin with, unless a status is named. */
export function said(diagnostic: string, remoteMta?: string, status?: string): Partial<ReportedRecipient> {
  const reply = /^([245]\d\d)(?:[ -]|$)/.exec(diagnostic)?.[1];
  const enhanced = status ?? /^[245]\d\d[ -]#?([245]\.\d{1,3}\.\d{1,3})/.exec(diagnostic)?.[1];
  return {
    diagnostic,
    ...(reply === undefined ? {} : { replyCode: Number(reply) }),
    ...(enhanced === undefined ? {} : { status: enhanced }),
    ...(remoteMta === undefined ? {} : { remoteMta }),
  };
}
