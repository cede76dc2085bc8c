/**
 * The operator's own rules: words or a pattern of a refusal, and the reason they stand for. Takes rules as written,
 * gives compiled ones with what is wrong; and of compiled ones the first that fits a refusal. Pure, never throws.
 */
import type { ReportedRecipient } from '../report/report.ts';
import { LIMITS } from '../shared/limits.ts';
import { searchFor } from './automaton.ts';
import type { Search } from './automaton.ts';
import { normalise } from './match.ts';
import { readPattern, shortest } from './pattern.ts';
import type { Pattern } from './pattern.ts';
import { REASONS } from './reasons.ts';
import { hostNamed, isBelow, knowReceiver, RECEIVERS } from './receiver.ts';
import type { Reason } from './verdict.ts';

/** A rule as an operator writes it: `match` or `pattern`, `reason` and `source` at the least. */
export interface RuleText {
  /** Plain words, compared without regard to case, white space as one space. */
  readonly match?: string | undefined;
  /** A regular expression, found by an automaton: no lookaround, no backreferences, no quantifier over a quantifier. */
  readonly pattern?: string | undefined;
  readonly reason: Reason;
  /** Who must have said it: a receiver as the built-in rules name it ("gmail"), or a host and what is below it. */
  readonly receiver?: string | undefined;
  /** Enhanced status codes, one of which the refusal must have; "x" stands for any number: "5.7.x". */
  readonly status?: readonly string[] | undefined;
  /** Reply codes, one of which the refusal must have. */
  readonly reply?: readonly number[] | undefined;
  /** Where the operator saw it. */
  readonly source: string;
  /** Refusals that the rule must fit, codes included. */
  readonly examples?: readonly string[] | undefined;
}

/** A rule in order. Made by compileRule alone; nothing but data, so that it can be handed to another thread. */
export interface OwnRule {
  /** Where it stands: "rules.toml rule 3". */
  readonly name: string;
  readonly text: RuleText;
}

/** What is wrong with a rule. */
export interface RuleMistake {
  readonly key: keyof RuleText;
  /** What was expected, in a clause. */
  readonly expected: string;
  /** Where one of a few words was expected: what was given, and the words. */
  readonly given?: string;
  readonly among?: readonly string[];
}

export type CompiledRule = { readonly rule: OwnRule } | { readonly mistakes: readonly RuleMistake[] };

/** What a rule is asked about. */
export interface Refused {
  /** Normalised. */
  readonly text: string;
  readonly recipient: Pick<ReportedRecipient, 'status' | 'replyStatus' | 'replyCode' | 'remoteMta'>;
  /** The reporting MTA, which spoke itself where no other server is named (RFC 3464 2.3.5). */
  readonly reporter?: string | undefined;
}

/** Fewer characters stand in nearly any text. */
const FEWEST = 3;
const STATUS = /^[45]\.(?:\d{1,3}|x)\.(?:\d{1,3}|x)$/;
const STATUS_IN_EXAMPLE = /(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.]*\d)/g;
const REPLY_IN_EXAMPLE = /(?<![\d.])[45]\d\d(?![\d.])/g;
const HOST = /^[a-z\d-]+(?:\.[a-z\d-]+)+$/;
const REASONS_TO_GIVE = Object.keys(REASONS).filter(reason => REASONS[reason as Reason].verdict !== 'none');

/** Compiles one rule. `name` says where it stands, for evidence. */
export function compileRule(text: RuleText, name: string): CompiledRule {
  const sought = soughtBy(text);
  const all = [...sought.mistakes, ...ofReason(text), ...ofReceiver(text), ...ofCodes(text)];
  if (text.source.trim() === '')
    all.push({ key: 'source', expected: 'expected where you saw it, such as "bounce of 2026-03-01"' });
  if (all.length > 0) return { mistakes: all };
  const rule: OwnRule = { name, text };
  const unfit = (text.examples ?? []).flatMap((example, index) => misfit(rule, example, index + 1));
  return unfit.length === 0 ? { rule } : { mistakes: unfit };
}

/** The first rule that fits the refusal. */
export function ruleFor(rules: readonly OwnRule[], refused: Refused): OwnRule | undefined {
  return refused.text === ''
    ? undefined
    : rules.find(rule => isBy(rule, refused) && hasCodes(rule, refused) && says(rule, refused.text));
}

/** True when the rule's words or pattern stand in the normalised text. */
export function says({ text }: OwnRule, normalised: string): boolean {
  return soughtBy(text).says?.(normalised) ?? false;
}

/** What a rule's pattern was read as; undefined for plain words. */
export function patternOf({ text }: OwnRule): Pattern | undefined {
  return soughtBy(text).pattern;
}

/** What a rule says of itself in an evidence. */
export function wordsOfRule({ name, text }: OwnRule): string {
  const what = text.match === undefined ? `pattern /${text.pattern ?? ''}/` : `"${text.match}"`;
  const codes = [...(text.reply ?? []), ...(text.status ?? [])].join(' or ');
  const by = text.receiver === undefined ? '' : ` of ${text.receiver}`;
  return `${name}: ${what}${codes === '' ? '' : ` with ${codes}`}${by} (${text.source})`;
}

