/**
 * Any other report in prose: signs of a mailer, a known sentence of failure, and the addresses it names. Asked last and
 * cautious: without all of these a mail is left to people.
 */
import type { Message } from '../../message/message.ts';
import { headerValue } from '../../shared/header-fields.ts';
import { singleSpaced } from '../../shared/one-line.ts';
import type { BounceReport } from '../report.ts';
import { namesOurselves } from '../recipient.ts';
import {
  hasMailerAddress,
  isAutomaticReply,
  isPassedOn,
  namesMailer,
  signsOfMailer,
  subjectOfReport,
} from '../signs.ts';
import { DELAY_SENTENCE, FAILURE_SENTENCE } from '../sentences.ts';
import { actionOfText } from './action-of-text.ts';
import { ownWords } from './blocks.ts';
import { pickBlocks } from './pick-blocks.ts';
import type { Reader } from './reader.ts';
import { textReport } from './text-report.ts';
import { kindOf, toReport } from './to-report.ts';

/** Digests of a quarantine and warnings speak of mail to us, not of mail that we sent. */
const TO_THE_OWNER =
  /deliver(?:ed|y) to (?:your (?:mailbox|inbox|quarantine)|you and)|quarantine (?:summary|digest|report)|(?:e-?mail|message) to you from\b/i;
/** As Exchange tells the owner, in the languages it speaks. */
const OWN_MAILBOX_FULL =
  /your mailbox is (?:almost |over )?full|(?:ihr|dein) postfach ist (?:fast )?voll|votre boîte aux lettres est (?:presque )?pleine|su buzón está (?:casi )?lleno|(?:la (?:sua|tua) )?cassetta postale (?:è )?(?:quasi )?piena|uw postvak is (?:bijna )?vol|sua caixa de correio está (?:quase )?cheia/i;
/** Sentences with which only a mailer opens. */
const OPENING =
  /^[-|*\s]{0,60}(?:failed recipients|non-delivery report|message log follows|your mail cannot be delivered to the following)/i;
/** The sender's mail comes back with a line that names the recipient and nothing else: no person writes that. */
const LETTER =
  /^[-|*\s]{0,60}(?:your (?:message|mail) (?:could not be|was not) delivered to|votre message n'a pas pu [êe]tre (?:d[ée]livr[ée]|remis) [àa])\s{1,10}<?[^\s<>@]{1,64}@[^\s<>@]{1,255}>?\s*\n/i;

export const plainText: Reader = {
  name: 'plain-text',
  read(message) {
    const text = ownWords(message);
    // A sentence may be wrapped anywhere.
    const words = singleSpaced(text.slice(0, 8000));
    const said = `${message.subject}\n${words}`;
    if (!FAILURE_SENTENCE.test(said) && !DELAY_SENTENCE.test(said)) return undefined;
    const signs = signsOf(message, text);
    if (signs < 2 || TO_THE_OWNER.test(words)) return undefined;
    const blocks = pickBlocks(message, text, namesMailer(message.headers) ? 'anywhere' : 'own-lines');
    const report = textReport(message, 'plain-text', blocks, text);
    if (report !== undefined && !isAboutUs(message, report)) return report;
    if (namesOurselves(message, text)) return undefined;
    // It names nobody we could know: a report all the same, where a mailer says so in its own words.
    if (signs < 3 || !hasMailerAddress(message.headers) || !FAILURE_SENTENCE.test(words)) return undefined;
    if (!subjectOfReport(message.subject) || OWN_MAILBOX_FULL.test(words)) return undefined;
    const kind = kindOf([actionOfText(`${message.subject}\n${text}`)]);
    return { ...toReport(message, new Map(), [], 'plain-text'), kind };
  },
};

/** A warning to the owner of this mailbox, such as one about its size: no server refused anything. */
function isAboutUs(message: Message, { recipients }: BounceReport): boolean {
  return recipients.every(one => namesOurselves(message, one.finalRecipient) && one.replyCode === undefined);
}

/** Two are needed: a mailer's address alone counts as two, a subject alone is anybody's. */
function signsOf(message: Message, text: string): number {
  const { headers, subject, contentType } = message;
  const opening = text.trimStart().slice(0, 500);
  const others = [
    subjectOfReport(subject) && !isPassedOn(subject) && !isAutomaticReply(subject),
    headerValue(headers, 'x-failed-recipients') !== undefined,
    contentType === 'multipart/report',
    OPENING.test(opening),
  ];
  // Phishing of this form has its link in the first lines; a footer comes later.
  const isLetter = LETTER.test(opening) && !/https?:/i.test(opening.slice(0, 200));
  return signsOfMailer(headers) + others.filter(Boolean).length + (isLetter ? 2 : 0);
}
