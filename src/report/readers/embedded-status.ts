/**
 * The fields of RFC 3464 in the text: of reports whose MIME structure was lost on the way, and of mailers that quote
 * them as a "technical report". Takes a mailer's mail only: people quote such fields, too.
 */
import type { Message } from '../../message/message.ts';
import { parseDeliveryStatus } from '../delivery-status.ts';
import { plausible } from '../recipient.ts';
import type { BounceReport } from '../report.ts';
import { fromMailer } from '../signs.ts';
import type { Reader } from './reader.ts';
import { statusRecipients } from './rfc3464.ts';
import { toReport } from './to-report.ts';

const FIRST_FIELD = /^(?:reporting-mta|original-recipient|final-recipient|action):[ \t]*\S/im;
const WRAPPED = /^content-type:[ \t]*multipart\/report[^\n]*\n/im;
const RETURNED = /^(?:return-path:|received:|content-type:[ \t]*(?:message\/rfc822|text\/rfc822-headers))/im;

export const embeddedStatus: Reader = {
  name: 'embedded-status',
  read(message) {
    if (!fromMailer(message.headers) && message.contentType !== 'multipart/report') return undefined;
    const fields = embeddedFields(afterWrapping(message.text));
    return fields === undefined ? undefined : toEmbeddedReport(message, fields);
  },
};

function toEmbeddedReport(message: Message, text: string): BounceReport | undefined {
  const status = parseDeliveryStatus(text);
  const recipients = plausible(message, statusRecipients(message, status, 'text'), 'prose');
  return recipients.length === 0 ? undefined : toReport(message, status.message, recipients, 'embedded-status');
}

/** Some providers put the whole report, header and all, below a text of their own. */
function afterWrapping(text: string): string {
  const wrapped = WRAPPED.exec(text);
  return wrapped === null ? text : text.slice(wrapped.index + wrapped[0].length);
}

/** From the first field to where the returned mail begins; only with a recipient and its fate. */
function embeddedFields(text: string): string | undefined {
  const start = FIRST_FIELD.exec(text)?.index;
  // Below the returned mail's header they are that mail's: a report about a report.
  if (start === undefined || RETURNED.test(text.slice(0, start))) return undefined;
  const rest = text.slice(start);
  const fields = rest.slice(0, RETURNED.exec(rest)?.index);
  const isReport = /^final-recipient:/im.test(fields) && /^(?:action|status):/im.test(fields);
  return isReport ? fields : undefined;
}
