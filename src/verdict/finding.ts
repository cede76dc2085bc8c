/**
 * The reason of one recipient's refusal: its words, its codes, prose for people, and what lost against what. Takes a
 * reported recipient, gives a Finding. Pure, never throws.
 */
import type { Evidence, ReportedRecipient } from '../report/report.ts';
import { LIMITS } from '../shared/limits.ts';
import { oneLine } from '../shared/one-line.ts';
import { doubtOf } from './doubt.ts';
import { reasonByGrammar } from './grammar.ts';
import { decidingPhrase, matchPhrases, normalise, whyLost } from './match.ts';
import { knowReceiver } from './receiver.ts';
import { REASONS } from './reasons.ts';
import { reasonOfStatus } from './status-code.ts';
import { ruleFor, wordsOfRule } from './rules.ts';
import type { OwnRule } from './rules.ts';
import { isSaidOfSender, namesOnlyUs, refusesForAnother } from './subject.ts';
import type { Ground, Reason } from './verdict.ts';

/** What a recipient's refusal comes down to, before the policy. */
export interface Finding {
  readonly reason: Reason;
  /** Why a reason that could be final is not in this refusal, in a clause: a 4yz reply, a doubtful wording. */
  readonly doubt?: string;
  readonly evidence: readonly Ground[];
}

/** Reply codes that say something by themselves: RFC 5321 4.2.3 (552: storage exceeded), RFC 7505 (556: null MX). */
const REASON_OF_REPLY: ReadonlyMap<number, Reason> = new Map([
  [552, 'mailboxFull'],
  [556, 'domainNoMail'],
]);
const SAID_OF_SENDER = { doubt: 'there it is said of the sender' };
/** How many readings that lost are kept of one text. */
const LOSERS = 3;

/**
 * The reason for one recipient: the action, then the operator's own rules, then the words of the refusal, then its
 * codes, then prose for people.
 * @param reporter the reporting MTA: it spoke itself where no other server is named (RFC 3464 2.3.5)
 */
export function findReason(recipient: ReportedRecipient, reporter?: string, rules: readonly OwnRule[] = []): Finding {
  if (recipient.action === 'delayed') return { reason: 'delayed', evidence: [] };
  if (recipient.action !== 'failed') return { reason: 'delivered', evidence: [] };
  // A reader of text takes the reply out of the text: then that is where it stands.
  const fromText = recipient.evidence[0]?.part === 'text' ? 'text' : 'delivery-status';
  const said = { diagnostic: wordsIn(recipient.diagnostic), prose: wordsIn(recipient.prose) };
  const refusal: Refusal = { recipient, ...said, ...speakersOf(recipient, said.diagnostic, reporter), part: fromText };
  const builtIn = byBuiltIn(refusal);
  return (rules.length === 0 ? undefined : byOwnRules(rules, refusal, reporter, builtIn)) ?? builtIn;
}

/** The operator's rules: first on the machine-readable part, then on prose. */
function byOwnRules(
  rules: readonly OwnRule[],
  refusal: Refusal,
  reporter: string | undefined,
  builtIn: Finding,
): Finding | undefined {
  const { recipient, diagnostic, prose, part } = refusal;
  const places = [
    { ...diagnostic, part },
    { ...prose, part: 'text' as const },
  ];
  for (const place of places) {
    const rule = ruleFor(rules, { text: place.normalised, recipient, reporter });
    if (rule === undefined) continue;
    const { reason } = rule.text;
    const ground: Ground = { part: place.part, quote: place.quote, rule: wordsOfRule(rule), reason };
    const code = byCodes(refusal);
    // "The words say nothing": then the code decides, if there is one.
    if (reason === 'unknown')
      return { ...(code ?? nothingKnown(refusal)), evidence: [ground, ...(code?.evidence ?? [])] };
    const doubt = doubtIn({ reason, confidence: 'high', receiver: 'operator' }, recipient);
    return { reason, ...doubt, evidence: [ground, ...beaten(builtIn, reason)] };
  }
  return undefined;
}

function beaten(builtIn: Finding, reason: Reason): Ground[] {
  const [ground] = builtIn.evidence;
  if (ground === undefined || builtIn.reason === reason || builtIn.reason === 'unknown') return [];
  return [{ ...ground, lost: "the operator's own rules count before the built-in ones" }];
}

