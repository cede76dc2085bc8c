/**
 * Whom a refusal speaks of: the recipient, or us, our mail, the server itself. Takes a normalised text, answers yes or
 * no. Made of general words, for wordings that no table has: where they leave it open, nobody is unsubscribed.
 */
import type { ReportedRecipient } from '../report/report.ts';
import { matchesOf } from '../shared/matches.ts';
import { isForNowAbroad, maySpeakOfAnotherAbroad, namesSenderAbroad } from './subject-abroad.ts';

/** What belongs to whoever sent the mail. */
const YOURS =
  'your (?:own )?(?:e-?mail )?(?:ip|address|account|mail ?box|host ?name|host|domain|server|system|network|name|dns|client)';
/** Who sent it, and the parts of a mail or of a session that name him (RFC 5321 2.3.1, RFC 5322 3.6.2). */
const SENDER =
  '(?<!(?:dear|hello|hi|return to) )senders?|(?:return|reverse)[- ]?path|reply-?to|mail from|from (?:address|domain|field|header)|client host|rdns';
const OF_SENDER = words(SENDER);
const OF_YOURS = words(YOURS);
/** Our side, the content or a rule is what was refused: "unknown" or "invalid" may be said of them. */
const OUR_SIDE = words(
  `sending(?! to\\b)|sent from|headers?|callout|${YOURS}|${SENDER}`,
  'spf|dkim|dmarc|authenticat\\w*|unauthenticated|helo|ehlo|ptr|reverse|certificate',
  'links?|urls?|spam\\w*|virus\\w*|malware|phish\\w*|reputation|polic(?:y|ies)|prohibited',
  '(?<![?&])ip|dns(?:bl|wl)|rbl|(?:black|block|white|grey) ?list\\w*|(?<!not )listed (?:at|by|in|on)',
  'relay(?:ing)? (?:access|denied|not|prohibited)|to relay',
);
const BLOCK_LIST = /spamhaus|spamcop|barracudacentral|uceprotect/;
/** "Unknown on this server": then that is only where. */
const NOT_THE_PLACE = '(?<!\\b(?:on|at|in|of|by) (?:(?:this|that|our|the) )?)';
/** Words that leave open what was refused: us, our mail, how much of it, or a server in trouble. */
const ANOTHER_SUBJECT = words(
  'from|denied|permission|permitted|allowed|authori[sz]ed|confirm\\w*|restrict\\w*|access|client|(?<!not )listed|relay\\w*',
  'block\\w*|ban(?:ned)?|abus\\w*|suspicious|forged|spoof\\w*|impersonat\\w*|country|geo-?ip|asn',
  'messages?|e?-?mails?|content|filter\\w*|attachments?|urls?|links?|subject|score\\w*|points|size|lines?|characters',
  'bulk|newsletters?|advertis\\w*|encoding|parameters?|8-?bit|utf-?8|smtputf8|internationali[sz]ed|(?:un)?supported',
  'limit\\w*|rate|frequency|too (?:many|big|large|long|much)|exceed\\w*|maximum|quota|storage|space|room|connect\\w*',
  'members?|(?:non-)?subscri(?:bed|bers?|ption)|mailing lists?|this list|internal|external',
  `${NOT_THE_PLACE}(?:mail ?)?(?:servers?|services?|systems?)|network|backend|database|ldap`,
  'look-?ups?|resolve|transport|resources?|memory|timed out|time-?out|retry|later|now|busy|maintenance|migrat\\w*',
  'being moved|config\\w*|temporar\\w*|currently|loop\\w*|hops?',
  'errors?|fail(?:ed|ure)?|unable|cannot (?:open|write|create|deliver|chdir)|corrupt\\w*|problems?|local delivery',
  'closed|suspended|disabled|expired|frozen|(?:on|vacation) hold|unpaid|overdue',
  'try|yet|until|moderat\\w*|postings?|backscatter|challenge|captcha|robots?|only one',
  'auth|required|remote|giving up|given up|days|hours|hosts?|host ?names?|dynamic|arc|dns|rbl|files?|executables?',
  'tls|encrypt\\w*|cipher|dane|command|syntax|hello|session|transaction|rcpt|data',
);
/** What a mail is refused for whose recipient exists, whatever the enhanced code says. */
const REFUSED_FOR_ANOTHER = words(
  'content|filter\\w*|attachments?|too (?:many|much|big|large)|limit\\w*|exceed\\w*|quota|rate',
  'temporar\\w*|later|yet|until|block\\w*|loop\\w*|(?:on|vacation) hold|broken|misconfig\\w*',
  "newsletters?|unwanted|suspended|invoice|overdue|unpaid|does(?: not|n't) (?:want|wish)",
  '(?:server|service)s? (?:is |are |was )?(?:busy|down|un\\w+|not (?:avail|run|respond)\\w*|errors?|problems?|fail\\w*|overload\\w*)',
  '(?:errors?|problems?|trouble|failure) (?:on|in|at|with) (?:the |our |this )?(?:\\w+ )?(?:server|service|system)',
);
/** Of many is said what a sender was known by: "too many unknown users". */
const OF_MANY = /\b(?:too many|excessive(?:ly)?|high (?:rate|volume))\b|\d ?%/;
/** Whose account is meant where somebody logs in to send. */
const LOGIN = words('smtp auth|authenticated relay|smarthost');
/** Behind a wording it says from whom, or whose. */
const SENDER_AFTER =
  /^s?(?: from\b| (?:to|in|on) (?:our|the|this|your) (?:allow|safe|white|block|access|senders?)[ -]?list| (?:of |for |in )?(?:the |your )?(?:sender|sending|envelope from|return[- ]path|helo)\b|[ :<("']{1,3}our-sender)/;
/** How far around a wording its clause is looked at, in characters. */
const CLAUSE_CHARS = 100;

const REPLY_CODE = /(?<![\d.])[45]\d\d[ -]/g;
/** What stands for a name of ours. */
const OURS = 'our-sender';

/** Who is known beside the text. */
type Named = Pick<ReportedRecipient, 'ours' | 'finalRecipient'>;

function words(...alternatives: readonly string[]): RegExp {
  return new RegExp(`\\b(?:${alternatives.join('|')})\\b`);
}

/**
 * True when the refusal is about the sender, the content or a rule, so that it says nothing final of the recipient.
 * What the hosts in it are called tells nothing: many a filter calls itself so.
 */
export function speaksOfOurSide(text: string): boolean {
  const said = reply(text);
  return OUR_SIDE.test(withoutNames(said)) || BLOCK_LIST.test(said);
}

/** True when it may be about something else than the recipient: an unread refusal must not. */
export function maySpeakOfAnother(text: string): boolean {
  if (speaksOfOurSide(text) || OUR_SIDE.test(withoutAddresses(reply(text)))) return true;
  const said = withoutNames(reply(text));
  return ANOTHER_SUBJECT.test(said) || maySpeakOfAnotherAbroad(said);
}

/** True when it is about many recipients, and so about who asked for them. */
export function speaksOfMany(text: string): boolean {
  return OF_MANY.test(text);
}

/** True when the words say that the mail was refused for something that no code about the address fits. */
export function refusesForAnother(text: string): boolean {
  if (speaksOfOurSide(text)) return true;
  // Most have none of these words, and names take longer to leave out.
  return isRefusedForAnother(text) && isRefusedForAnother(withoutNames(reply(text)));
}

function isRefusedForAnother(said: string): boolean {
  return REFUSED_FOR_ANOTHER.test(said) || isForNowAbroad(said);
}

/**
 * True when a wording that stands in the text is said of the sender there ("sender mailbox does not exist", an address
 * of ours beside it), of many ("too many unknown users"), or of some senders only ("does not accept mail from ...").
 * @param wording as it stands in the text
 */
export function isSaidOfSender(text: string, wording: string, { ours = [], finalRecipient }: Named): boolean {
  const at = text.indexOf(wording);
  if (at < 0) return false;
  const within = (part: string): string => (ours.length === 0 ? part : withRoles(part, ours, finalRecipient));
  if (SENDER_AFTER.test(within(text.slice(at + wording.length, at + wording.length + CLAUSE_CHARS)))) return true;
  const before = withoutNames(within(sinceReply(text.slice(Math.max(at - CLAUSE_CHARS, 0), at))));
  const clause = lastClause(before);
  if (LOGIN.test(text) || namesSenderAbroad(clause + wording)) return true;
  if (OUR_SIDE.test(clause) || OF_MANY.test(clause) || OF_YOURS.test(clause + wording)) return true;
  // "Sender check failed: no such user": the clause before it tells, unless it goes on to the recipient.
  const named = Math.max(before.lastIndexOf('recipient'), before.lastIndexOf('rcpt'), 0);
  return OF_SENDER.test(before.slice(named) + within(wording));
}

/** True when the words name us and not the recipient: where nobody knows what they say, it is not said of him. */
export function namesOnlyUs(text: string, { ours, finalRecipient }: Named): boolean {
  return ours !== undefined && !text.includes(finalRecipient.toLowerCase());
}

/** What stands behind the last sign that parts clauses; one before a digit is part of a number or an address. */
function lastClause(text: string): string {
  let start = text.length;
  while (start > 0 && !partsClauses(text, start - 1)) start -= 1;
  return text.slice(start);
}

function partsClauses(text: string, at: number): boolean {
  const character = text.charAt(at);
  if (!'.;:!?,)'.includes(character)) return false;
  return !('.:'.includes(character) && /\d/.test(text.charAt(at + 1)));
}

/** From the last reply code on: before it stand the reporter's words, which name the sender anyway. */
function sinceReply(before: string): string {
  let from = 0;
  for (const match of matchesOf(before, REPLY_CODE)) from = match.index;
  return before.slice(from);
}

/** Our names and the recipient's in a text, each as what he is. */
function withRoles(text: string, ours: readonly string[], recipient: string): string {
  const marked = text.replaceAll(recipient.toLowerCase(), 'recipient');
  return ours.reduce((said, name) => said.replace(nameIn(name), OURS), marked);
}

/** Not as a part of a longer name. */
function nameIn(name: string): RegExp {
  return new RegExp(`(?<![\\w.@-])${name.replace(/[^\w@-]/g, '\\$&')}(?![\\w-]|\\.\\w)`, 'g');
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
export function withoutNames(text: string): string {
  return withoutAddresses(text)
    .replace(/\b(?:e-?)?mail[- ]?(?=ad?dress|account|user)|\be-?mail (?=box)/g, '')
    .replace(/https?:\S{1,300}/g, 'x')
    .replace(/\b[\w-]{1,63}(?:\.[\w-]{1,63}){1,10}\b/g, 'x');
}
