/**
 * From a report to verdicts: reason first, then the policy. Takes a BounceReport, the policy and the time, gives one
 * Verdict per recipient. Of two equally good readings it takes the soft one. Pure, never throws.
 */
import type { BounceReport, Evidence, ReportedRecipient } from '../report/report.ts';
import { isAddress, sameAddress } from '../shared/address.ts';
import { LIMITS } from '../shared/limits.ts';
import { decidingPhrase, matchPhrases, normalise } from './match.ts';
import type { PhraseMatch } from './match.ts';
import { REASONS } from './reasons.ts';
import { knowReceiver } from './receiver.ts';
import { applyPolicy } from './policy.ts';
import { reasonOfStatus } from './status-code.ts';
import type { Policy, Reason, Verdict } from './verdict.ts';

/** What a recipient's refusal comes down to, before the policy. */
export interface Finding {
  readonly reason: Reason;
  /** False when the reason is one that could be final, but this refusal is not: a 4yz reply, a doubtful wording. */
  readonly final: boolean;
  readonly evidence: readonly Evidence[];
}

/** As Exim, Postfix and others name the stage of a refusal. */
const BEFORE_RCPT = /(?:after|in reply to) (?:initial connection|(?:pipelined )?(?:mail from|ehlo|helo|starttls))/i;
/** 1 January 2000: no bounce of ours is older, so an earlier date is a broken one. */
const EARLIEST_SECONDS = 946_684_800;

/**
 * One verdict a recipient, in the report's order.
 * @param nowSeconds no bounce is dated later than this
 */
export function decide(report: BounceReport, policy: Policy, nowSeconds: number): readonly Verdict[] {
  return report.recipients.map(recipient => {
    const finding = findReason(recipient);
    const { status, replyCode, diagnostic } = recipient;
    const names = namesOf(recipient);
    return {
      recipient: names[0] ?? recipient.finalRecipient,
      names,
      verdict: applyPolicy(policy, finding, recipient),
      reason: finding.reason,
      about: REASONS[finding.reason].about,
      ...(status === undefined ? {} : { status }),
      ...(replyCode === undefined ? {} : { replyCode }),
      ...(diagnostic === undefined ? {} : { diagnostic }),
      bouncedAtSeconds: bouncedAt(report, recipient, nowSeconds),
      evidence: [...finding.evidence, ...recipient.evidence],
    };
  });
}

/** The reason for one recipient: the action, then the words of the refusal, then its codes, then prose for people. */
export function findReason(recipient: ReportedRecipient): Finding {
  if (recipient.action === 'delayed') return { reason: 'delayed', final: true, evidence: [] };
  if (recipient.action !== 'failed') return { reason: 'delivered', final: true, evidence: [] };
  const { diagnostic, prose, remoteMta } = recipient;
  const said = byWords(diagnostic ?? '', remoteMta, recipient, 'delivery-status');
  const byCode = byCodes(recipient);
  // "Rejected" is a wording too, but a code that says why tells more.
  if (said?.reason === 'unknown' && byCode !== undefined && byCode.reason !== 'unknown') return byCode;
  if (said !== undefined) return byCode === undefined ? said : withLoser(said, byCode);
  if (byCode !== undefined && byCode.reason !== 'unknown') return byCode;
  return byWords(prose ?? '', remoteMta, recipient, 'text') ?? byCode ?? nothingKnown(recipient);
}

function byWords(
  text: string,
  remoteMta: string | undefined,
  recipient: ReportedRecipient,
  part: Evidence['part'],
): Finding | undefined {
  if (text === '') return undefined;
  const plain = normalise(text);
  const matches = matchPhrases(plain, knowReceiver(remoteMta, plain));
  const best = decidingPhrase(matches);
  if (best === undefined) return undefined;
  const others = matches.filter(one => one.reason !== best.reason).slice(0, 2);
  const evidence = [
    { part, quote: quoteOf(text), rule: best.rule },
    ...others.map(one => ({ part, quote: one.fragment, rule: `lost: ${one.reason}, ${one.rule}` })),
  ];
  return { reason: best.reason, final: isFinal(best, recipient), evidence };
}

/** A final reason holds only in a reply that is final, and a doubtful wording only with a second sign. */
function isFinal(best: PhraseMatch, { status, replyCode, diagnostic }: ReportedRecipient): boolean {
  if (REASONS[best.reason].verdict !== 'hard') return true;
  if (replyCode !== undefined && replyCode < 500) return false;
  // Refused before any recipient was named: it speaks of us (RFC 5321 3.3).
  if (BEFORE_RCPT.test(diagnostic ?? '')) return false;
  // An enhanced code about something else doubts a wording that is not beyond doubt itself.
  const aboutUser = best.reason === 'userUnknown' || best.reason === 'userDisabled';
  if (aboutUser && best.general && best.confidence !== 'high' && /^5\.[3-7]\./.test(status ?? '')) return false;
  // Gmail reports a domain that does not exist as failed with 4.0.0 and no reply: there is nobody to give one.
  const aboutDomain = best.reason === 'domainUnknown' || best.reason === 'domainNoMail';
  if (replyCode === undefined && status?.startsWith('4') === true && !aboutDomain) return false;
  return best.confidence !== 'low' || /^5\.1\.(?:1|2|3|10)$/.test(status ?? '');
}

/** The codes alone. Undefined when there is none that says anything. */
function byCodes({ status, replyCode, diagnostic }: ReportedRecipient): Finding | undefined {
  const reason = status === undefined ? undefined : reasonOfStatus(status);
  const quote = quoteOf(diagnostic ?? [replyCode, status].join(' '));
  if (reason !== undefined) {
    const final = status?.startsWith('5') === true && (replyCode === undefined || replyCode >= 500);
    return { reason, final, evidence: [{ part: 'delivery-status', quote, rule: `status ${status ?? ''} (RFC 3463)` }] };
  }
  if (replyCode === undefined) return undefined;
  const full = replyCode === 552; // RFC 5321 4.2.3: exceeded storage allocation
  const rule = `reply code ${replyCode} (RFC 5321 4.2.3)`;
  const finding = { final: replyCode >= 500, evidence: [{ part: 'delivery-status' as const, quote, rule }] };
  return { reason: full ? 'mailboxFull' : 'unknown', ...finding };
}

function withLoser(said: Finding, byCode: Finding): Finding {
  if (byCode.reason === said.reason || byCode.reason === 'unknown') return said;
  const [code] = byCode.evidence;
  if (code === undefined) return said;
  return { ...said, evidence: [...said.evidence, { ...code, rule: `lost: ${byCode.reason}, ${code.rule}` }] };
}

function nothingKnown(recipient: ReportedRecipient): Finding {
  const quote = quoteOf(recipient.diagnostic ?? recipient.prose ?? recipient.status ?? 'no reply quoted');
  const rule = 'no wording or code is recognised';
  return { reason: 'unknown', final: false, evidence: [{ part: 'delivery-status', quote, rule }] };
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

function quoteOf(text: string): string {
  return text
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
    .slice(0, LIMITS.quoteChars);
}
