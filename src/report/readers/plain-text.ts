/**
 * Any other report in prose: signs of a mailer, a known sentence of failure, and the addresses it names. Asked last and
 * cautious: without all of these a mail is left to people.
 */
import type { Message } from '../../message/message.ts';
import { headerValue } from '../../shared/header-fields.ts';
import { namesOurselves } from '../recipient.ts';
import { hasMailerAddress, isPassedOn, namesMailer, signsOfMailer, subjectOfReport } from '../signs.ts';
import { actionOfText } from './action-of-text.ts';
import { ownWords } from './blocks.ts';
import { pickBlocks } from './pick-blocks.ts';
import type { Reader } from './reader.ts';
import { textReport } from './text-report.ts';
import { kindOf, toReport } from './to-report.ts';

const FAILURE = new RegExp(
  [
    '(?:could|can) ?n[o\']t (?:be )?(?:deliver|sent|send)|not (?:be )?deliver(?:ed|able)|undeliver(?:able|ed)',
    'delivery (?:to the following|has failed|failed|failure|problems)|delivery status notification',
    'permanent fatal|fatal delivery errors|did not (?:reach|receive)|return(?:ed|ing) (?:mail|message|to sender)',
    '(?:unable|n[o\']t able|failed) to (?:deliver|send)|trouble delivering|error (?:during delivery|sending your mail)',
    'has been returned because|rejected recipient|could not be reached|error-text:|invalid user address',
    '(?:user|host|recipient) unknown|unknown (?:user|host|recipient)|(?:no such|invalid) (?:local )?(?:user|recipient)',
    'no valid recipients|mailbox (?:is )?full|over quota|exceeding (?:its|their|his|her) quota|invalid final delivery',
    'non remis|n\'a pas p?u|unzustellbar|nicht zugestellt|konnte nicht|no se (?:ha )?(?:pudo|podido) entregar',
    'impossibile recapitare|não (?:foi|pôde)|не (?:может быть |было )?доставлен|配信できません|無法|无法|退信|배달|배송',
    'transcript of session|エラー|拒否',
  ].join('|'),
  'i',
);
/** Sentences with which only a mailer opens. */
const OPENING =
  /^[-|*\s]{0,60}(?:failed recipients|non-delivery report|message log follows|your mail cannot be delivered to the following)/i;
/** The sender's mail comes back with a line that names the recipient and nothing else: no person writes that. */
const LETTER =
  /^[-|*\s]{0,60}(?:your (?:message|mail) (?:could not be|was not) delivered to|votre message n'a pas pu [êe]tre (?:d[ée]livr[ée]|remis) [àa])\s{1,10}<?[^\s<>@]{1,64}@[^\s<>@]{1,255}>?\s*\n/i;

export const plainText: Reader = {
  name: 'plain-text',
  read(message) {
    const text = ownWords(message.text);
    if (!FAILURE.test(`${message.subject}\n${text.slice(0, 8000)}`)) return undefined;
    const signs = signsOf(message, text);
    if (signs < 2) return undefined;
    const blocks = pickBlocks(message, text, namesMailer(message.headers) ? 'anywhere' : 'own-lines');
    const report = textReport(message, 'plain-text', blocks, text);
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
  const opening = text.trimStart().slice(0, 500);
  const others = [
    subjectOfReport(subject) && !isPassedOn(subject),
    headerValue(headers, 'x-failed-recipients') !== undefined,
    contentType === 'multipart/report',
    OPENING.test(opening),
  ];
  const isLetter = LETTER.test(opening) && text.length < 1500 && !/https?:/i.test(text);
  return signsOfMailer(headers) + others.filter(Boolean).length + (isLetter ? 2 : 0);
}
