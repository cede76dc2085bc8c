/**
 * Wordings in what a server said. Takes a text and the receiver, gives the rows of the table that it contains, the
 * deciding one first. Linear in the text: fragments are sought with indexOf, never with backtracking.
 */
import { LIMITS } from '../shared/limits.ts';
import { singleSpaced } from '../shared/one-line.ts';
import { mayStandIn } from './grams.ts';
import { REASONS } from './reasons.ts';
import type { Reason } from './verdict.ts';
import { DOMAIN, ruleOf, wordings } from './wordings.ts';
import type { Wording } from './wordings.ts';

export interface PhraseMatch extends Omit<Wording, 'pieces' | 'hasDomain' | 'heardFrom' | 'source'> {
  /** For the evidence. */
  readonly rule: string;
  /** True where the refusing server is known and this wording is its own. */
  readonly own: boolean;
  /** The words of the text, as normalised, in which the wording stands. */
  readonly words: string;
  /** How much it tells, beside others in the same text. */
  readonly weight: number;
}

/** How far apart two pieces of a fragment may stand, in characters. */
const WIDEST_GAP = 200;
/** A known receiver's own wording counts so much more than one that is seen at many. */
const OWN_BONUS = 1.5;
/**
 * Lower case, one line, single spaces, plain quotes, continuation codes joined ("550-5.1.1 no 550 5.1.1 such user"):
 * what fragments are compared with. RFC 5321 4.2.1 lets a reply go on over lines that repeat the code.
 */
