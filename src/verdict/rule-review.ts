/**
 * A look at an operator's rules as a whole: which are never reached, could never fit or fit far too much, and what the
 * built-in rules make of each example. Takes compiled rules in their order, gives remarks. Pure.
 */
import { REASONS } from './reasons.ts';
import type { Finding } from './finding.ts';
import { findReason } from './finding.ts';
import { normalise } from './match.ts';
import type { Pattern } from './pattern.ts';
import { isBelow, RECEIVERS } from './receiver.ts';
import { codesIn, patternOf, says } from './rules.ts';
import { wordings } from './wordings.ts';
import type { OwnRule } from './rules.ts';

/** What is to be said of one rule. */
export interface RuleReview {
  readonly rule: OwnRule;
  /** The verdict that its reason leads to by the table of reasons. */
  readonly verdict: 'hard' | 'soft' | 'none';
  readonly examples: readonly ExampleReview[];
  /** Sentences without their beginning: "is never reached: ...". */
  readonly warnings: readonly string[];
}

export interface ExampleReview {
  readonly example: string;
  /** The reason that the built-in rules give it, and the rule that does. */
  readonly builtIn: Pick<Finding, 'reason'> & { readonly rule: string };
  /** The earlier rule that takes it first. */
  readonly takenBy?: string;
}

/** Built-in wordings of another reason that a rule may fit before it looks too wide. */
const MANY = 25;

/** Remarks on each rule, in their order. */
export function reviewRules(rules: readonly OwnRule[]): RuleReview[] {
  return rules.map((rule, index) => {
    const earlier = rules.slice(0, index);
    const examples = (rule.text.examples ?? []).map(example => reviewExample(rule, example, earlier));
    const unreached = reachedBefore(rule, earlier, examples);
    const warnings = [
      ...(unreached === undefined ? [] : [`is never reached: ${unreached}`]),
      ...(isImpossible(patternOf(rule)) ? [NEVER] : []),
      ...tooWide(rule),
      ...needless(rule, examples),
    ];
    return { rule, verdict: REASONS[rule.text.reason].verdict, examples, warnings };
  });
}

const NEVER =
  'could never fit: replies are compared in one line, with single spaces, plain quotes and no control characters';

function reviewExample(rule: OwnRule, example: string, earlier: readonly OwnRule[]): ExampleReview {
  const { statuses, replies } = codesIn(example);
  const host =
    rule.text.receiver === undefined || RECEIVERS.includes(rule.text.receiver) ? undefined : rule.text.receiver;
  const finding = findReason({
    finalRecipient: '',
    action: 'failed',
    diagnostic: example,
    evidence: [],
    ...(statuses[0] === undefined ? {} : { status: statuses[0] }),
    ...(replies[0] === undefined ? {} : { replyCode: replies[0] }),
    ...(host === undefined ? {} : { remoteMta: host }),
  });
  const taker = earlier.find(one => holdsFor(one, rule) && says(one, normalise(example)));
  const builtIn = { reason: finding.reason, rule: finding.evidence[0]?.rule ?? '' };
  return { example, builtIn, ...(taker === undefined ? {} : { takenBy: taker.name }) };
}

function reachedBefore(
  rule: OwnRule,
  earlier: readonly OwnRule[],
  examples: readonly ExampleReview[],
): string | undefined {
  const { match, pattern } = rule.text;
  const words = match === undefined ? undefined : normalise(match);
  const cover = earlier.find(one => {
    if (!holdsFor(one, rule)) return false;
    if (pattern !== undefined) return one.text.pattern === pattern;
    // A pattern tied to a place may fit the bare words and not the words in a text.
    return words !== undefined && says(one, words) && !hasPlace(patternOf(one));
  });
  if (cover !== undefined) return `${cover.name} fits whatever it fits`;
  const takers = new Set(examples.map(({ takenBy }) => takenBy));
  if (examples.length === 0 || takers.has(undefined)) return undefined;
  return `all its examples are taken by ${[...takers].join(' and ')}`;
}

/** True when the earlier rule's conditions hold wherever the later one's do. */
function holdsFor({ text: earlier }: OwnRule, { text: later }: OwnRule): boolean {
  const covers = <T>(wide: readonly T[] | undefined, narrow: readonly T[] | undefined): boolean =>
    wide === undefined || (narrow !== undefined && narrow.every(one => wide.includes(one)));
  const [wide, narrow] = [earlier.receiver?.toLowerCase(), later.receiver?.toLowerCase()];
  const isByThem = wide === undefined || (narrow !== undefined && isBelow(narrow, wide));
  return isByThem && covers(earlier.status, later.status) && covers(earlier.reply, later.reply);
}

function tooWide(rule: OwnRule): string[] {
  const { reason, receiver } = rule.text;
  if (receiver !== undefined) return [];
  const { rows } = wordings();
  const others = rows.filter(one => one.reason !== reason && one.reason !== 'unknown' && says(rule, one.fragment));
  if (others.length < MANY) return [];
  return [
    `fits ${others.length} of ${rows.length} built-in wordings that stand for other reasons: is it meant so wide?`,
  ];
}

function needless({ text: { reason } }: OwnRule, examples: readonly ExampleReview[]): string[] {
  const isSame = examples.length > 0 && examples.every(({ builtIn }) => builtIn.reason === reason);
  return isSame ? ['changes nothing for its examples: the built-in rules come to the same reason'] : [];
}

/** True when no text, as it is compared, can hold what the pattern seeks. */
function isImpossible(pattern: Pattern | undefined): boolean {
  switch (pattern?.kind) {
    case undefined:
      return false;
    case 'char':
      return !isPossible(pattern);
    case 'place':
      return false;
    case 'all':
      return pattern.of.some((one, index) => isImpossible(one) || (isSpace(one) && isSpace(pattern.of[index + 1])));
    case 'any':
      return pattern.of.every(isImpossible);
    case 'repeat':
      return pattern.min > 0 && (isImpossible(pattern.of) || (pattern.min > 1 && isSpace(pattern.of)));
  }
}

const PRINTABLE = Array.from({ length: 95 }, (_, index) => String.fromCharCode(index + 32));

function isPossible({ source, accepts }: Extract<Pattern, { kind: 'char' }>): boolean {
  if (PRINTABLE.some(accepts)) return true;
  // Letters of other scripts: those that are written out, and whatever a class such as \p{L} takes.
  if (/^\\[pP]|^\[\^|\\p/.test(source)) return true;
  return Array.from(source).some(one => one > '\u007f' && accepts(one) && normalise(one) === one.toLowerCase());
}

function isSpace(pattern: Pattern | undefined): boolean {
  return pattern?.kind === 'char' && PRINTABLE.every(one => pattern.accepts(one) === (one === ' '));
}

function hasPlace(pattern: Pattern | undefined): boolean {
  if (pattern === undefined || pattern.kind === 'char') return false;
  if (pattern.kind === 'place') return true;
  return pattern.kind === 'repeat' ? hasPlace(pattern.of) : pattern.of.some(hasPlace);
}
