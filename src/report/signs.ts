/**
 * Signs of a report in a header, cheap enough for every mail. Takes header fields, answers yes or no. No sign proves
 * anything: vacation replies carry most of them too (RFC 3834 7).
 */
import { headerValue, headerValues } from '../shared/header-fields.ts';
import type { HeaderFields } from '../shared/header-fields.ts';

const MAILER =
  /(?:^|[<"\s(])(?:mailer-?daemon|post-?master|mail-?daemon|mail delivery (?:sub)?system|mail administrator|mailadmin|mailer|mdaemon|internet mail delivery|bounce[sd]?(?:[-+.][^@\s]*)?@|no-?reply-?dsn|microsoftexchange[0-9a-f]+@|system administrator|email delivery|mail delivery)/i;
const SUBJECT =
  /(?:undeliver|delivery (?:status|fail|notif|report|problem|delay|incomplete|error|has failed)|returned (?:mail|e-?mail|message)|return(?:ed)? to sender|failure notice|mail (?:delivery )?fail|mail system error|could not (?:be )?deliver|not delivered|non[- ]?deliver|delivery\s+to|message (?:delayed|status|blocked)|\bdsn\b|\bndr\b|\bbounce|nondeliverable|warning: (?:message|could not send)|rejected|unzustellbar|zustell|non remis|remise|niet bezorg|onbestelbaar|no se (?:ha )?pudo|no entregado|devuelto|não entregue|devolvid|mancato recapito|impossibile|недостав|не доставлен|возврат|退信|退件|送信|配信|エラー|반송|returned|undelivered|onlever|olever)/i;

/** Fields that `isCandidate` reads; each costs bytes on every mail. */
export const CANDIDATE_FIELDS = [
  'from',
  'return-path',
  'subject',
  'content-type',
  'auto-submitted',
  'x-failed-recipients',
] as const;

/** True when the sender is a mailer: by its name, its local part, or the null reverse-path (RFC 5321 4.5.5). */
export function fromMailer(headers: HeaderFields): boolean {
  return (
    MAILER.test((headerValue(headers, 'from') ?? '').slice(0, 500)) || headerValue(headers, 'return-path') === '<>'
  );
}

/** True when the (decoded) subject is one that reports have, in the languages they come in. */
export function subjectOfReport(subject: string): boolean {
  return SUBJECT.test(subject.slice(0, 500));
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
