/**
 * Signs of a report in a header, cheap enough for every mail. Takes header fields, answers yes or no. No sign proves
 * anything: vacation replies carry most of them too (RFC 3834 7).
 */
import type { Message } from '../message/message.ts';
import { cleanAddress } from '../shared/address.ts';
import { headerValue, headerValues } from '../shared/header-fields.ts';
import type { HeaderFields } from '../shared/header-fields.ts';
import { DELAY_SENTENCE, FAILURE_SENTENCE } from './sentences.ts';

// Local parts and names that only mailers have. The empty address stands for them too: "From: <>".
const MAILER =
  /(?:^|[<"\s(])(?:mailer-?daemon|post[-_]?master|mail-?daemon|mail(?:er)? deliver(?:y|ed)? (?:sub)?system|mailadmin|mdaemon|internet mail delivery|no-?reply-?dsn|microsoftexchange[0-9a-f]+@|email delivery|mail deliver|no-reply@sns\.amazonaws\.com)|^$|<>\s*$/i;
// Those that others have, too.
const MAYBE_MAILER =
  /(?:^|[<"\s(])(?:mail(?:er)? (?:administrator|system|service)|mailer@|bounce[sd]?(?:[-+.][^@\s]*)?@|system (?:administrator|attendant)|e-?mail (?:system|server|service|administrator|gateway)|(?:smtp|mail|message) (?:gateway|server|transfer agent|delivery))|\b(?:ndr administrator|smtp[ _][^<>@]{0,40}mail[ _]service)\b/i;
const MAILER_PATH = /^<(?:(?:mailer-daemon|postmaster)(?:@[^<>]*)?)?>$/i;
const PASSED_ON = /^\s*(?:re|aw|antw|sv|vs|fw|fwd|wg|tr|rv|i|doorst|enc)\s*:/i;
/** As Exchange, Gmail, Domino and sieve begin the subject of a vacation reply, in the languages they speak. */
const AUTOMATIC_REPLY = new RegExp(
  `^\\s*(?:${[
    'auto(?:mat(?:ic|ed))?[- ]?(?:reply|response|answer)|auto:|out of (?:the )?office',
    'automatische antwort|(?:automatische )?abwesenheits(?:notiz|meldung|nachricht)|automatisch antwoord',
    'r[eé]ponse automatique|respuesta autom[aá]tica|resposta autom[aá]tica|risposta automatica|r[aă]spuns automat',
    'autosvar|automatisk svar|automaattinen vastaus|otomatik yan[ıi]t|automatikus válasz',
    'autoodpowiedź|automatyczna odpowiedź|automatická odpověď|автоответ|автоматический ответ|автоматична відповідь',
    '自動(?:応答|返信|回覆)|自动(?:回复|答复)|자동 ?(?:회신|응답|답장)|phản hồi tự động',
  ].join('|')})`,
  'i',
);
const SUBJECT =
  /(?:undeliver|delivery (?:status|fail|notif|report|problem|delay|incomplete|error|has failed)|returned (?:mail|e-?mail|message)|return(?:ed)? to sender|failure notice|mail (?:delivery )?fail|mail system error|could not (?:be )?deliver|not delivered|non[- ]?deliver|delivery\s+to|message (?:delayed|status|blocked)|\bdsn\b|\bndr\b|\bbounce|nondeliverable|warning: (?:message|could not send)|rejected|zustell|remise|devuelto|devolvid|impossibile|возврат|退件|送信|配信|メール(?:が|を)?(?:届|送)|returned|onlever|olever)/i;

/** Fields that `isCandidate` reads; each costs bytes on every mail. */
export const CANDIDATE_FIELDS = [
  'from',
  'return-path',
  'subject',
  'content-type',
  'auto-submitted',
  'x-failed-recipients',
] as const;

/**
 * How much speaks for a mailer as sender: 2 for its name or local part, 1 for one that others have as well, 1 for the
 * reverse-path (RFC 5321 4.5.5).
 */
export function signsOfMailer(headers: HeaderFields): number {
  const path = headerValue(headers, 'return-path') ?? '';
  return signsOfName(headers) + Number(MAILER_PATH.test(path.slice(0, 500)));
}

/** True when the From field is a mailer's: a null reverse-path alone is what ticket systems and vacations have, too. */
export function namesMailer(headers: HeaderFields): boolean {
  return signsOfName(headers) > 0;
}

function signsOfName(headers: HeaderFields): number {
  const from = headerValue(headers, 'from')?.slice(0, 500);
  if (from === undefined) return 0;
  return MAILER.test(from) ? 2 : Number(MAYBE_MAILER.test(from));
}

/** True when a mailer's address or the reverse-path says so, and not only a name, which anyone can put on. */
export function hasMailerAddress(headers: HeaderFields): boolean {
  const from = cleanAddress(headerValue(headers, 'from')?.slice(0, 500) ?? '') ?? '';
  const path = headerValue(headers, 'return-path') ?? '';
  return MAILER_PATH.test(`<${from}>`) || MAILER_PATH.test(path.slice(0, 500));
}

/** True when anything speaks for a mailer as sender. */
export function fromMailer(headers: HeaderFields): boolean {
  return signsOfMailer(headers) > 0;
}

/** True when the subject says that a machine answers, and then quotes ours. */
export function isAutomaticReply(subject: string): boolean {
  return AUTOMATIC_REPLY.test(subject);
}

/** True when the subject says that a person answers or forwards. */
export function isPassedOn(subject: string): boolean {
  return PASSED_ON.test(subject);
}

/** True when the (decoded) subject is one that reports have, in the languages they come in. */
export function subjectOfReport(subject: string): boolean {
  const start = subject.slice(0, 500);
  return SUBJECT.test(start) || FAILURE_SENTENCE.test(start) || DELAY_SENTENCE.test(start);
}

/**
 * Whether a mail is worth a second look, by its header alone: generous, since a report that is passed over is lost.
 */
export function isCandidate(headers: HeaderFields): boolean {
  const type = (headerValue(headers, 'content-type') ?? '').toLowerCase();
  if (type.includes('multipart/report') || type.includes('delivery-status')) return true;
  if (headerValue(headers, 'x-failed-recipients') !== undefined || fromMailer(headers)) return true;
  const subject = headerValues(headers, 'subject').join(' ');
  // An encoded subject (RFC 2047) from a machine may say anything.
  return subjectOfReport(subject) || (subject.includes('=?') && headerValue(headers, 'auto-submitted') !== undefined);
}

/**
 * True when a reporter speaks here and not a person who quotes one: a mailer sent it, its type or a mailer's field says
 * so, or, given the sentence of a dialect, the text opens with it.
 */
export function isReporter(message: Message, opening?: RegExp): boolean {
  const { headers, contentType, subject, text } = message;
  if (contentType === 'multipart/report' || fromMailer(headers)) return true;
  if (headerValue(headers, 'x-failed-recipients') !== undefined) return true;
  // A newsletter about bounces quotes one.
  if (opening === undefined || isPassedOn(subject) || headerValue(headers, 'list-unsubscribe') !== undefined)
    return false;
  return opening.test(text.trimStart().slice(0, 300));
}