function byBuiltIn(refusal: Refusal): Finding {
  const { recipient, diagnostic } = refusal;
  const words = byWords(diagnostic, refusal);
  const readings: Readings = {
    words,
    // "Rejected" is a wording too, but general words or a code that says why tell more.
    grammar: known(words) === undefined ? byGrammar(diagnostic, refusal) : undefined,
    code: byCodes(refusal),
    prose: byProse(refusal),
  };
  const winner = choose(readings, recipient);
  const finding = winner === undefined ? undefined : readings[winner];
  if (winner === undefined || finding === undefined) return nothingKnown(refusal);
  const evidence = [...finding.evidence];
  for (const kind of KINDS) if (kind !== winner) evidence.push(...loserOf(kind, winner, readings));
  return { ...finding, evidence };
}

/** What was read where: phrases and general words of the refusal, its codes, the reporter's prose. */
type Kind = 'words' | 'grammar' | 'code' | 'prose';
const KINDS: readonly Kind[] = ['words', 'grammar', 'code', 'prose'];
type Readings = Readonly<Record<Exclude<Kind, 'grammar'>, Finding | undefined>> & { readonly grammar: Guessed };
type Guessed = (Finding & { readonly sure: boolean }) | undefined;

function choose({ words, grammar, code, prose }: Readings, recipient: ReportedRecipient): Kind | undefined {
  if (known(words) !== undefined) return 'words';
  const told = known(code) !== undefined;
  const undefinedCode = /\.[34]\.0$/.test(recipient.status ?? '');
  // "5.1.1 inbox full": a mailbox that is full or shut is there.
  const milder = code?.reason === 'userUnknown' && grammar !== undefined && REASONS[grammar.reason].verdict === 'soft';
  if (grammar !== undefined && (!told || grammar.sure || undefinedCode || milder)) return 'grammar';
  if (words !== undefined && !told) return 'words';
  if (told && !saysLittle(recipient)) return 'code';
  if (told) return known(prose) === undefined ? 'code' : 'prose';
  if (prose !== undefined) return 'prose';
  return code === undefined ? undefined : 'code';
}

function known(finding: Finding | undefined): Finding | undefined {
  return finding?.reason === 'unknown' ? undefined : finding;
}

/** X.y.0 without a reply: "other or undefined" of its subject (RFC 3463 3). */
function saysLittle({ status, diagnostic }: ReportedRecipient): boolean {
  return diagnostic === undefined && /\.0$/.test(status ?? '');
}

/** A reading that came to something else, and why it did not count. */
function loserOf(kind: Kind, winner: Kind, readings: Readings): Ground[] {
  const finding = readings[kind];
  const [ground] = finding?.evidence ?? [];
  if (finding === undefined || ground === undefined || finding.reason === readings[winner]?.reason) return [];
  // That a code or prose says nothing needs no telling.
  if (finding.reason === 'unknown' && kind !== 'words') return [];
  return [{ ...ground, reason: finding.reason, lost: whyPassedOver(kind, winner) }];
}

function whyPassedOver(kind: Kind, winner: Kind): string {
  switch (kind) {
    case 'words':
      return 'it only says that the mail was refused';
    case 'grammar':
      return 'general words leave room for doubt: a code that says why tells more';
    case 'code':
      if (winner === 'prose') return 'a code of the form X.y.0 without a reply says little';
      return 'words count before codes, which receivers misuse';
    case 'prose':
      return 'prose for people counts only where the machine-readable part is silent';
  }
}

/** A text in the forms in which it is read and quoted; both empty where there is none. */
interface Words {
  readonly normalised: string;
  readonly quote: string;
}

interface Refusal {
  readonly recipient: ReportedRecipient;
  readonly diagnostic: Words;
  readonly prose: Words;
  /** Whose words they are, as the phrase table names it. */
  readonly receiver: string | undefined;
  /** Who may have said them where no other server is named: the reporter. */
  readonly reporter: string | undefined;
  /** Where in the mail the diagnostic stands. */
  readonly part: Evidence['part'];
}

function wordsIn(text = ''): Words {
  return { normalised: normalise(text), quote: quoteOf(text) };
}

function speakersOf(
  { remoteMta }: ReportedRecipient,
  { normalised }: Words,
  reporter: string | undefined,
): Pick<Refusal, 'receiver' | 'reporter'> {
  const receiver = knowReceiver(remoteMta, normalised);
  return { receiver, reporter: remoteMta === undefined ? knowReceiver(reporter, '') : undefined };
}

