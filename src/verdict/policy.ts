/**
 * From a reason to hard, soft or none. Takes the policy, what was found and the codes; pure.
 */
import type { ReportedRecipient } from '../report/report.ts';
import type { Finding } from './decide.ts';
import { maySpeakOfAnother } from './grammar.ts';
import { normalise } from './match.ts';
import { REASONS } from './reasons.ts';
import { speaksOfAddress } from './status-code.ts';
import type { Policy, Verdict } from './verdict.ts';

type Word = Verdict['verdict'];

/** As Exim, Postfix and others name the stage of a refusal. */
const OTHER_STAGE =
  /(?:after|in reply to) (?:(?:end of )?data|sending|initial connection|(?:pipelined )?(?:mail from|ehlo|helo|starttls))/i;
const RECIPIENT = /\b(?:address|recipient|user|mailbox)\b/i;

/** The operator's override first, then the policy; a hard one never without a code or wording that supports it. */
export function applyPolicy(policy: Policy, finding: Finding, recipient: ReportedRecipient): Word {
  const byReason = REASONS[finding.reason].verdict;
  if (byReason === 'none') return 'none';
  const override = policy.overrides[finding.reason];
  if (override !== undefined) return override === 'hard' && !isSupported(finding, recipient) ? 'soft' : override;
  if (policy.name === 'smtp-class') return bySmtpClass(finding, recipient);
  if (finding.reason === 'unknown') return byCode(finding, recipient);
  return byReason === 'hard' && finding.final ? 'hard' : 'soft';
}

/** A refusal of which neither a word nor a code is known supports nothing. */
function isSupported(finding: Finding, { status, replyCode }: ReportedRecipient): boolean {
  if (finding.evidence.length === 0) return false;
  return finding.reason !== 'unknown' || status !== undefined || replyCode !== undefined;
}

/** 5xx hard, 4xx soft, to the letter, soft where status and reply disagree; a full mailbox is soft all the same. */
function bySmtpClass(finding: Finding, { status, replyCode }: ReportedRecipient): Word {
  const classes = [status?.slice(0, 1), replyCode?.toString().slice(0, 1)].filter(digit => digit !== undefined);
  const permanent = classes.length > 0 && classes.every(digit => digit === '5');
  return permanent && finding.reason !== 'mailboxFull' ? 'hard' : 'soft';
}

/** A 5xx reply that nobody can read is final, unless its enhanced code speaks of something else than the address. */
function byCode(finding: Finding, { status, replyCode, diagnostic }: ReportedRecipient): Word {
  // RFC 5321 4.2.3: 550, 551 and 553 are about the mailbox; 552, 554 and the rest about something else.
  if (replyCode === undefined || ![550, 551, 553].includes(replyCode) || !finding.final) return 'soft';
  const words = diagnostic ?? '';
  // A refusal of the connection, the sender or the content is none of the recipient.
  if (OTHER_STAGE.test(words) || maySpeakOfAnother(normalise(words))) return 'soft';
  // X.1.0 is what several receivers say about a sender: it needs a word about the recipient beside it.
  if (status === '5.1.0') return RECIPIENT.test(words) ? 'hard' : 'soft';
  return status === undefined || speaksOfAddress(status) ? 'hard' : 'soft';
}
