/**
 * Station 4: the verdict. Takes a BounceReport, the policy and the time, gives one Verdict per recipient.
 * Reason first; soft, hard or none follows from it. Pure, never throws, never looks at a clock.
 */
import type { Evidence, ReportedRecipient } from '../report/report.ts';
import type { OwnRule } from './rules.ts';

export { decide, decideAgain } from './decide.ts';
export { PHRASES } from './phrases.ts';
export { RECEIVER_HOSTS } from './receiver.ts';
export type { Ruling } from './ruling.ts';
export { reviewRules } from './rule-review.ts';
export type { RuleReview } from './rule-review.ts';
export { compileRule } from './rules.ts';
export type { OwnRule, RuleMistake, RuleText } from './rules.ts';
export { DEFAULT_POLICY, REASONS, wholeVerdict } from './words.ts';

/** The closed list; docs/VERDICTS.md and verdict/reasons.ts define each in one sentence. */
export type Reason =
  // about the recipient's address or domain, final
  | 'userUnknown'
  | 'userDisabled'
  | 'userMoved'
  | 'domainUnknown'
  | 'domainNoMail'
  // about the recipient, may pass
  | 'mailboxFull'
  | 'suspendedTemporarily'
  | 'recipientPreference'
  | 'mailingListRestricted'
  // about the way or the other server
  | 'serverDown'
  | 'networkError'
  | 'dnsError'
  | 'expired'
  | 'systemError'
  | 'systemFull'
  | 'mailLoop'
  | 'greylisted'
  | 'protocolError'
  | 'tooManyRecipients'
  | 'messageTooLarge'
  // about our own side: told to the operator too
  | 'rateLimited'
  | 'tooManyConnections'
  | 'senderQuota'
  | 'senderRejected'
  | 'authenticationFailure'
  | 'ipReputation'
  | 'domainReputation'
  | 'blocklisted'
  | 'spamContent'
  | 'contentRejected'
  | 'virus'
  | 'policy'
  | 'relayDenied'
  | 'tlsRequired'
  // nothing recognised: the code decides
  | 'unknown'
  // no failure
  | 'delayed'
  | 'delivered';

/** Who can mend it. `sender` is our own side: counted apart and told to the operator. */
export type About = 'recipient' | 'network' | 'sender' | 'unknown';

export interface Verdict {
  /** The address the report speaks of: Original-Recipient where it is an address, else Final-Recipient. */
  readonly recipient: string;
  /** Every name the report gives this recipient, `recipient` first. */
  readonly names: readonly string[];
  readonly verdict: 'hard' | 'soft' | 'none';
  readonly reason: Reason;
  /** What made this verdict of the reason, in a clause: the policy, an override, what the codes forbid. */
  readonly because: string;
  readonly about: About;
  readonly status?: string;
  readonly replyCode?: number;
  readonly diagnostic?: string;
  /** When it bounced, epoch seconds; never in the future. */
  readonly bouncedAtSeconds: number;
  /** What it rests on, the deciding one first; then what lost. Never empty for a hard one. */
  readonly evidence: readonly Ground[];
  /** What else of the report it was decided by, to decide it again; missing in what older versions kept. */
  readonly refusal?: ReportedRefusal;
}

/** The report's words on one recipient, as far as the verdict itself does not repeat them. */
export interface ReportedRefusal extends Pick<
  ReportedRecipient,
  'finalRecipient' | 'action' | 'replyStatus' | 'prose' | 'remoteMta' | 'ours'
> {
  readonly reportingMta?: string;
  /** The reply stood in a text for people, not in a delivery-status part. */
  readonly fromText: boolean;
}

/** A line of the mail, what it was taken for, and whether that counted. */
export interface Ground extends Evidence {
  /** What it comes to; absent where the report's reader only took the line for one of a report. */
  readonly reason?: Reason;
  /** Why it did not count, in a clause; absent where it did. */
  readonly lost?: string;
}

/** Which verdict a reason leads to. */
export interface Policy {
  /** `clevertap`: the reason decides. `smtp-class`: 5xx hard, 4xx soft, a full mailbox always soft. */
  readonly name: 'clevertap' | 'smtp-class';
  /** The operator's own choices, reason by reason. */
  readonly overrides: Readonly<Partial<Record<Reason, 'hard' | 'soft' | 'none'>>>;
  /** The operator's own rules, asked in their order before the built-in ones. */
  readonly rules?: readonly OwnRule[];
}
