/**
 * Refusals that no row of the table knows: what they speak of, by their nouns and verbs. Takes a normalised text, gives
 * a reason or nothing; asked only after the table. Made of general words, so it doubts sooner than it decides.
 */
import { speaksOfMany, speaksOfOurSide, withoutNames } from './subject.ts';
import type { Reason } from './verdict.ts';

/** Who the mail was for. */
const USER =
  '(?:user(?:name| ?id| account)?|mail ?-?box(?:es)?|recipients?|address(?:ee|es)?|accounts?|alias|(?:local )?part|person|inbox|subscriber|customer|destination)';
const ABSENT =
  "(?:unknown|invalid|not known|not valid|not recogni[sz]ed|no longer (?:valid|exists?|available|in use|active|here)|does(?: not|n't| n't) (?:exist|have(?! (?:enough|permission|access|sufficient)))|not exist(?:ing|s)?|non-?existent|not (?:be )?found|(?:is|was|were)n't found|not listed|not defined|not a valid|is wrong|unrouteable|nosuchuser|undefined|can(?:not|'t| not) (?:be )?(?:find|found|resolve|verified?)|has left|was deleted|been deleted|been removed|unavailable|is not (?:here|our))";
const CLOSED =
  '(?:disabled|deactivated|inactive|not active|been closed|is closed|terminated|suspended|discontinued|expired|cancell?ed|locked|blocked|retired)';
const FULL =
  '(?:full|over (?:its |the |their |allowed |disk )?(?:quota|limit)|quota (?:exceeded|violation|full)|exceed(?:s|ed|ing)? (?:\\w+ ){0,4}(?:quota|size limit|storage)|out of (?:space|storage)|(?:space|storage) (?:is )?(?:not enough|exceeded|full)|not (?:have )?enough (?:\\w+ )?(?:space|storage|room)|insufficient (?:disk |storage |system )?(?:space|storage))';
const GAP = '[^.;]{0,40}?';
const EITHER = (one: string, other: string): RegExp =>
  new RegExp(`\\b${one}\\b${GAP}\\b${other}\\b|\\b${other}\\b${GAP}\\b${one}\\b`);

const ABSENT_USER = EITHER(USER, ABSENT);
const NO_USER = new RegExp(
  `\\b(?:no (?:such |valid |local |known |matching )?|(?<!you(?: a|')re )not an? (?:valid|local|known|registered|existing) (?:\\w+ )?)${USER}\\b`,
);
const PLAINLY_ABSENT =
  /\b(?:(?:account|mail ?-?box|address|alias|user) (?:was |is |has been )?(?:removed|deleted|terminated|revoked|withdrawn)(?! from)|(?:user|recipient|address) (?:is )?not in (?:\w+ )?(?:directory|address (?:book|list)|validrcptto|valid[- ]recipients)|(?:unknown|non-?existent|no such|invalid) (?:local )?(?:user(?:name)?|recipient|mail ?-?box|addressee|account)|(?:user(?:name)?|recipient|mail ?-?box|addressee|account) (?:is )?(?:unknown|non-?existent|not found|does(?: not|n't) exist))\b/;
const ABSENT_DOMAIN = EITHER(
  '(?:domain|host(?: ?name)?|mail exchanger|mx(?: record)?)',
  "(?:unknown|not found|invalid|does(?: not|n't) exist|non-?existent|no such|couldn't find|could not find|not exist)",
);
const CLOSED_USER = EITHER(USER, CLOSED);
const FULL_USER = EITHER(`(?:${USER}|quota|disk)`, FULL);

const NOT_FOR_GOOD =
  /\b(?:temporar\w*|try again|later|at this time|at the moment|currently|in progress|file not found|(?:server|service|system) (?:is )?unavailable)\b/;

export interface Guess {
  readonly reason: Reason;
  readonly confidence: 'high' | 'medium';
}

/** What an unknown wording speaks of; of high confidence where noun and adjective stand side by side. */
export function reasonByGrammar(text: string): Guess | undefined {
  const said = withoutNames(text);
  if (FULL_USER.test(said)) return { reason: 'mailboxFull', confidence: 'medium' };
  if (speaksOfOurSide(text) || speaksOfMany(said) || NOT_FOR_GOOD.test(said)) return undefined;
  if (PLAINLY_ABSENT.test(said)) return { reason: 'userUnknown', confidence: 'high' };
  if (ABSENT_USER.test(said) || NO_USER.test(said)) return { reason: 'userUnknown', confidence: 'medium' };
  if (CLOSED_USER.test(said)) return { reason: 'suspendedTemporarily', confidence: 'medium' };
  return ABSENT_DOMAIN.test(said) ? { reason: 'domainUnknown', confidence: 'medium' } : undefined;
}
