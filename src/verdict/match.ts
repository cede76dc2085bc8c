/**
 * Wordings in what a server said. Takes a text and the receiver, gives the rows of the table that it contains, the
 * deciding one first. Linear in the text: fragments are sought with indexOf, never with backtracking.
 */
import { LIMITS } from '../shared/limits.ts';
import { MORE_PHRASES } from './phrases-more.ts';
import { PHRASES } from './phrases.ts';
import type { Confidence } from './phrases.ts';
import { REASONS } from './reasons.ts';
import type { Reason } from './verdict.ts';

export interface PhraseMatch {
  readonly reason: Reason;
  readonly fragment: string;
  readonly confidence: Confidence;
  /** For the evidence: who says it and where that is written. */
  readonly rule: string;
  readonly length: number;
  readonly rank: number;
  /** True for a wording seen at many receivers, false for one receiver's own. */
  readonly general: boolean;
}

interface Rule extends PhraseMatch {
  readonly receiver: string;
  /** The fragment cut at its stars. */
  readonly pieces: readonly string[];
}

/** How far apart two pieces of a fragment may stand, in characters. */
const WIDEST_GAP = 200;
/** A receiver's wording of so many characters is known by itself. */
const LONG_ENOUGH = 24;
/** Server software: its wordings come from every host that runs it. */
const SOFTWARE = new Set(
  (
    'postfix exim sendmail qmail exchange domino courier dovecot cyrus opensmtpd haraka mox chasquid mailenable ' +
    'mdaemon mcafee rspamd spamassassin amavis postgrey policyd spamwall hmailserver icewarp coremail'
  ).split(' '),
);

const RULES: readonly Rule[] = [...PHRASES, ...MORE_PHRASES].map(([receiver, fragment, reason, confidence, source]) => {
  const pieces = fragment
    .split('*')
    .map(piece => piece.trim())
    .filter(piece => piece !== '');
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const rule = `phrase "${fragment}" of ${receiver === 'any' ? 'many receivers' : receiver} (${source})`;
  const general = receiver === 'any';
  return { receiver, fragment, reason, confidence, rule, pieces, length, general, rank: rankOf(receiver, fragment) };
});

/**
 * Lower case, one line, single spaces, plain quotes, continuation codes joined ("550-5.1.1 no 550 5.1.1 such user"):
 * what fragments are compared with. RFC 5321 4.2.1 lets a reply go on over lines that repeat the code.
 */
export function normalise(text: string): string {
  const line = text
    .slice(0, LIMITS.diagnosticChars)
    .toLowerCase()
    .replace(/[\u2018\u2019\u00b4`]/g, "'")
    .replace(/[\u201c\u201d]/g, '"')
    .replace(/\s+/g, ' ')
    .trim();
  const code = /^(?:\w+; ?)?([245]\d\d)[- ]/.exec(line)?.[1];
  return line.replace(/ ([245]\d\d)[- ](?:[245]\.\d{1,3}\.\d{1,3} )?/g, (whole, repeated) =>
    repeated === code ? ' ' : whole,
  );
}

/** Rows whose wording stands in the (normalised) text; those of another known receiver are left out. */
export function matchPhrases(text: string, receiver: string | undefined): PhraseMatch[] {
  const found = RULES.filter(rule => mayBe(rule, receiver) && contains(text, rule.pieces));
  return found.sort((one, other) => one.rank - other.rank || weight(other) - weight(one));
}

/**
 * The deciding row: a vendor's own code first, then the longest wording. A final reason gives way to one that is not
 * when both wordings are about as telling: of two equally good readings the soft one.
 */
export function decidingPhrase(matches: readonly PhraseMatch[]): PhraseMatch | undefined {
  // "Message expired, last reply was ...": what stood behind the expiry tells more.
  const behind = matches.find(one => one.reason !== 'expired' && !GENERIC.has(one.reason));
  const best = matches[0]?.reason === 'expired' ? (behind ?? matches[0]) : matches[0];
  if (best === undefined || REASONS[best.reason].verdict !== 'hard') return best;
  const softer = matches.find(
    one => REASONS[one.reason].verdict === 'soft' && !GENERIC.has(one.reason) && weight(one) >= 0.75 * weight(best),
  );
  return softer !== undefined && softer.rank <= best.rank ? softer : best;
}

/** Reasons that many texts mention beside the real one. */
const GENERIC: ReadonlySet<Reason> = new Set(['unknown', 'policy', 'systemError', 'serverDown', 'protocolError']);

/** "rejected" says less than its length: unknown reasons come last, wordings that sources doubt count half. */
function weight(match: PhraseMatch): number {
  if (match.reason === 'unknown') return match.length / 100;
  const doubt = match.confidence === 'high' ? 1 : match.confidence === 'medium' ? 0.8 : 0.5;
  return doubt * (GENERIC.has(match.reason) ? match.length / 2 : match.length);
}

/** Vendor codes such as "ib607" or "[tss04]" name their reason beyond doubt. */
function rankOf(receiver: string, fragment: string): number {
  return receiver !== 'any' && !fragment.includes(' ') && /[\d#:]/.test(fragment) && /[a-z]/.test(fragment) ? 0 : 1;
}

function mayBe(rule: Rule, receiver: string | undefined): boolean {
  if (rule.receiver === 'any' || SOFTWARE.has(rule.receiver) || rule.receiver === receiver) return true;
  // Nobody knows who said it: a long wording is a signature by itself.
  return receiver === undefined && (rule.length >= LONG_ENOUGH || rule.rank === 0);
}

function contains(text: string, pieces: readonly string[]): boolean {
  const [first = '', ...rest] = pieces;
  let at = text.indexOf(first);
  if (at < 0) return false;
  at += first.length;
  for (const piece of rest) {
    const next = text.indexOf(piece, at);
    if (next < 0 || next - at > WIDEST_GAP) return false;
    at = next + piece.length;
  }
  return true;
}
