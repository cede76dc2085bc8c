/**
 * From a report to verdicts: reason first, then the policy. Takes a BounceReport, the policy and the time, gives one
 * Verdict per recipient. Of two equally good readings it takes the soft one. Pure, never throws.
 */
import type { BounceReport, Evidence, ReportedRecipient } from '../report/report.ts';
import { isAddress, sameAddress } from '../shared/address.ts';
import { findReason } from './finding.ts';
import { applyPolicy } from './policy.ts';
import { REASONS } from './reasons.ts';
import type { Policy, ReportedRefusal, Verdict } from './verdict.ts';

/** 1 January 2000: no bounce of ours is older, so an earlier date is a broken one. */
const EARLIEST_SECONDS = 946_684_800;

/**
 * One verdict a recipient, in the report's order.
 * @param nowSeconds no bounce is dated later than this
 */
export function decide(report: BounceReport, policy: Policy, nowSeconds: number): readonly Verdict[] {
  return report.recipients.map(recipient => {
    const { status, replyCode, diagnostic } = recipient;
    const names = namesOf(recipient);
    return {
      recipient: names[0] ?? recipient.finalRecipient,
      names,
      ...judge(recipient, report.reportingMta, policy, recipient.evidence),
      ...(status === undefined ? {} : { status }),
      ...(replyCode === undefined ? {} : { replyCode }),
      ...(diagnostic === undefined ? {} : { diagnostic }),
      bouncedAtSeconds: bouncedAt(report, recipient, nowSeconds),
      refusal: refusalOf(recipient, report.reportingMta),
    };
  });
}

/**
 * The verdict by this policy and the rules of today, from what is kept of the report; undefined for one that a version
 * kept which did not keep enough. Names and times stay as they are.
 */
export function decideAgain(verdict: Verdict, policy: Policy): Verdict | undefined {
  const { refusal, status, replyCode, diagnostic, evidence } = verdict;
  if (refusal === undefined) return undefined;
  const { reportingMta, fromText, ...told } = refusal;
  const recipient: ReportedRecipient = {
    ...told,
    ...(status === undefined ? {} : { status }),
    ...(replyCode === undefined ? {} : { replyCode }),
    ...(diagnostic === undefined ? {} : { diagnostic }),
    // Of the reader's evidence, deciding asks only where the reply stood.
    evidence: [{ part: fromText ? 'text' : 'delivery-status', quote: '', rule: '' }],
  };
  // What its reader took for a line of the report has no reason.
  const read = evidence.filter(({ reason }) => reason === undefined);
  return { ...verdict, ...judge(recipient, reportingMta, policy, read) };
}

/** @param read the lines that the reader rests on: they follow those that decided */
function judge(
  recipient: ReportedRecipient,
  reporter: string | undefined,
  policy: Policy,
  read: readonly Evidence[],
): Pick<Verdict, 'reason' | 'verdict' | 'because' | 'about' | 'evidence'> {
  const judged = withTellingStatus(recipient);
  const finding = findReason(judged, reporter, policy.rules);
  return {
    reason: finding.reason,
    ...applyPolicy(policy, finding, judged),
    about: REASONS[finding.reason].about,
    evidence: [...finding.evidence, ...read],
  };
}

function refusalOf(recipient: ReportedRecipient, reportingMta: string | undefined): ReportedRefusal {
  const { finalRecipient, action, replyStatus, prose, remoteMta, ours, evidence } = recipient;
  return {
    finalRecipient,
    action,
    ...(replyStatus === undefined ? {} : { replyStatus }),
    ...(prose === undefined ? {} : { prose }),
    ...(remoteMta === undefined ? {} : { remoteMta }),
    ...(ours === undefined ? {} : { ours }),
    ...(reportingMta === undefined ? {} : { reportingMta }),
    fromText: evidence[0]?.part === 'text',
  };
}

/** A Status field that says nothing (X.0.0) gives way to the enhanced code of the reply (RFC 3463 3.1). */
function withTellingStatus(recipient: ReportedRecipient): ReportedRecipient {
  const { status, replyStatus } = recipient;
  return replyStatus !== undefined && /\.0\.0$/.test(status ?? '') ? { ...recipient, status: replyStatus } : recipient;
}

/** Original-Recipient first where it is an address (RFC 3464 2.3.1), then Final-Recipient, then the others. */
function namesOf(recipient: ReportedRecipient): string[] {
  const { originalRecipient, finalRecipient, alsoKnownAs = [] } = recipient;
  const names: string[] = [];
  for (const name of [originalRecipient, finalRecipient, ...alsoKnownAs]) {
    if (name !== undefined && isAddress(name) && !names.some(one => sameAddress(one, name))) names.push(name);
  }
  return names.length === 0 ? [finalRecipient] : names;
}

function bouncedAt(report: BounceReport, recipient: ReportedRecipient, nowSeconds: number): number {
  const dates = [
    recipient.lastAttemptAtSeconds,
    report.arrivedAtSeconds,
    report.reportedAtSeconds,
    report.receivedAtSeconds,
  ];
  const date = dates.find(one => one !== undefined && one >= EARLIEST_SECONDS);
  return Math.min(date ?? nowSeconds, nowSeconds);
}
