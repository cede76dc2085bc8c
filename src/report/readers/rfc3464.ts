/**
 * Reports with a machine-readable part as RFC 3464 has it: most of today's mail systems, Gmail among them. Takes a
 * Message, gives a BounceReport or nothing.
 */
import type { Message } from '../../message/message.ts';
import { cleanAddress } from '../../shared/address.ts';
import { parseDateSeconds, receivedDateSeconds } from '../../shared/dates.ts';
import { headerValue, headerValues } from '../../shared/header-fields.ts';
import { actionOf, addressOf, parseDeliveryStatus, statusOf, typedValue, withoutComments } from '../delivery-status.ts';
import type { DeliveryStatus, StatusFields } from '../delivery-status.ts';
import { evidence, originalIds, plausible, toRecipient } from '../recipient.ts';
import type { Action, BounceReport, ReportedRecipient } from '../report.ts';
import type { Reader } from './reader.ts';

export const rfc3464: Reader = {
  name: 'rfc3464',
  read(message) {
    const parts = message.machineParts.filter(part => /^message\/(?:global-)?delivery-status$/.test(part.contentType));
    if (parts.length === 0) return undefined;
    const statuses = parts.map(part => parseDeliveryStatus(part.text));
    const recipients = plausible(
      message,
      statuses.flatMap(status => toRecipients(message, status)),
    );
    if (recipients.length === 0) return undefined;
    return toReport(message, statuses[0]?.message ?? new Map(), recipients);
  },
};

/** The report around recipients: its kind, its reporter, its dates and what it is about. */
export function toReport(
  message: Message,
  fields: StatusFields,
  recipients: readonly ReportedRecipient[],
  reader?: string,
): BounceReport {
  const actions = recipients.map(recipient => recipient.action);
  const reportingMta = mtaName(fields.get('reporting-mta'));
  const arrivedAtSeconds = parseDateSeconds(fields.get('arrival-date') ?? '');
  const reportedAtSeconds = parseDateSeconds(headerValue(message.headers, 'date') ?? '');
  const receivedAtSeconds = message.receivedAtSeconds ?? topReceived(message);
  return {
    kind: actions.includes('failed') ? 'failure' : actions.includes('delayed') ? 'delay' : 'success',
    reader: reader ?? (isGmail(reportingMta, message) ? 'gmail' : 'rfc3464'),
    ...(reportingMta === undefined ? {} : { reportingMta }),
    originalMessageIds: originalIds(message, fields.get('x-original-message-id')),
    ...(arrivedAtSeconds === undefined ? {} : { arrivedAtSeconds }),
    ...(reportedAtSeconds === undefined ? {} : { reportedAtSeconds }),
    ...(receivedAtSeconds === undefined ? {} : { receivedAtSeconds }),
    recipients,
  };
}

function toRecipients(message: Message, status: DeliveryStatus): ReportedRecipient[] {
  const groups = status.recipients.length > 0 ? status.recipients : groupOfMessage(message, status.message);
  return groups.flatMap(fields => toOne(message, fields, groups.length) ?? []);
}

/** Some reporters put everything into one group and name nobody: the header may (X-Failed-Recipients). */
function groupOfMessage(message: Message, fields: StatusFields): StatusFields[] {
  const failed = headerValues(message.headers, 'x-failed-recipients').flatMap(value => value.split(','));
  const [first] = failed.flatMap(value => cleanAddress(value) ?? []);
  if (first === undefined || !(fields.has('action') || fields.has('status'))) return [];
  return [new Map([...fields, ['final-recipient', `rfc822; ${first}`]])];
}

function toOne(message: Message, fields: StatusFields, groups: number): ReportedRecipient | undefined {
  const original = addressOf(fields.get('original-recipient'));
  const final = addressOf(fields.get('final-recipient')) ?? original ?? soleFailed(message, groups);
  if (final === undefined) return undefined;
  const diagnostic = fields.get('diagnostic-code');
  const status = statusOf(fields.get('status'));
  const action = actionOf(fields.get('action')) ?? actionByStatus(status);
  const quote = ['action', 'status', 'diagnostic-code'].flatMap(name =>
    fields.has(name) ? [`${name}: ${fields.get(name) ?? ''}`] : [],
  );
  return toRecipient({
    finalRecipient: final,
    originalRecipient: original,
    action,
    status,
    diagnostic: diagnostic === undefined ? undefined : typedDiagnostic(diagnostic),
    prose: message.text.slice(0, 4000),
    remoteMta: mtaName(fields.get('remote-mta')),
    lastAttemptAtSeconds: parseDateSeconds(fields.get('last-attempt-date') ?? ''),
    evidence: [evidence('delivery-status', quote.join(', '), 'fields of the recipient, RFC 3464 2.3')],
  });
}

/** The text behind `smtp;`; a diagnostic without a type is kept whole. */
function typedDiagnostic(field: string): string {
  return /^\s*[\w-]{1,30}\s*;/.test(field) ? typedValue(field).value : field.trim();
}

/** RFC 3464 2.3.3 demands an Action; where it is missing the status class tells (RFC 3463 2). */
function actionByStatus(status: string | undefined): Action {
  return status?.startsWith('2') === true ? 'delivered' : 'failed';
}

function soleFailed(message: Message, groups: number): string | undefined {
  const value = headerValue(message.headers, 'x-failed-recipients');
  return groups === 1 && value !== undefined ? cleanAddress(value) : undefined;
}

function mtaName(field: string | undefined): string | undefined {
  return field === undefined ? undefined : withoutComments(typedValue(field).value).slice(0, 255);
}

function isGmail(reportingMta: string | undefined, message: Message): boolean {
  const from = headerValue(message.headers, 'from') ?? '';
  return reportingMta === 'googlemail.com' || /mailer-daemon@(?:googlemail|gmail)\.com/i.test(from);
}

function topReceived(message: Message): number | undefined {
  return receivedDateSeconds(headerValue(message.headers, 'received') ?? '');
}
