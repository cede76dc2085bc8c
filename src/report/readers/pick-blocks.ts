/**
 * Which addresses of a report in prose are the recipients that failed. Takes the message and the reporter's own words,
 * gives blocks: from a field made for it, from lines of their own, from sentences, from the returned mail at last.
 */
import type { Message } from '../../message/message.ts';
import { addressKey, cleanAddress, sameAddress } from '../../shared/address.ts';
import { headerValue, headerValues } from '../../shared/header-fields.ts';
import { LIMITS } from '../../shared/limits.ts';
import { enhancedCodeIn, replyCodeIn } from '../codes.ts';
import { addressesOfMailbox } from '../recipient.ts';
import { FAILURE_SENTENCE } from '../sentences.ts';
import { addressBlocks, paragraphsOf } from './blocks.ts';
import type { Block } from './blocks.ts';
import { namedInSentences, namedWithoutDomain } from './named.ts';
import { returnedRecipients } from './returned-recipients.ts';

/**
 * D. J. Bernstein, "Variable Envelope Return Paths", https://cr.yp.to/proto/verp.txt; with "+" or "-" as separator, and
 * perhaps the sender's number before the recipient ("bounces+1234567-ab12-ann=customer.example@", SendGrid).
 */
const VERP =
  /^[^@=]{1,64}?[+-](?:\d{1,20}-(?:[0-9a-f]{4}-)?)?([^@=+]{1,64})=([a-z0-9.-]{1,190}\.[a-z]{2,24})@([a-z0-9.-]{1,190})/i;
/** Words kept for one recipient. */
const WORDS_CHARS = 1500;

/**
 * @param where `own-lines`: only recipients that stand in a field or on a line of their own
 * @returns an empty array where nobody can be told
 */
export function pickBlocks(message: Message, text: string, where: 'anywhere' | 'own-lines'): Block[] {
  const blocks = addressBlocks(text);
  const failed = headerValues(message.headers, 'x-failed-recipients').flatMap(value => value.split(','));
  const named = failed.flatMap(value => cleanAddress(value) ?? []);
  if (named.length > 0) {
    const known = blocks.filter(block => named.some(address => sameAddress(address, block.address)));
    if (known.length > 0) return known;
    return named.map(address => ({ address, line: `X-Failed-Recipients: ${address}`, words: tellingOf(text) }));
  }
  const ours = addressesOfMailbox(message);
  const inLines = blocks.length > 0 ? withWords(withoutHeading(blocks), text) : [];
  if (inLines.some(({ address }) => !ours.includes(addressKey(address)))) return inLines;
  const elsewhere = where === 'anywhere' ? pickFromSentences(message, text) : namedInSubject(message, text);
  return elsewhere.length > 0 ? elsewhere : inLines;
}

/** "Your mail to ann@customer.example could not be delivered". */
function namedInSubject({ subject }: Message, text: string): Block[] {
  if (!FAILURE_SENTENCE.test(subject)) return [];
  return namedInSentences(subject, [], []).map(block => ({ ...block, words: tellingOf(text) }));
}

/** "To: a@b" above a list is whom the mail was sent to; the list below it names those that failed. */
function withoutHeading(blocks: readonly Block[]): readonly Block[] {
  const listed = blocks.filter(({ line }) => !/^(?:to|an|кому|宛先|收件人|e-?mail|address)\s*[:：]/i.test(line));
  return listed.length === 0 ? blocks : listed;
}

function pickFromSentences(message: Message, text: string): Block[] {
  const returned = returnedRecipients(message, text);
  const inSentences = namedInSentences(text, returned, addressesOfMailbox(message));
  if (inSentences.length > 0) return inSentences.map(block => ({ ...block, words: tellingOf(text) }));
  const bare = namedWithoutDomain(text, returned, domainOfReporter(message));
  if (bare.length > 0) return bare;
  // It names nobody: of a mail to one recipient it can mean no other.
  const [only, ...others] = sentTo(message, returned);
  if (only === undefined || others.length > 0) return [];
  return [{ address: only, line: `To: ${only}`, words: tellingOf(text) }];
}

/** Whom the mail went to: by its own header, or by its return path where that is of a list, or tells alone. */
function sentTo(message: Message, returned: readonly string[]): readonly string[] {
  const path = pathOf(message);
  const isToList = returned.every(one => path !== undefined && one.toLowerCase().endsWith(`@${path.sender}`));
  return path !== undefined && isToList ? [path.recipient] : returned;
}

/** The recipient in the return path it was sent with: "bounces+ann=customer.example@shop.example" (VERP). */
function pathOf(message: Message): { readonly recipient: string; readonly sender: string } | undefined {
  for (const path of [...headerValues(message.headers, 'to'), ...headerValues(message.headers, 'delivered-to')]) {
    const match = VERP.exec((cleanAddress(path) ?? '').slice(0, LIMITS.addressChars));
    const recipient = cleanAddress(`${match?.[1] ?? ''}@${match?.[2] ?? ''}`);
    if (recipient !== undefined) return { recipient, sender: (match?.[3] ?? '').toLowerCase() };
  }
  return undefined;
}

/** An address list first and the words further down: then all words count for all. */
function withWords(blocks: readonly Block[], text: string): Block[] {
  if (blocks.every(block => block.words.length < 8)) return blocks.map(block => ({ ...block, words: tellingOf(text) }));
  const [only] = blocks;
  if (blocks.length > 1 || only === undefined || hasCode(only.words)) return [...blocks];
  // One recipient: a reply in another paragraph is about it, too.
  const reply = paragraphsOf(text).find(hasCode);
  return reply === undefined ? [only] : [{ ...only, words: `${only.words} ${reply.trim()}`.slice(0, WORDS_CHARS) }];
}

/** The words that tell most: from the paragraph with the server's reply on, where there is one; else from the top. */
function tellingOf(text: string): string {
  const reply = paragraphsOf(text).find(hasCode);
  const start = reply === undefined || text.length <= WORDS_CHARS ? 0 : text.indexOf(reply);
  return text.slice(start, start + WORDS_CHARS);
}

function hasCode(words: string): boolean {
  return replyCodeIn(words) !== undefined || enhancedCodeIn(words) !== undefined;
}

function domainOfReporter(message: Message): string | undefined {
  const from = cleanAddress(headerValue(message.headers, 'from') ?? '');
  return from === undefined || !/^(?:mailer-daemon|postmaster)@/i.test(from) ? undefined : from.split('@').at(-1);
}
