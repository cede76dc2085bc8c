/**
 * From a report to verdicts: reason first, then the policy. Takes a BounceReport, the policy and the time, gives one
 * Verdict per recipient. Of two equally good readings it takes the soft one. Pure, never throws.
 */
import type { BounceReport, Evidence, ReportedRecipient } from '../report/report.ts';
import { isAddress, sameAddress } from '../shared/address.ts';
import { LIMITS } from '../shared/limits.ts';
import { reasonByGrammar, speaksOfOurSide } from './grammar.ts';
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
/** After the content was seen, the phone companies' "unknown user" is a recipient's filter (NTT docomo, KDDI au). */
const AFTER_DATA = /(?:after|in reply to) (?:end of data|sending data)/i;
/** Reply codes that say something by themselves: RFC 5321 4.2.3 (552: storage exceeded), RFC 7505 (556: null MX). */
const REASON_OF_REPLY: ReadonlyMap<number, Reason> = new Map([
  [552, 'mailboxFull'],
  [556, 'domainNoMail'],
]);
/** 1 January 2000: no bounce of ours is older, so an earlier date is a broken one. */
const EARLIEST_SECONDS = 946_684_800;

/**
 * One verdict a recipient, in the report's order.
 * @param nowSeconds no bounce is dated later than this
 */
