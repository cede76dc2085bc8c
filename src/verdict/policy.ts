/**
 * From a reason to hard, soft or none. Takes the policy, what was found and the codes; pure.
 */
import type { ReportedRecipient } from '../report/report.ts';
import type { Finding } from './finding.ts';
import { normalise } from './match.ts';
import { REASONS } from './reasons.ts';
import { speaksOfAddress } from './status-code.ts';
import { maySpeakOfAnother, namesOnlyUs } from './subject.ts';
import type { Policy, Verdict } from './verdict.ts';

type Word = Verdict['verdict'];

/** As Exim, Postfix and others name the stage of a refusal. */
const OTHER_STAGE =
  /(?:after|in reply to) (?:(?:end of )?data|sending|initial connection|(?:pipelined )?(?:mail from|ehlo|helo|starttls))/i;
const RECIPIENT = /\b(?:address|recipient|user|mailbox)\b/i;

/** A verdict, and what made it of the reason, in a clause. */
export type Ruling = Pick<Verdict, 'verdict' | 'because'>;

/** The operator's override first, then the policy; a hard one never without a code or wording that supports it. */
export function applyPolicy(policy: Policy, finding: Finding, recipient: ReportedRecipient): Ruling {
  const { reason, doubt } = finding;
  const byReason = REASONS[reason].verdict;
  if (byReason === 'none') return { verdict: 'none', because: `${reason} is no failure` };
  const override = policy.overrides[reason];
  if (override !== undefined) return byOverride(override, finding, recipient);
  if (policy.name === 'smtp-class') return under(policy, bySmtpClass(finding, recipient));
  if (reason === 'unknown') return under(policy, byCode(finding, recipient));
  if (byReason === 'hard' && doubt !== undefined)
    return under(policy, ['soft', `${reason} would be hard, but ${doubt}`]);
  return under(policy, [byReason, `${reason} is ${byReason}`]);
}

type Judged = readonly [verdict: Word, because: string];

function under({ name }: Policy, [verdict, because]: Judged): Ruling {
  return { verdict, because: `policy "${name}": ${because}` };
}

function byOverride(override: Word, finding: Finding, recipient: ReportedRecipient): Ruling {
  const because = `the configuration's [verdict.overrides]: ${finding.reason} = "${override}"`;
  if (override !== 'hard' || isSupported(finding, recipient)) return { verdict: override, because };
  return { verdict: 'soft', because: `${because}, but neither a word nor a code supports it` };
}

/** A refusal of which neither a word nor a code is known supports nothing. */
function isSupported(finding: Finding, { status, replyCode }: ReportedRecipient): boolean {
  if (finding.evidence.length === 0) return false;
  return finding.reason !== 'unknown' || status !== undefined || replyCode !== undefined;
}

/** 5xx hard, 4xx soft, to the letter, soft where status and reply disagree; a full mailbox is soft all the same. */
function bySmtpClass({ reason }: Finding, { status, replyCode }: ReportedRecipient): Judged {
  const codes = [status, replyCode?.toString()].filter(code => code !== undefined);
  if (codes.length === 0) return ['soft', 'there is no code'];
  const mild = codes.find(code => !code.startsWith('5'));
  if (mild !== undefined) return ['soft', `${mild} is not of class 5`];
  if (reason === 'mailboxFull') return ['soft', 'a full mailbox is soft whatever its code'];
  return ['hard', `${codes.join(' and ')} ${codes.length === 1 ? 'is' : 'are'} of class 5`];
}

/** A 5xx reply that nobody can read is final, unless its enhanced code speaks of something else than the address. */
function byCode({ doubt }: Finding, recipient: ReportedRecipient): Judged {
  const { status, replyCode, diagnostic } = recipient;
  const unread = 'no reason is recognised';
  if (replyCode === undefined) return ['soft', `${unread}, and there is no reply code`];
  if (doubt !== undefined) return ['soft', `${unread}, and ${doubt}`];
  // RFC 5321 4.2.3: 550, 551 and 553 are about the mailbox; 552, 554 and the rest about something else.
  if (![550, 551, 553].includes(replyCode))
    return ['soft', `${unread}, and reply ${replyCode} is not about the mailbox`];
  const words = diagnostic ?? '';
  // A refusal of the connection, the sender or the content is none of the recipient.
  if (OTHER_STAGE.test(words)) return ['soft', `${unread}, and it came at another stage than the recipient's`];
  const normalised = normalise(words);
  if (namesOnlyUs(normalised, recipient)) return ['soft', `${unread}, and the words name only the sender`];
  if (maySpeakOfAnother(normalised)) return ['soft', `${unread}, and the words may speak of something else`];
  // X.1.0 is what several receivers say about a sender: it needs a word about the recipient beside it.
  if (status === '5.1.0' && !RECIPIENT.test(words)) {
    return ['soft', `${unread}, and 5.1.0 is also said of senders`];
  }
  if (status !== undefined && !speaksOfAddress(status)) {
    return ['soft', `${unread}, and status ${status} speaks of something other than the address`];
  }
  return ['hard', `${unread}, and reply ${replyCode} is final and about the mailbox`];
}
