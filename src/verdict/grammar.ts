/**
 * Refusals that no row of the table knows: what they speak of, by their nouns and verbs. Takes a normalised text, gives
 * a reason or nothing; asked only after the table. Made of general words, so it doubts sooner than it decides.
 */
import type { Reason } from './verdict.ts';

/** Who the mail was for. */
const USER =
  '(?:user(?:name| ?id| account)?|mail ?-?box(?:es)?|recipients?|address(?:ee|es)?|accounts?|alias|(?:local )?part|person|inbox|subscriber|customer|destination)';
const ABSENT =
  "(?:unknown|invalid|not known|not valid|not recogni[sz]ed|no longer (?:valid|exists?|available|in use|active|here)|does(?: not|n't| n't) (?:exist|have(?! (?:enough|permission|access|sufficient)))|not exist(?:ing|s)?|non-?existent|not (?:be )?found|not listed|not defined|not a valid|is wrong|unrouteable|nosuchuser|undefined|can(?:not|'t| not) (?:be )?(?:find|found|resolve|verified?)|has left|was deleted|been deleted|been removed|unavailable|is not (?:here|our))";
const CLOSED =
  '(?:disabled|deactivated|inactive|not active|been closed|is closed|terminated|suspended|discontinued|expired|cancell?ed|locked|blocked|retired)';
const FULL =
  '(?:full|over (?:its |the |their |allowed |disk )?(?:quota|limit)|quota (?:exceeded|violation|full)|exceed(?:s|ed|ing)? (?:\\w+ ){0,4}(?:quota|size limit|storage)|out of (?:space|storage)|(?:space|storage) (?:is )?(?:not enough|exceeded|full)|not (?:have )?enough (?:\\w+ )?(?:space|storage|room)|insufficient (?:disk |storage |system )?(?:space|storage))';
const GAP = '[^.;]{0,40}?';
const EITHER = (one: string, other: string): RegExp =>
  new RegExp(`\\b${one}\\b${GAP}\\b${other}\\b|\\b${other}\\b${GAP}\\b${one}\\b`);

const ABSENT_USER = EITHER(USER, ABSENT);
const NO_USER = new RegExp(`\\bno (?:such |valid |local |known |matching )?${USER}\\b`);
const PLAINLY_ABSENT =
  /\b(?:(?:unknown|non-?existent|no such|invalid) (?:local )?(?:user(?:name)?|recipient|mail ?-?box|addressee|account)|(?:user(?:name)?|recipient|mail ?-?box|addressee|account) (?:is )?(?:unknown|non-?existent|not found|does(?: not|n't) exist))\b/;
const ABSENT_DOMAIN = EITHER(
  '(?:domain|host(?: ?name)?|mail exchanger|mx(?: record)?)',
  "(?:unknown|not found|invalid|does(?: not|n't) exist|non-?existent|no such|couldn't find|could not find|not exist)",
);
const CLOSED_USER = EITHER(USER, CLOSED);
const FULL_USER = EITHER(`(?:${USER}|quota|disk)`, FULL);

/** Our side, the content or a rule is what was refused: "unknown" or "invalid" may be said of them. */
const OUR_SIDE =
  /\b(?:sender|sending|sent from|spf|dkim|dmarc|spam\w*|virus\w*|malware|phish\w*|ip|dns(?:bl|wl)|rbl|black ?list\w*|block ?list\w*|white ?list\w*|grey ?list\w*|listed (?:at|by|in|on)|reputation|polic(?:y|ies)|prohibited|authenticat\w*|unauthenticated|helo|ehlo|ptr|reverse|certificate|relay(?:ing)? (?:access|denied|not|prohibited)|to relay)\b|spamhaus|spamcop|barracudacentral|uceprotect/;
/** Words that leave open what was refused. */
const ANOTHER_SUBJECT =
  /\b(?:from|denied|permission|allowed|authori[sz]ed|confirm\w*|limited|rate|frequency|too many|connections?|messages?|e?-?mails?|content|attachments?|urls?|links?|headers?|subject|score\w*|points|access|tls|command|syntax)\b/;
const NOT_FOR_GOOD = /\b(?:temporar\w*|try again|later|at this time|at the moment|currently|in progress)\b/;

export interface Guess {
  readonly reason: Reason;
  readonly confidence: 'high' | 'medium';
}

/** What an unknown wording speaks of; of high confidence where noun and adjective stand side by side. */
export function reasonByGrammar(text: string): Guess | undefined {
  const said = withoutNames(text);
  if (FULL_USER.test(said)) return { reason: 'mailboxFull', confidence: 'medium' };
  if (speaksOfOurSide(text) || NOT_FOR_GOOD.test(said)) return undefined;
  if (PLAINLY_ABSENT.test(said)) return { reason: 'userUnknown', confidence: 'high' };
  if (ABSENT_USER.test(said) || NO_USER.test(said)) return { reason: 'userUnknown', confidence: 'medium' };
  if (CLOSED_USER.test(said)) return { reason: 'suspendedTemporarily', confidence: 'medium' };
  return ABSENT_DOMAIN.test(said) ? { reason: 'domainUnknown', confidence: 'medium' } : undefined;
}

/** True when the refusal is about the sender, the content or a rule, so that it says nothing final of the recipient. */
export function speaksOfOurSide(text: string): boolean {
  return OUR_SIDE.test(withoutAddresses(reply(text)));
}

/** True when it may be about something else than the recipient: an unread refusal must not. */
export function maySpeakOfAnother(text: string): boolean {
  return speaksOfOurSide(text) || ANOTHER_SUBJECT.test(withoutNames(reply(text)));
}

/** From the reply code on: before it stand the reporter's words. */
function reply(text: string): string {
  const at = text.search(/(?:^|[\s:;(<"'#])[45]\d\d[ -]/);
  return at < 0 ? text : text.slice(at);
}

const ADDRESS = /[^\s<>()[\]"',:;]{1,64}@[^\s<>()[\]"',:;]{1,255}/g;

/** Sought in the words with an "@" only: sought in all of a text, it is tried at each of its letters. */
function withoutAddresses(text: string): string {
  let kept = '';
  let end = 0;
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', end)) {
    const start = wordStart(text, at, end);
    kept += text.slice(end, start);
    end = wordEnd(text, at);
    kept += text.slice(start, end).replace(ADDRESS, 'x');
  }
  return end === 0 ? text : kept + text.slice(end);
}

function wordStart(text: string, at: number, from: number): number {
  let start = at;
  while (start > from && !partsWords(text.charAt(start - 1))) start -= 1;
  return start;
}

function wordEnd(text: string, at: number): number {
  let end = at;
  while (end < text.length && !partsWords(text.charAt(end))) end += 1;
  return end;
}

/** White space, and what is never part of an address that a sentence names. */
function partsWords(character: string): boolean {
  return '<>()[]"\',:;'.includes(character) || character.trim() === '';
}

/** What is left are the sentence's own words. */
function withoutNames(text: string): string {
  return withoutAddresses(text)
    .replace(/\be-?mail (?=address|account|box)/g, '')
    .replace(/https?:\S{1,300}/g, 'x')
    .replace(/\b[\w-]{1,63}(?:\.[\w-]{1,63}){1,10}\b/g, 'x');
}