function byWords({ normalised, quote }: Words, { recipient, receiver, reporter, part }: Refusal): Finding | undefined {
  const matches = matchPhrases(normalised, { receiver, reporter, domain: domainOf(recipient) });
  const best = decidingPhrase(matches);
  if (best === undefined) return undefined;
  const others = matches.filter(
    (one, index) => one.reason !== best.reason && matches.findIndex(({ reason }) => reason === one.reason) === index,
  );
  const evidence: Ground[] = [
    { part, quote, rule: best.rule, reason: best.reason },
    ...others
      .slice(0, LOSERS)
      .map(one => ({ part, quote: one.words, rule: one.rule, reason: one.reason, lost: whyLost(one, best) })),
  ];
  // A server's own wording is known whole; of others the words around it tell whom they are said of.
  const isOurs =
    !best.own && REASONS[best.reason].verdict === 'hard' && isSaidOfSender(normalised, best.words, recipient);
  const doubt = isOurs ? SAID_OF_SENDER : doubtIn(best, recipient);
  return { reason: best.reason, ...doubt, evidence };
}

function doubtIn(...given: Parameters<typeof doubtOf>): { doubt?: string } {
  const doubt = doubtOf(...given);
  return doubt === undefined ? {} : { doubt };
}

/** No row of the table says anything: what the nouns and verbs speak of. */
function byGrammar({ normalised, quote }: Words, { recipient, part }: Refusal): Guessed {
  const guess = normalised === '' ? undefined : reasonByGrammar(normalised);
  if (guess === undefined) return undefined;
  const { reason, confidence } = guess;
  const rule = `grammar: ${reason} (general words about the recipient)`;
  const doubt = namesOnlyUs(normalised, recipient)
    ? SAID_OF_SENDER
    : doubtIn({ reason, confidence, receiver: 'any' }, recipient);
  return { reason, ...doubt, evidence: [{ part, quote, rule, reason }], sure: confidence === 'high' };
}

function domainOf({ finalRecipient }: ReportedRecipient): string {
  return finalRecipient.slice(finalRecipient.lastIndexOf('@') + 1).toLowerCase();
}

/** The reporter's words for people may quote the server, and with it who it was. */
function byProse(refusal: Refusal): Finding | undefined {
  const { prose } = refusal;
  const receiver = refusal.receiver ?? knowReceiver(undefined, prose.normalised);
  const inText = { ...refusal, receiver, part: 'text' as const };
  const said = byWords(prose, inText);
  return said === undefined || said.reason === 'unknown' ? (byGrammar(prose, inText) ?? said) : said;
}

/** The codes alone. Undefined when there is none that says anything. */
function byCodes(refusal: Refusal): Finding | undefined {
  const { recipient, diagnostic, receiver, reporter, part } = refusal;
  const { status, replyCode } = recipient;
  const reason = status === undefined ? undefined : reasonOfStatus(status, receiver ?? reporter);
  const quote = recipient.diagnostic === undefined ? quoteOf([replyCode, status].join(' ')) : diagnostic.quote;
  if (status !== undefined && reason !== undefined) {
    const doubt = doubtOfStatus(status, refusal);
    const ground: Ground = { part, quote, rule: `status ${status} (RFC 3463)`, reason };
    return { reason, ...(doubt === undefined ? {} : { doubt }), evidence: [ground] };
  }
  if (replyCode === undefined) return undefined;
  const rule = `reply code ${replyCode} (RFC 5321 4.2.3)`;
  const byReply = REASON_OF_REPLY.get(replyCode) ?? 'unknown';
  const doubt = replyCode >= 500 ? {} : { doubt: `reply ${replyCode} is not final` };
  return { reason: byReply, ...doubt, evidence: [{ part, quote, rule, reason: byReply }] };
}

function doubtOfStatus(status: string, { recipient, diagnostic }: Refusal): string | undefined {
  const { replyCode } = recipient;
  if (!status.startsWith('5')) return `status ${status} is not final`;
  // 552 is about storage (RFC 5321 4.2.3): with 5.1.1 beside it, one of the two lies.
  if (replyCode !== undefined && (replyCode < 500 || replyCode === 552)) {
    return `reply ${replyCode} says otherwise than status ${status}`;
  }
  if (namesOnlyUs(diagnostic.normalised, recipient)) return 'the words name only the sender';
  return refusesForAnother(diagnostic.normalised) ? 'the words speak of something else than the address' : undefined;
}

function nothingKnown({ recipient, part }: Refusal): Finding {
  const quote = quoteOf(recipient.diagnostic ?? recipient.prose ?? recipient.status ?? 'no reply quoted');
  const rule = 'no wording or code is recognised';
  return {
    reason: 'unknown',
    doubt: 'nothing in it is recognised',
    evidence: [{ part, quote, rule, reason: 'unknown' }],
  };
}

function quoteOf(text: string): string {
  return oneLine(text, LIMITS.quoteChars);
}
