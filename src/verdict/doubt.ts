/**
 * Whether a final reason is final in this very refusal. Takes the reading and the recipient's codes and words, gives
 * why not, in a clause, or nothing. Pure.
 */
import type { ReportedRecipient } from '../report/report.ts';
import { REASONS } from './reasons.ts';
import { normalise } from './match.ts';
import type { PhraseMatch } from './match.ts';
import { isForNowAbroad } from './subject-abroad.ts';
import { maySpeakOfAnother } from './subject.ts';

/** As Exim, Postfix and others name the stage of a refusal. */
const BEFORE_RCPT = /(?:after|in reply to) (?:initial connection|(?:pipelined )?(?:mail from|ehlo|helo|starttls))/i;
/** After the content was seen, the phone companies' "unknown user" is a recipient's filter (NTT docomo, KDDI au). */
const AFTER_DATA = /(?:after|in reply to) (?:end of data|sending data)/i;

/** A mailbox that is shut so opens again. */
const FOR_NOW =
  /\b(?:until|temporar\w*|at (?:the|this) moment|for now|frees|unpaid|overdue|payment|next (?:week|month))\b/i;

/** A final reason holds only in a reply that is final, and a doubtful wording only with a second sign. */
export function doubtOf(
  best: Pick<PhraseMatch, 'reason' | 'receiver' | 'confidence'>,
  { status, replyCode, diagnostic }: ReportedRecipient,
): string | undefined {
  if (REASONS[best.reason].verdict !== 'hard') return undefined;
  const aboutDomain = best.reason === 'domainUnknown' || best.reason === 'domainNoMail';
  // Gmail reports a domain that does not exist as failed with 4.0.0 or "454 4.4.4 [internal] ...": it is its own
  // finding after days of trying, and there is nobody to ask again.
  if (aboutDomain && best.receiver === 'gmail') return undefined;
  if (replyCode !== undefined && replyCode < 500) return `reply ${replyCode} is not final`;
  if (isAboutLogin(replyCode)) return `reply ${replyCode ?? ''} is about logging in`;
  if (best.reason === 'userDisabled' && isForNow(diagnostic ?? '')) return 'it is only for now';
  // Refused before any recipient was named: it speaks of us (RFC 5321 3.3).
  if (BEFORE_RCPT.test(diagnostic ?? '')) return 'it was refused before any recipient was named';
  if ((best.receiver === 'docomo' || best.receiver === 'kddi') && AFTER_DATA.test(diagnostic ?? '')) {
    return "after the content was seen, it is a recipient's filter";
  }
  // An enhanced code about something else doubts a wording that is not beyond doubt itself.
  const aboutUser = best.reason === 'userUnknown' || best.reason === 'userDisabled';
  const vague = best.receiver === 'any' && best.confidence !== 'high';
  if (aboutUser && vague && aboutSomethingElse(status) && !isOfUserAlone(status, diagnostic)) {
    return `status ${status ?? ''} speaks of something else`;
  }
  if (replyCode === undefined && status?.startsWith('4') === true && !aboutDomain) {
    return `status ${status} is not final`;
  }
  if (best.confidence !== 'low' || /^5\.1\.(?:1|2|3|10)$/.test(status ?? '')) return undefined;
  return 'its sources doubt the wording, and no status seconds it';
}

/**
 * X.7.13 and X.7.17 lie among the security codes and speak of the mailbox all the same (RFC 5248, RFC 7293); X.3.0 and
 * X.4.0 are what mailers write for want of anything better ("other or undefined").
 */
function aboutSomethingElse(status: string | undefined): boolean {
  return /^5\.(?:[34]\.(?!0$)|[56]\.|7\.(?!13$|17$))/.test(status ?? '');
}

/** Many a server refuses unknown users under X.7.1; where it does so, no word beside them may speak of a rule. */
function isOfUserAlone(status: string | undefined, diagnostic = ''): boolean {
  return status === '5.7.1' && !maySpeakOfAnother(normalise(diagnostic));
}

function isForNow(text: string): boolean {
  return FOR_NOW.test(text) || isForNowAbroad(text.toLowerCase());
}

/** RFC 4954 4 and 6. */
function isAboutLogin(replyCode: number | undefined): boolean {
  return replyCode !== undefined && [530, 534, 535, 538].includes(replyCode);
}