interface Sought {
  readonly says?: Search;
  readonly pattern?: Pattern;
  readonly mistakes: RuleMistake[];
}

/** An automaton is built once in each thread. */
const SOUGHT = new WeakMap<RuleText, Sought>();

function soughtBy(text: RuleText): Sought {
  const sought = SOUGHT.get(text) ?? readSought(text);
  SOUGHT.set(text, sought);
  return sought;
}

function readSought({ match, pattern: source }: RuleText): Sought {
  if ((match === undefined) === (source === undefined)) {
    const key = match === undefined ? 'match' : 'pattern';
    return { mistakes: [{ key, expected: `expected match or pattern, not ${match === undefined ? 'none' : 'both'}` }] };
  }
  const key = match === undefined ? 'pattern' : 'match';
  const wrong = (expected: string): Sought => ({ mistakes: [{ key, expected }] });
  if ((match ?? source ?? '').length > LIMITS.ruleChars)
    return wrong(`expected at most ${LIMITS.ruleChars} characters`);
  if (match !== undefined) {
    const words = normalise(match);
    if (words.length < FEWEST)
      return wrong(`expected at least ${FEWEST} characters: fewer stand in nearly any refusal`);
    return { says: text => text.includes(words), mistakes: [] };
  }
  const read = readPattern(source ?? '');
  if ('mistake' in read) return wrong(read.mistake);
  if (shortest(read.pattern) < FEWEST) {
    return wrong(
      `fits a text of ${shortest(read.pattern)} characters, so nearly any refusal; expected at least ${FEWEST}`,
    );
  }
  const says = searchFor(read.pattern);
  return says === undefined
    ? wrong('is too large: expected smaller counts')
    : { says, pattern: read.pattern, mistakes: [] };
}

function ofReason({ reason }: RuleText): RuleMistake[] {
  if (REASONS_TO_GIVE.includes(reason)) return [];
  const expected = 'expected one of the reasons for a failure ("bounced rules list")';
  return [{ key: 'reason', expected, given: reason, among: REASONS_TO_GIVE }];
}

function ofReceiver({ receiver }: RuleText): RuleMistake[] {
  if (receiver === undefined || RECEIVERS.includes(receiver) || HOST.test(receiver.toLowerCase())) return [];
  const expected = 'expected a host such as "mx.example.com", or the name of a known receiver';
  return [{ key: 'receiver', expected, given: receiver, among: RECEIVERS }];
}

function ofCodes({ status = [], reply = [] }: RuleText): RuleMistake[] {
  const mistakes: RuleMistake[] = [];
  if (!status.every(one => STATUS.test(one))) {
    mistakes.push({ key: 'status', expected: 'expected enhanced codes of class 4 or 5, such as "5.1.1" or "5.7.x"' });
  }
  if (!reply.every(one => Number.isInteger(one) && one >= 400 && one <= 599)) {
    mistakes.push({ key: 'reply', expected: 'expected reply codes from 400 to 599, such as 550' });
  }
  return mistakes;
}

/** An example stands for a refusal by the rule's own receiver, with the codes that are in its words. */
function misfit(rule: OwnRule, example: string, number: number): RuleMistake[] {
  const wrong = (what: string): RuleMistake[] => [{ key: 'examples', expected: `example ${number} ${what}` }];
  if (!says(rule, normalise(example))) {
    return wrong(`does not hold what ${rule.text.match === undefined ? 'the pattern' : 'match'} seeks: "${example}"`);
  }
  const { status, reply } = rule.text;
  const { statuses, replies } = codesIn(example);
  if (status !== undefined && !statuses.some(one => isOneOf(status, one)))
    return wrong(`holds no status ${status.join(' or ')}`);
  if (reply !== undefined && !replies.some(one => reply.includes(one)))
    return wrong(`holds no reply ${reply.join(' or ')}`);
  return [];
}

/** The codes that an example's words hold. */
export function codesIn(example: string): {
  readonly statuses: readonly string[];
  readonly replies: readonly number[];
} {
  return {
    statuses: example.match(STATUS_IN_EXAMPLE) ?? [],
    replies: (example.match(REPLY_IN_EXAMPLE) ?? []).map(Number),
  };
}

function isBy({ text: { receiver } }: OwnRule, { text, recipient: { remoteMta }, reporter }: Refused): boolean {
  if (receiver === undefined) return true;
  // No other server is named: the reporter may have spoken itself.
  const host = hostNamed(remoteMta, text) || (remoteMta === undefined ? hostNamed(reporter, '') : '');
  if (!RECEIVERS.includes(receiver)) return isBelow(host, receiver.toLowerCase());
  return (knowReceiver(remoteMta, text) ?? knowReceiver(host, '')) === receiver;
}

function hasCodes({ text: { status, reply } }: OwnRule, { recipient }: Refused): boolean {
  const given = [recipient.status, recipient.replyStatus].filter(one => one !== undefined);
  if (status !== undefined && !given.some(one => isOneOf(status, one))) return false;
  return reply === undefined || (recipient.replyCode !== undefined && reply.includes(recipient.replyCode));
}

function isOneOf(wanted: readonly string[], status: string): boolean {
  const parts = status.split('.');
  return wanted.some(one => one.split('.').every((part, index) => part === 'x' || part === parts[index]));
}