export function decide(report: BounceReport, policy: Policy, nowSeconds: number): readonly Verdict[] {
  return report.recipients.map(recipient => {
    const judged = withTellingStatus(recipient);
    const finding = findReason(judged, report.reportingMta);
    const { status, replyCode, diagnostic } = recipient;
    const names = namesOf(recipient);
    return {
      recipient: names[0] ?? recipient.finalRecipient,
      names,
      verdict: applyPolicy(policy, finding, judged),
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

/** A Status field that says nothing (X.0.0) gives way to the enhanced code of the reply (RFC 3463 3.1). */
function withTellingStatus(recipient: ReportedRecipient): ReportedRecipient {
  const { status, replyStatus } = recipient;
  return replyStatus !== undefined && /\.0\.0$/.test(status ?? '') ? { ...recipient, status: replyStatus } : recipient;
}

/**
 * The reason for one recipient: the action, then the words of the refusal, then its codes, then prose for people.
 * @param reporter the reporting MTA: it spoke itself where no other server is named (RFC 3464 2.3.5)
 */
export function findReason(recipient: ReportedRecipient, reporter?: string): Finding {
  if (recipient.action === 'delayed') return { reason: 'delayed', final: true, evidence: [] };
  if (recipient.action !== 'failed') return { reason: 'delivered', final: true, evidence: [] };
  const { diagnostic, prose } = recipient;
  // A reader of text takes the reply out of the text: then that is where it stands.
  const fromText = recipient.evidence[0]?.part === 'text' ? 'text' : 'delivery-status';
  const refusal: Refusal = { recipient, ...speakersOf(recipient, reporter), part: fromText };
  const said = byWords(diagnostic ?? '', refusal);
  const byCode = byCodes(refusal);
  if (said !== undefined && said.reason !== 'unknown') return byCode === undefined ? said : withLoser(said, byCode);
  // "Rejected" is a wording too, but general words or a code that says why tell more.
  const guess = byGrammar(diagnostic ?? '', refusal);
  const told = byCode !== undefined && byCode.reason !== 'unknown';
  if (guess !== undefined && (!told || guess.sure || /\.[34]\.0$/.test(recipient.status ?? '')))
    return byCode === undefined ? guess : withLoser(guess, byCode);
  if (said !== undefined && !told) return said;
  if (told && !saysLittle(recipient)) return byCode;
  if (told) return withProse(byCode, byProse(prose ?? '', refusal));
  return byProse(prose ?? '', refusal) ?? byCode ?? nothingKnown(refusal);
}

/** X.y.0 without a reply: "other or undefined" of its subject (RFC 3463 3). */
function saysLittle({ status, diagnostic }: ReportedRecipient): boolean {
  return diagnostic === undefined && /\.0$/.test(status ?? '');
}

function withProse(byCode: Finding, inProse: Finding | undefined): Finding {
  return inProse === undefined || inProse.reason === 'unknown' ? byCode : withLoser(inProse, byCode);
}

interface Refusal {
  readonly recipient: ReportedRecipient;
  /** Whose words they are, as the phrase table names it. */
  readonly receiver: string | undefined;
  /** Who may have said them where no other server is named: the reporter. */
  readonly reporter: string | undefined;
  /** Where in the mail the diagnostic stands. */
  readonly part: Evidence['part'];
}

function speakersOf(
  { remoteMta, diagnostic }: ReportedRecipient,
  reporter: string | undefined,
): Pick<Refusal, 'receiver' | 'reporter'> {
  const receiver = knowReceiver(remoteMta, normalise(diagnostic ?? ''));
  return { receiver, reporter: remoteMta === undefined ? knowReceiver(reporter, '') : undefined };
}

function byWords(text: string, { recipient, receiver, reporter, part }: Refusal): Finding | undefined {
  if (text === '') return undefined;
  const matches = matchPhrases(normalise(text), { receiver, reporter, domain: domainOf(recipient) });
  const best = decidingPhrase(matches);
  if (best === undefined) return undefined;
  const others = matches.filter(one => one.reason !== best.reason).slice(0, 2);
  const evidence = [
    { part, quote: quoteOf(text), rule: best.rule },
    ...others.map(one => ({ part, quote: one.fragment, rule: `lost: ${one.reason}, ${one.rule}` })),
  ];
  return { reason: best.reason, final: isFinal(best, recipient), evidence };
}

/** No row of the table says anything: what the nouns and verbs speak of. */
function byGrammar(text: string, { recipient, part }: Refusal): (Finding & { readonly sure: boolean }) | undefined {
  const guess = text === '' ? undefined : reasonByGrammar(normalise(text));
  if (guess === undefined) return undefined;
  const { reason, confidence } = guess;
  const rule = `grammar: ${reason} (general words about the recipient)`;
  const final = isFinal({ reason, confidence, receiver: 'any' }, recipient);
  return { reason, final, evidence: [{ part, quote: quoteOf(text), rule }], sure: confidence === 'high' };
}

function domainOf({ finalRecipient }: ReportedRecipient): string {
  return finalRecipient.slice(finalRecipient.lastIndexOf('@') + 1).toLowerCase();
}

/** The reporter's words for people may quote the server, and with it who it was. */
function byProse(prose: string, refusal: Refusal): Finding | undefined {
  const receiver = refusal.receiver ?? knowReceiver(undefined, normalise(prose));
  const inText = { ...refusal, receiver, part: 'text' as const };
  const said = byWords(prose, inText);
  return said === undefined || said.reason === 'unknown' ? (byGrammar(prose, inText) ?? said) : said;
}

/** A final reason holds only in a reply that is final, and a doubtful wording only with a second sign. */
function isFinal(
  best: Pick<PhraseMatch, 'reason' | 'receiver' | 'confidence'>,
  { status, replyCode, diagnostic }: ReportedRecipient,
): boolean {
  if (REASONS[best.reason].verdict !== 'hard') return true;
  const aboutDomain = best.reason === 'domainUnknown' || best.reason === 'domainNoMail';
  // Gmail reports a domain that does not exist as failed with 4.0.0 or "454 4.4.4 [internal] ...": it is its own
  // finding after days of trying, and there is nobody to ask again.
  if (aboutDomain && best.receiver === 'gmail') return true;
  if (replyCode !== undefined && replyCode < 500) return false;
  // Refused before any recipient was named: it speaks of us (RFC 5321 3.3).
  if (BEFORE_RCPT.test(diagnostic ?? '')) return false;
  if ((best.receiver === 'docomo' || best.receiver === 'kddi') && AFTER_DATA.test(diagnostic ?? '')) return false;
  // An enhanced code about something else doubts a wording that is not beyond doubt itself.
  const aboutUser = best.reason === 'userUnknown' || best.reason === 'userDisabled';
  const vague = best.receiver === 'any' && best.confidence !== 'high';
  if (aboutUser && vague && aboutSomethingElse(status)) return false;
  if (replyCode === undefined && status?.startsWith('4') === true && !aboutDomain) return false;
  return best.confidence !== 'low' || /^5\.1\.(?:1|2|3|10)$/.test(status ?? '');
}

/**
 * X.7.13 and X.7.17 lie among the security codes and speak of the mailbox all the same (RFC 5248, RFC 7293); X.3.0 and
 * X.4.0 are what mailers write for want of anything better ("other or undefined").
 */
function aboutSomethingElse(status: string | undefined): boolean {
  return /^5\.(?:[34]\.(?!0$)|[56]\.|7\.(?!13$|17$))/.test(status ?? '');
}

/** The codes alone. Undefined when there is none that says anything. */
function byCodes({ recipient, receiver, reporter, part }: Refusal): Finding | undefined {
  const { status, replyCode, diagnostic } = recipient;
  const reason = status === undefined ? undefined : reasonOfStatus(status, receiver ?? reporter);
  const quote = quoteOf(diagnostic ?? [replyCode, status].join(' '));
  if (reason !== undefined) {
    // 552 is about storage (RFC 5321 4.2.3): with 5.1.1 beside it, one of the two lies.
    const replyAgrees = replyCode === undefined || (replyCode >= 500 && replyCode !== 552);
    const final = status?.startsWith('5') === true && replyAgrees && !speaksOfOurSide(normalise(diagnostic ?? ''));
    return { reason, final, evidence: [{ part, quote, rule: `status ${status ?? ''} (RFC 3463)` }] };
  }
  if (replyCode === undefined) return undefined;
  const rule = `reply code ${replyCode} (RFC 5321 4.2.3)`;
  const finding = { final: replyCode >= 500, evidence: [{ part, quote, rule }] };
  return { reason: REASON_OF_REPLY.get(replyCode) ?? 'unknown', ...finding };
}

function withLoser(said: Finding, byCode: Finding): Finding {
  if (byCode.reason === said.reason || byCode.reason === 'unknown') return said;
  const [code] = byCode.evidence;
  if (code === undefined) return said;
  return { ...said, evidence: [...said.evidence, { ...code, rule: `lost: ${byCode.reason}, ${code.rule}` }] };
}

function nothingKnown({ recipient, part }: Refusal): Finding {
  const quote = quoteOf(recipient.diagnostic ?? recipient.prose ?? recipient.status ?? 'no reply quoted');
  const rule = 'no wording or code is recognised';
  return { reason: 'unknown', final: false, evidence: [{ part, quote, rule }] };
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
    .slice(0, 4 * LIMITS.quoteChars)
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
    .slice(0, LIMITS.quoteChars);
}
