/**
 * Mails that a recipient's own filter refused after delivery: a read receipt by its type, a refusal by its words.
 * Dovecot reports a full mailbox in the same form. Source: RFC 5429 2.1.2 (reject by MDN); Dovecot's rejection_reason.
 */
import type { Message } from '../../message/message.ts';
import { headerValue } from '../../shared/header-fields.ts';
import { addressOf, parseDeliveryStatus } from '../delivery-status.ts';
import { evidence, plausible, toRecipient } from '../recipient.ts';
import type { Reader } from './reader.ts';
import { toReport } from './to-report.ts';

const REFUSED =
  /(?:was\s+automatically\s+rejected|has\s+been\s+automatically\s+refused|message\s+was\s+refused\s+by\s+the\s+recipient)[^\n]*\n/i;

/** True for a disposition notification that says "rejected" in place of "read". */
export function isRejection(message: Message): boolean {
  const submitted = headerValue(message.headers, 'auto-submitted') ?? '';
  return (
    REFUSED.test(message.text.slice(0, 2000)) && (/^auto/i.test(submitted) || dispositionOf(message) !== undefined)
  );
}

export const rejectedByFilter: Reader = {
  name: 'rejected-by-filter',
  read(message) {
    const status = dispositionOf(message);
    if (status === undefined || !isRejection(message)) return undefined;
    // RFC 8098 3.1: one group of fields, in the form of RFC 3464's.
    const parsed = parseDeliveryStatus(status);
    const fields = new Map([...parsed.message, ...(parsed.recipients[0] ?? [])]);
    const address = addressOf(fields.get('final-recipient')) ?? addressOf(fields.get('original-recipient'));
    if (address === undefined) return undefined;
    const words = message.text.slice(0, 4000).split(REFUSED).at(-1) ?? '';
    const found = {
      finalRecipient: address,
      originalRecipient: addressOf(fields.get('original-recipient')),
      action: 'failed' as const,
      diagnostic: words.slice(0, 1000),
      prose: 'refused by a filter of the recipient',
      evidence: [evidence('text', message.text.slice(0, 500), 'refused by the recipient, RFC 5429 2.1.2')],
    };
    const recipients = plausible(message, [toRecipient(found)], 'fields');
    const id = fields.get('original-message-id');
    const about = new Map(id === undefined ? [] : [['x-original-message-id', id]]);
    return recipients.length === 0 ? undefined : toReport(message, about, recipients, 'rejected-by-filter');
  },
};

function dispositionOf(message: Message): string | undefined {
  return message.machineParts.find(part => part.contentType.endsWith('disposition-notification'))?.text;
}
