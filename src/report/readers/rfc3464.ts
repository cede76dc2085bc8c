/**
 * Reports with a machine-readable part as RFC 3464 has it: most of today's mail systems, Gmail among them. Takes a
 * Message, gives a BounceReport or nothing.
 */
import type { Message } from '../../message/message.ts';
import { cleanAddress, sameAddress } from '../../shared/address.ts';
import { parseDateSeconds } from '../../shared/dates.ts';
import { headerValue, headerValues } from '../../shared/header-fields.ts';
import {
  actionOf,
  addressOf,
  isXtextOf,
  otherReading,
  parseDeliveryStatus,
  statusOf,
  typedValue,
} from '../delivery-status.ts';
import type { DeliveryStatus, StatusFields } from '../delivery-status.ts';
import { evidence, plausible, toRecipient } from '../recipient.ts';
import type { Action, ReportedRecipient } from '../report.ts';
import { isReporter } from '../signs.ts';
import { addressBlocks, ownWords } from './blocks.ts';
import { actionOfText } from './action-of-text.ts';
import type { Reader } from './reader.ts';
import { mtaName, toReport } from './to-report.ts';

export const rfc3464: Reader = {
  name: 'rfc3464',
  read(message) {
    const parts = message.machineParts.filter(part => /^message\/(?:global-)?delivery-status$/.test(part.contentType));
    // People forward reports with their parts; only a mailer, or the type itself, makes it one (RFC 6522 3).
    if (parts.length === 0 || !isReporter(message)) return undefined;
    const statuses = parts.map(part => parseDeliveryStatus(part.text));
    const recipients = plausible(
      message,
      statuses.flatMap(status => statusRecipients(message, status, 'delivery-status')),
      'fields',
    );
    if (recipients.length === 0) return undefined;
    return toReport(message, statuses[0]?.message ?? new Map(), recipients);
  },
};

/** The recipients of a machine-readable part, or of the same fields found in the text. */
export function statusRecipients(
  message: Message,
  status: DeliveryStatus,
  part: 'delivery-status' | 'text',
): ReportedRecipient[] {
  const groups = status.recipients.length > 0 ? status.recipients : groupOfMessage(message, status.message);
  const said = ownWords(message);
  const blocks = groups.length === 1 ? [] : addressBlocks(said);
  return groups.flatMap(fields => {
    const final = addressOf(fields.get('final-recipient')) ?? addressOf(fields.get('original-recipient'));
    const finalRecipient = final ?? soleFailed(message, groups.length);
    if (finalRecipient === undefined) return [];
    // What the text says of this recipient; the rest of it only where there is no other one it may be about.
    const block = blocks.find(({ address }) => sameAddress(address, finalRecipient));
    const prose = groups.length === 1 ? said : block?.words;
    return [toOne(message, fields, { finalRecipient, prose, part })];
  });
}

/** Some reporters put everything into one group and name nobody: the header may (X-Failed-Recipients). */
function groupOfMessage(message: Message, fields: StatusFields): StatusFields[] {
  const failed = headerValues(message.headers, 'x-failed-recipients').flatMap(value => value.split(','));
  const [first] = failed.flatMap(value => cleanAddress(value) ?? []);
  if (first === undefined || !(fields.has('action') || fields.has('status'))) return [];
  return [new Map([...fields, ['final-recipient', `rfc822; ${first}`]])];
}

interface Surroundings {
  readonly finalRecipient: string;
  readonly prose: string | undefined;
  readonly part: 'delivery-status' | 'text';
}

function toOne(
  message: Message,
  fields: StatusFields,
  { finalRecipient, prose, part }: Surroundings,
): ReportedRecipient {
  const original = fields.get('original-recipient');
  const originalRecipient = isXtextOf(original, finalRecipient) ? finalRecipient : addressOf(original);
  const diagnostic = fields.get('diagnostic-code');
  const status = statusOf(fields.get('status'));
  const quote = ['action', 'status', 'diagnostic-code'].flatMap(name =>
    fields.has(name) ? [`${name}: ${fields.get(name) ?? ''}`] : [],
  );
  const also = [
    addressOf(fields.get('x-actual-recipient')),
    otherReading(original),
    otherReading(fields.get('final-recipient')),
  ].filter(name => name !== undefined);
  return toRecipient({
    finalRecipient,
    originalRecipient,
    alsoKnownAs: also.length === 0 ? undefined : also,
    action: actionOf(fields.get('action')) ?? actionByStatus(status, message),
    status,
    diagnostic: diagnostic === undefined ? undefined : typedDiagnostic(diagnostic),
    prose: prose?.slice(0, 4000),
    remoteMta: mtaName(fields.get('remote-mta')),
    lastAttemptAtSeconds: parseDateSeconds(fields.get('last-attempt-date') ?? ''),
    evidence: [evidence(part, quote.join(', '), 'fields of the recipient, RFC 3464 2.3')],
  });
}

/** The text behind `smtp;`; a diagnostic without a type is kept whole. */
function typedDiagnostic(field: string): string {
  return /^\s*[\w-]{1,30}\s*;/.test(field) ? typedValue(field).value : field.trim();
}

/** RFC 3464 2.3.3 demands an Action; where it is missing the status class tells (RFC 3463 2), then the text. */
function actionByStatus(status: string | undefined, message: Message): Action {
  if (status?.startsWith('2') === true) return 'delivered';
  return status?.startsWith('4') === true ? actionOfText(`${message.subject}\n${ownWords(message)}`) : 'failed';
}

function soleFailed(message: Message, groups: number): string | undefined {
  const value = headerValue(message.headers, 'x-failed-recipients');
  return groups === 1 && value !== undefined ? cleanAddress(value) : undefined;
}
