/**
 * The report around its recipients: its kind, its reporter, its dates, and the mail it is about. What all readers have
 * in common at their end.
 */
import type { Message } from '../../message/message.ts';
import { parseDateSeconds, receivedDateSeconds } from '../../shared/dates.ts';
import { headerValue } from '../../shared/header-fields.ts';
import { typedValue, withoutComments } from '../delivery-status.ts';
import type { StatusFields } from '../delivery-status.ts';
import { mayNameUs, namesOfOurs, originalIds } from '../recipient.ts';
import type { Action, BounceReport, ReportedRecipient } from '../report.ts';

/**
 * @param fields the per-message fields of RFC 3464 2.2, empty for reports in prose
 * @param reader its name; without it "gmail" or "rfc3464", by who reports
 */
export function toReport(
  message: Message,
  fields: StatusFields,
  recipients: readonly ReportedRecipient[],
  reader?: string,
): BounceReport {
  const reportingMta = mtaName(fields.get('reporting-mta'));
  const arrivedAtSeconds = parseDateSeconds(fields.get('arrival-date') ?? '');
  const reportedAtSeconds = parseDateSeconds(headerValue(message.headers, 'date') ?? '');
  const receivedAtSeconds = message.receivedAtSeconds ?? topReceived(message);
  return {
    kind: kindOf(recipients.map(recipient => recipient.action)),
    reader: reader ?? (isGmail(reportingMta, message) ? 'gmail' : 'rfc3464'),
    ...(reportingMta === undefined ? {} : { reportingMta }),
    originalMessageIds: originalIds(message, fields.get('x-original-message-id')),
    ...(arrivedAtSeconds === undefined ? {} : { arrivedAtSeconds }),
    ...(reportedAtSeconds === undefined ? {} : { reportedAtSeconds }),
    ...(receivedAtSeconds === undefined ? {} : { receivedAtSeconds }),
    recipients: withOurs(message, recipients),
  };
}

/** Notes where a reply names us: nearly none does. */
function withOurs(message: Message, recipients: readonly ReportedRecipient[]): readonly ReportedRecipient[] {
  return recipients.map(recipient => {
    const said = recipient.diagnostic?.toLowerCase() ?? '';
    if (said === '' || !mayNameUs(message, said)) return recipient;
    const ours = namesOfOurs(message).filter(name => said.includes(name) && !belongsTo(recipient, name));
    return ours.length === 0 ? recipient : { ...recipient, ours };
  });
}

/** True for an address or a domain of the recipient's own: we write to each other, too. */
function belongsTo({ finalRecipient, originalRecipient, alsoKnownAs = [] }: ReportedRecipient, name: string): boolean {
  const own = [finalRecipient, originalRecipient, ...alsoKnownAs].map(each => each?.toLowerCase());
  return own.some(each => each === name || each?.endsWith(`@${name}`) === true);
}

/** One failure makes a report one of failure; whoever only waits or was reached has his own action. */
export function kindOf(actions: readonly Action[]): BounceReport['kind'] {
  if (actions.includes('failed')) return 'failure';
  return actions.includes('delayed') ? 'delay' : 'success';
}

/** The host of a typed name field without its comment: "dns; mx.example.org (192.0.2.1)" (RFC 3464 2.3.5). */
export function mtaName(field: string | undefined): string | undefined {
  return field === undefined ? undefined : withoutComments(typedValue(field).value).slice(0, 255);
}

function isGmail(reportingMta: string | undefined, message: Message): boolean {
  const from = headerValue(message.headers, 'from') ?? '';
  return reportingMta === 'googlemail.com' || /mailer-daemon@(?:googlemail|gmail)\.com/i.test(from);
}

function topReceived(message: Message): number | undefined {
  return receivedDateSeconds(headerValue(message.headers, 'received') ?? '');
}
