/**
 * Mails that are no report of a delivery: complaints, read receipts, auto-replies, people's mail. Takes a Message,
 * gives NotABounce with the reason why not.
 */
import type { Message } from '../message/message.ts';
import { headerValue } from '../shared/header-fields.ts';
import { isRejection } from './readers/rejected-by-filter.ts';
import type { NotABounce } from './report.ts';
import { isAutomaticReply } from './signs.ts';

/** Amazon SES Developer Guide, "Amazon SNS notification contents"; SNS quotes the quotes. */
const SNS_COMPLAINT = /\\?"(?:notificationType|eventType)\\?" ?: ?\\?"Complaint/;

/** What the mail is by its own declaration; asked before any reader. */
export function declaredOtherwise(message: Message): NotABounce | undefined {
  const types = message.machineParts.map(part => part.contentType);
  const from = headerValue(message.headers, 'from') ?? '';
  if (message.problem !== undefined && message.outline.length === 0) {
    return { kind: 'unreadable', because: message.problem };
  }
  if (message.reportType === 'feedback-report' || types.includes('message/feedback-report')) {
    return { kind: 'complaint', because: 'a complaint or authentication report (RFC 5965)' };
  }
  const isDisposition = types.some(type => type.endsWith('disposition-notification'));
  if ((message.reportType === 'disposition-notification' || isDisposition) && !isRejection(message)) {
    return { kind: 'readReceipt', because: 'a read receipt (RFC 8098)' };
  }
  if (/@sns\.amazonaws\.com\b/i.test(from) && SNS_COMPLAINT.test(message.text.slice(0, 4000))) {
    return { kind: 'complaint', because: 'a complaint, told by Amazon SES' };
  }
  if (message.reportType === 'tlsrpt') return { kind: 'ordinary', because: 'a TLS report (RFC 8460)' };
  return undefined;
}

/** What a mail is that no reader understood. */
export function otherwise(message: Message): NotABounce {
  if (message.machineParts.some(part => part.contentType.endsWith('delivery-status'))) {
    return {
      kind: 'ordinary',
      because: 'its delivery report names no recipient but this mailbox or the reporter itself',
    };
  }
  const submitted = headerValue(message.headers, 'auto-submitted')?.toLowerCase() ?? 'no';
  const precedence = headerValue(message.headers, 'precedence')?.toLowerCase() ?? '';
  const marked = ['x-autoreply', 'x-autorespond', 'x-auto-response-suppress', 'x-autoreply-from'].find(
    name => headerValue(message.headers, name) !== undefined,
  );
  // RFC 3834 5: auto-replied is a response, auto-generated any other machine's mail.
  if (submitted.startsWith('auto-replied') || precedence === 'auto_reply') {
    return { kind: 'autoReply', because: 'it says that it is an automatic reply, and no reader knows it as a report' };
  }
  if (isAutomaticReply(message.subject)) {
    return { kind: 'autoReply', because: 'its subject is that of an automatic reply' };
  }
  if (submitted.startsWith('auto-generated') && marked !== undefined) {
    return { kind: 'autoReply', because: 'a machine wrote it (RFC 3834 5), and no reader knows it as a report' };
  }
  if (marked !== undefined && marked !== 'x-auto-response-suppress') {
    return { kind: 'autoReply', because: `it carries ${marked}, and no reader knows it as a report` };
  }
  return { kind: 'ordinary', because: 'no reader knows it as a report' };
}
