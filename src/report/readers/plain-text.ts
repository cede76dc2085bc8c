/**
 * Any other report in prose: a mailer's sender or subject, a known sentence of failure, and addresses that begin a
 * line. Asked last and cautious: without all of these signs a mail is left to people.
 */
import type { Message } from '../../message/message.ts';
import { cleanAddress } from '../../shared/address.ts';
import { headerValue, headerValues } from '../../shared/header-fields.ts';
import { fromMailer, subjectOfReport } from '../signs.ts';
import { addressBlocks, ownWords } from './blocks.ts';
import type { Block } from './blocks.ts';
import type { Reader } from './reader.ts';
import { textReport } from './text-report.ts';

const FAILURE =
  /(?:could ?n[o']t (?:be )?deliver|not (?:be )?deliver(?:ed|able)|undeliver(?:able|ed)|delivery (?:to the following|has failed|failed|failure)|delivery status notification|permanent fatal errors|did not reach|returned (?:mail|to sender)|unable to deliver|user unknown|unknown user|no such user|mailbox (?:is )?full|non remis|unzustellbar|nicht zugestellt|no se (?:ha )?(?:pudo|podido) entregar|impossibile recapitare|não (?:foi|pôde)|не (?:может быть |было )?доставлен|配信できません|無法|无法|退信|returned message|transcript of session)/i;

export const plainText: Reader = {
  name: 'plain-text',
  read(message) {
    const headers = message.headers;
    const failed = headerValues(headers, 'x-failed-recipients').flatMap(value => value.split(','));
    const named = failed.flatMap(value => cleanAddress(value) ?? []);
    const signs = Number(fromMailer(headers)) + Number(subjectOfReport(message.subject)) + Number(named.length > 0);
    const text = ownWords(message.text);
    if (
      signs === 0 ||
      (signs < 2 && !fromMailer(headers)) ||
      !FAILURE.test(`${message.subject}\n${text.slice(0, 8000)}`)
    ) {
      return undefined;
    }
    return textReport(message, 'plain-text', pickBlocks(message, text, named), text);
  },
};

function pickBlocks(message: Message, text: string, named: readonly string[]): Block[] {
  const blocks = addressBlocks(text);
  if (named.length > 0) {
    const known = blocks.filter(block => named.some(address => address.toLowerCase() === block.address.toLowerCase()));
    if (known.length > 0) return known;
    return named.map(address => ({ address, line: `X-Failed-Recipients: ${address}`, words: text.slice(0, 1500) }));
  }
  if (blocks.length > 0) return withWords(blocks, text);
  // No address begins a line: the returned mail's only recipient, if the text names it.
  const to = cleanAddress(headerValue(message.returned?.headers ?? [], 'to') ?? '');
  if (to === undefined || !text.toLowerCase().includes(to.toLowerCase())) return [];
  return [{ address: to, line: to, words: text.slice(0, 1500) }];
}

/** An address list first and the words further down: then all words count for all. */
function withWords(blocks: readonly Block[], text: string): Block[] {
  const silent = blocks.every(block => block.words.length < 8);
  return silent ? blocks.map(block => ({ ...block, words: text.slice(0, 1500) })) : [...blocks];
}
