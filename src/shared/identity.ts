/**
 * By what a message is known again: read twice, from another folder, or after UIDVALIDITY has changed.
 */
import { hash } from 'node:crypto';
import { headerValue, headerValues } from './header-fields.ts';
import type { HeaderFields } from './header-fields.ts';
import { cleanMessageId } from './message-id.ts';
import { alone } from './own-text.ts';

/** Two names of one message; either matches. */
export interface MessageIdentity {
  /** Gmail's X-GM-MSGID, a 64-bit decimal string, where the server has it: the same in every label. */
  readonly gmailId?: string;
  /** SHA-256 (hex) over Message-ID and the fields in IDENTITY_FIELDS, as they stand in the mail. */
  readonly digest: string;
}

/** Fields that a mail keeps in every folder and that tell two mails apart even where Message-ID is missing. */
export const IDENTITY_FIELDS = [
  'message-id',
  'date',
  'from',
  'to',
  'subject',
  'content-type',
  'x-failed-recipients',
] as const;

/** Identity from the (possibly partial) header fields; they must contain all of IDENTITY_FIELDS that the mail has. */
export function identify(fields: HeaderFields, gmailId?: string): MessageIdentity {
  const lines = IDENTITY_FIELDS.flatMap(name =>
    headerValues(fields, name).map(value => `${name}:${value.replace(/\s+/g, ' ')}\n`),
  );
  const digest = hash('sha256', lines.join(''));
  return gmailId === undefined ? { digest } : { gmailId, digest };
}

/** The Message-ID as it is safe to be sought and shown; nothing where there is none. */
export function messageIdOf(fields: HeaderFields): { messageId?: string } {
  const messageId = cleanMessageId(headerValue(fields, 'message-id') ?? '');
  return messageId === undefined ? {} : { messageId: alone(messageId) };
}
