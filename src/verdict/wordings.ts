/**
 * The wordings of refusals made ready to be sought: the rows of the tables with what does not depend on a text. Takes
 * nothing, gives rows and the table of their grams. Seeks nothing itself.
 */
import { gramTable } from './grams.ts';
import type { GramTable } from './grams.ts';
import { PHRASES } from './phrases.ts';
import type { Confidence } from './phrases.ts';
import type { Reason } from './verdict.ts';

/** One row. */
export interface Wording {
  readonly reason: Reason;
  readonly fragment: string;
  readonly confidence: Confidence;
  /** Where it is written. */
  readonly source: string;
  readonly length: number;
  readonly rank: number;
  /** Who says it; "any" for a wording seen at many receivers. */
  readonly receiver: string;
  /** The fragment cut at its stars. */
  readonly pieces: readonly string[];
  /** True where the recipient's domain is part of it. */
  readonly hasDomain: boolean;
  /** Whose words it may be found in beside its own receiver's: everybody's, or those of a server that is not known. */
  readonly heardFrom: 'everybody' | 'unknown' | 'nobody';
}

export interface Wordings {
  readonly rows: readonly Wording[];
  /** By which row may stand in a text. */
  readonly table: GramTable;
}

/** In a wording: the recipient's own domain. */
export const DOMAIN = '{domain}';
/** A receiver's wording of so many characters is known by itself. */
const LONG_ENOUGH = 24;
/** Server software: its wordings come from every host that runs it. */
const SOFTWARE = new Set(
  (
    'postfix exim sendmail qmail exchange domino courier dovecot cyrus opensmtpd haraka mox chasquid mailenable ' +
    'mdaemon mcafee rspamd spamassassin amavis postgrey policyd spamwall hmailserver icewarp coremail'
  ).split(' '),
);

let made: Wordings | undefined;

/** The same each time. Made when first asked for: it takes some 30 ms, and a daemon's main thread seeks none. */
export function wordings(): Wordings {
  made ??= makeWordings();
  return made;
}

function makeWordings(): Wordings {
  const disputed = ofSeveralReasons();
  const saidByAny = new Set(PHRASES.filter(row => row[0] === 'any').map(row => row[1]));
  const rows = PHRASES.map(([receiver, fragment, reason, confidence, source]): Wording => {
    const pieces = fragment
      .split('*')
      .map(piece => piece.trim())
      .filter(piece => piece !== '');
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const rank = rankOf(receiver, fragment);
    const hasDomain = fragment.includes(DOMAIN);
    const heardFrom = heardFromOthers({ receiver, length, rank }, disputed.has(fragment), saidByAny.has(fragment));
    return { receiver, fragment, reason, confidence, source, pieces, hasDomain, heardFrom, length, rank };
  });
  // What stands for a domain is not in the text itself, what stands beside it is.
  return { rows, table: gramTable(rows.map(({ pieces }) => pieces.flatMap(piece => piece.split(DOMAIN)))) };
}

/** For the evidence: who says it and where that is written. Put together for those found: a table of them is large. */
export function ruleOf({ receiver, fragment, source }: Wording): string {
  return `phrase "${fragment}" of ${receiver === 'any' ? 'many receivers' : receiver} (${source})`;
}

/** Wordings that mean different things at different receivers. */
function ofSeveralReasons(): Set<string> {
  const reasons = new Map<string, Reason>();
  const found = new Set<string>();
  for (const [, fragment, reason] of PHRASES) {
    if ((reasons.get(fragment) ?? reason) !== reason) found.add(fragment);
    reasons.set(fragment, reason);
  }
  return found;
}

/** Vendor codes such as "ib607" or "[tss04]" name their reason beyond doubt. */
function rankOf(receiver: string, fragment: string): number {
  return receiver !== 'any' && !fragment.includes(' ') && /[\d#:]/.test(fragment) && /[a-z]/.test(fragment) ? 0 : 1;
}

function heardFromOthers(
  { receiver, length, rank }: Pick<Wording, 'receiver' | 'length' | 'rank'>,
  isDisputed: boolean,
  isSaidByAny: boolean,
): Wording['heardFrom'] {
  if (receiver === 'any') return 'everybody';
  // What means different things at different places says nothing without the place.
  if (SOFTWARE.has(receiver)) return isDisputed && isSaidByAny ? 'nobody' : 'everybody';
  // Nobody knows who said it: a long wording is a signature by itself.
  return !isDisputed && (length >= LONG_ENOUGH || rank === 0) ? 'unknown' : 'nobody';
}
