/**
 * Any other report in prose: signs of a mailer, a known sentence of failure, and the addresses it names. Asked last and
 * cautious: without all of these a mail is left to people.
 */
import type { Message } from '../../message/message.ts';
import { cleanAddress, sameAddress } from '../../shared/address.ts';
import { headerValue, headerValues } from '../../shared/header-fields.ts';
import { enhancedCodeIn, replyCodeIn } from '../codes.ts';
import { namesOurselves } from '../recipient.ts';
import { hasMailerAddress, isPassedOn, signsOfMailer, subjectOfReport } from '../signs.ts';
import { actionOfText } from './action-of-text.ts';
import { addressBlocks, ownWords } from './blocks.ts';
import type { Block } from './blocks.ts';
import type { Reader } from './reader.ts';
import { textReport } from './text-report.ts';
import { kindOf, toReport } from './to-report.ts';

const FAILURE =
  /(?:(?:could|can) ?n[o']t (?:be )?deliver|not (?:be )?deliver(?:ed|able)|undeliver(?:able|ed)|delivery (?:to the following|has failed|failed|failure)|delivery status notification|permanent fatal errors|did not reach|return(?:ed|ing) (?:mail|to sender)|(?:unable|not able) to deliver|trouble delivering|error during delivery|user unknown|unknown user|(?:no such|invalid) user|unknown host|no valid recipients|mailbox (?:is )?full|over quota|exceeding (?:its|their|his|her) quota|non remis|unzustellbar|nicht zugestellt|no se (?:ha )?(?:pudo|podido) entregar|impossibile recapitare|não (?:foi|pôde)|не (?:может быть |было )?доставлен|配信できません|無法|无法|退信|returned message|transcript of session)/i;
/** Sentences with which only a mailer opens. */
const OPENING =
  /^[-|*\s]{0,30}(?:failed recipients|non-delivery report|message log follows|your mail cannot be delivered to the following)/i;
/** An address inside of a sentence about its failure. */
const NAMED =
  /(?:(?:delivery|message|mail) (?:sent )?(?:to|for) |rejected recipient |mailbox (?:is )?full: |user unknown: )<?([^\s<>@"'(),;:]{1,64}@[a-z0-9._-]{1,255})>?(?![\p{L}\p{N}_@]|[.-]+[\p{L}\p{N}_])/iu;
/** Words kept for one recipient. */
const WORDS_CHARS = 1500;

export const plainText: Reader = {
  name: 'plain-text',
  read(message) {
    const text = ownWords(message.text);
    if (!FAILURE.test(`${message.subject}\n${text.slice(0, 8000)}`)) return undefined;
    const signs = signsOf(message, text);
    if (signs < 2) return undefined;
    const report = textReport(message, 'plain-text', pickBlocks(message, text), text);
    if (report !== undefined || namesOurselves(message, text)) return report;
    // It names nobody we could know: a report all the same, where a mailer says so in its own words.
    if (signs < 3 || !hasMailerAddress(message.headers) || !FAILURE.test(text.slice(0, 8000))) return undefined;
    const kind = kindOf([actionOfText(`${message.subject}\n${text}`)]);
    return { ...toReport(message, new Map(), [], 'plain-text'), kind };
  },
};

/** Two are needed: a mailer's address alone counts as two, a subject alone is anybody's. */
function signsOf(message: Message, text: string): number {
  const { headers, subject, contentType } = message;
  const others = [
    subjectOfReport(subject) && !isPassedOn(subject),
    headerValue(headers, 'x-failed-recipients') !== undefined,
    contentType === 'multipart/report',
    OPENING.test(text.trimStart().slice(0, 200)),
  ];
  return signsOfMailer(headers) + others.filter(Boolean).length;
}

function pickBlocks(message: Message, text: string): Block[] {
  const blocks = addressBlocks(text);
  const failed = headerValues(message.headers, 'x-failed-recipients').flatMap(value => value.split(','));
  const named = failed.flatMap(value => cleanAddress(value) ?? []);
  if (named.length > 0) {
    const known = blocks.filter(block => named.some(address => sameAddress(address, block.address)));
    if (known.length > 0) return known;
    return named.map(address => ({ address, line: `X-Failed-Recipients: ${address}`, words: firstOf(text) }));
  }
  if (blocks.length > 0) return withWords(blocks, text);
  const sentence = NAMED.exec(text);
  const inSentence = cleanAddress(sentence?.[1] ?? '');
  if (sentence !== null && inSentence !== undefined) {
    return [
      { address: inSentence, line: sentence[0], words: firstOf(text.slice(sentence.index + sentence[0].length)) },
    ];
  }
  // The returned mail's only recipient, if the text names it.
  const to = cleanAddress(headerValue(message.returned?.headers ?? [], 'to') ?? '');
  if (to === undefined || !text.toLowerCase().includes(to.toLowerCase())) return [];
  return [{ address: to, line: to, words: firstOf(text) }];
}

/** An address list first and the words further down: then all words count for all. */
function withWords(blocks: readonly Block[], text: string): Block[] {
  if (blocks.every(block => block.words.length < 8)) return blocks.map(block => ({ ...block, words: firstOf(text) }));
  const [only] = blocks;
  if (blocks.length > 1 || only === undefined || hasCode(only.words)) return [...blocks];
  // One recipient: a reply in another paragraph is about it, too.
  const reply = text.split(/\n[ \t]*\n/).find(hasCode);
  return reply === undefined ? [only] : [{ ...only, words: firstOf(`${only.words} ${reply.trim()}`) }];
}

function hasCode(words: string): boolean {
  return replyCodeIn(words) !== undefined || enhancedCodeIn(words) !== undefined;
}

function firstOf(text: string): string {
  return text.slice(0, WORDS_CHARS);
}