export function normalise(text: string): string {
  const line = inPlainWords(text.slice(0, LIMITS.diagnosticChars).toLowerCase()).trim();
  const first = /(?:^|[ :;(<'"])([245]\d\d)[- ]/.exec(line);
  if (!first) return line;
  const start = first.index + first[0].length;
  if (!line.includes(` ${first[1] ?? ''}`, start)) return line;
  const rest = line
    .slice(start)
    .replace(/ ([245]\d\d)[- ](?:[245]\.\d{1,3}\.\d{1,3} )?/g, (whole, repeated) =>
      repeated === first[1] ? ' ' : whole,
    );
  return line.slice(0, start) + rest;
}

/** Plain quotes and single spaces. Most replies have no others: one look tells. */
function inPlainWords(lower: string): string {
  if (!/[^ -_a-~]| {2}/.test(lower)) return lower;
  return singleSpaced(lower.replace(/[\u2018\u2019\u00b4`]/g, "'").replace(/[\u201c\u201d]/g, '"'));
}

/** What is known beside the text. */
export interface Spoken {
  /** Who spoke, as the table names it. */
  readonly receiver?: string | undefined;
  /** Who may have spoken, where the receiver is not known. */
  readonly reporter?: string | undefined;
  /** The recipient's domain, lower case: "{domain}" in a wording stands for it. */
  readonly domain?: string | undefined;
}

/** Rows whose wording stands in the (normalised) text; those of another known receiver are left out. */
export function matchPhrases(text: string, { receiver, reporter, domain }: Spoken): PhraseMatch[] {
  const may = (rule: Wording): boolean =>
    mayBe(rule, receiver) || (receiver === undefined && rule.receiver === reporter);
  const found: PhraseMatch[] = [];
  const { rows, table } = wordings();
  for (const number of mayStandIn(text, table)) {
    const rule = rows[number];
    if (rule === undefined || !may(rule)) continue;
    const words = wordsOf(rule.hasDomain ? withDomainMarked(text, domain) : text, rule);
    if (words !== undefined) found.push(matchOf(rule, words.replace(DOMAIN, domain ?? ''), receiver));
  }
  if (found.length < 2) return found;
  return found.sort((one, other) => one.rank - other.rank || other.weight - one.weight);
}

function matchOf(rule: Wording, words: string, speaker: string | undefined): PhraseMatch {
  const { reason, fragment, confidence, length, rank, receiver } = rule;
  const own = receiver === speaker;
  const weight = weightOf(rule, own);
  return { reason, fragment, confidence, rule: ruleOf(rule), length, rank, receiver, own, words, weight };
}

/**
 * The deciding row: a vendor's own code first, then the longest wording. A final reason gives way to one that is not
 * when both wordings are about as telling: of two equally good readings the soft one.
 */
export function decidingPhrase(matches: readonly PhraseMatch[]): PhraseMatch | undefined {
  // "Message expired, last reply was ...": what stood behind the expiry tells more.
  const others = matches.filter(one => one.reason !== 'expired');
  if (matches[0]?.reason === 'expired' && others.some(one => !GENERIC.has(one.reason))) return decidingPhrase(others);
  const [best] = matches;
  if (best === undefined || REASONS[best.reason].verdict !== 'hard') return best;
  const softer = matches.find(
    one => REASONS[one.reason].verdict === 'soft' && !GENERIC.has(one.reason) && one.weight >= 0.75 * best.weight,
  );
  return softer !== undefined && softer.rank <= best.rank ? softer : best;
}

/** Why a row did not decide, in a clause. */
export function whyLost(loser: PhraseMatch, winner: PhraseMatch): string {
  if (loser.rank > winner.rank) return "a vendor's own code counts before wordings";
  if (loser.reason === 'expired') return 'behind an expiry stands the last reply, which tells more';
  if (loser.reason === 'unknown') return 'it only says that the mail was refused';
  if (REASONS[loser.reason].verdict === 'hard' && REASONS[winner.reason].verdict === 'soft') {
    const strong = loser.weight >= winner.weight;
    return strong ? 'of two readings about as telling the soft one is taken' : 'the other wording tells more';
  }
  if (GENERIC.has(loser.reason)) return 'many texts hold it beside the real reason';
  if (winner.own && !loser.own) return 'the wording of the very server that spoke counts more';
  if (loser.length > winner.length) return 'its sources are less sure of it';
  return 'the longer wording tells more';
}

/** Reasons that many texts mention beside the real one. */
const GENERIC: ReadonlySet<Reason> = new Set(['unknown', 'policy', 'systemError', 'serverDown', 'protocolError']);

/**
 * "rejected" says less than its length: unknown reasons come last, wordings that sources doubt count half, and those
 * of the very server that spoke half as much again.
 */
function weightOf({ reason, length, confidence }: Wording, own: boolean): number {
  if (reason === 'unknown') return length / 100;
  const doubt = confidence === 'high' ? 1 : confidence === 'medium' ? 0.8 : 0.5;
  const telling = GENERIC.has(reason) ? length / 2 : length;
  return doubt * telling * (own ? OWN_BONUS : 1);
}

/** The recipient's domain where it stands for itself, and not in an address. */
function withDomainMarked(text: string, domain: string | undefined): string {
  if (domain === undefined || domain === '') return '';
  return text.split(domain).reduce((before, after) => {
    const alone = !/[@\w.-]$/.test(before) && !/^[\w-]/.test(after);
    return `${before}${alone ? DOMAIN : domain}${after}`;
  });
}

function mayBe(rule: Wording, receiver: string | undefined): boolean {
  if (rule.heardFrom === 'everybody' || rule.receiver === receiver) return true;
  return receiver === undefined && rule.heardFrom === 'unknown';
}

/** The words in which a row's wording stands; undefined where it does not. */
function wordsOf(text: string, { rank, pieces }: Wording): string | undefined {
  const [first = ''] = pieces;
  return rank === 0 ? (containsToken(text, first) ? first : undefined) : excerpt(text, pieces);
}

/** A vendor's code counts only as a word of its own: queue ids are full of letters and digits. */
function containsToken(text: string, token: string): boolean {
  for (let at = text.indexOf(token); at >= 0; at = text.indexOf(token, at + token.length)) {
    const edges = text.charAt(at - 1) + text.charAt(at + token.length);
    if (!/[a-z\d]/.test(edges)) return true;
  }
  return false;
}

function excerpt(text: string, pieces: readonly string[]): string | undefined {
  const [first = '', ...rest] = pieces;
  const from = text.indexOf(first);
  if (from < 0) return undefined;
  let at = from + first.length;
  for (const piece of rest) {
    const next = text.indexOf(piece, at);
    if (next < 0 || next - at > WIDEST_GAP) return undefined;
    at = next + piece.length;
  }
  return text.slice(from, at);
}
