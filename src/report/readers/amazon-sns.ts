/**
 * Amazon SES bounces that come as an SNS notification by mail: a JSON object, wrapped in another by SNS.
 * Source: Amazon SES Developer Guide, "Amazon SNS notification contents", bounce object.
 */
import { cleanAddress } from '../../shared/address.ts';
import { headerValue } from '../../shared/header-fields.ts';
import { evidence, plausible, toRecipient } from '../recipient.ts';
import type { ReportedRecipient } from '../report.ts';
import type { Reader } from './reader.ts';
import { toReport } from './to-report.ts';

/** What of the two objects is looked at; any of it may be missing or of another type. */
type Json = Readonly<Partial<Record<Key, unknown>>>;
type Key =
  | 'Message'
  | 'notificationType'
  | 'eventType'
  | 'bounce'
  | 'bouncedRecipients'
  | 'bounceType'
  | 'bounceSubType'
  | 'emailAddress'
  | 'status'
  | 'diagnosticCode'
  | 'remoteMtaIp';

export const amazonSns: Reader = {
  name: 'amazon-sns',
  read(message) {
    if (!/@sns\.amazonaws\.com\b/i.test(headerValue(message.headers, 'from') ?? '')) return undefined;
    const notification = notificationIn(message.text);
    if (notification?.notificationType !== 'Bounce' && notification?.eventType !== 'Bounce') return undefined;
    const bounce = object(notification.bounce);
    const listed = Array.isArray(bounce.bouncedRecipients) ? bounce.bouncedRecipients : [];
    const recipients = listed.flatMap((one: unknown) => toOne(object(one), bounce));
    const kept = plausible(message, recipients, 'fields');
    return kept.length === 0 ? undefined : toReport(message, new Map(), kept, 'amazon-sns');
  },
};

/** The innermost object: SNS quotes what SES wrote in its field "Message". */
function notificationIn(text: string): Json | undefined {
  const json = text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1);
  // Lines over 998 octets are cut on the way (RFC 5322 2.1.1), in the middle of a string.
  const outer = parse(json) ?? parse(json.replace(/\n ?/g, ''));
  const inner = outer?.Message;
  return typeof inner === 'string' ? parse(inner) : outer;
}

function parse(text: string): Json | undefined {
  try {
    return object(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function toOne(recipient: Json, bounce: Json): ReportedRecipient[] {
  const address = cleanAddress(string(recipient.emailAddress) ?? '');
  if (address === undefined) return [];
  const diagnostic = string(recipient.diagnosticCode)?.replace(/^smtp;\s*/i, '');
  const type = [string(bounce.bounceType), string(bounce.bounceSubType)].filter(word => word !== undefined).join(' ');
  const found = {
    finalRecipient: address,
    action: 'failed' as const,
    status: /^[245]\.\d{1,3}\.\d{1,3}$/.exec(string(recipient.status) ?? '')?.[0],
    diagnostic,
    prose: type,
    remoteMta: string(bounce.remoteMtaIp),
  };
  const quote = `${type}: ${diagnostic ?? found.status ?? ''}`;
  return [toRecipient({ ...found, evidence: [evidence('text', quote, 'bouncedRecipients of Amazon SES')] })];
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null ? value : {};
}

function string(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
