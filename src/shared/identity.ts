/**
 * By what a message is known again: read twice, from another folder, or after UIDVALIDITY has changed.
 */
import { hash } from 'node:crypto';
import { headerValue } from './header-fields.ts';
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
  let text = '';
  // Without a list of lines: in a backlog this is done for every mail.
  for (const name of IDENTITY_FIELDS) {
    for (const field of fields) if (field.name === name) text += `${name}:${singleSpaces(field.value)}\n`;
  }
  const digest = hash('sha256', text);
  return gmailId === undefined ? { digest } : { gmailId, digest };
}

/** Of nearly every value it is the value itself: one look tells. */
function singleSpaces(value: string): string {
  return /[^\S ]| {2}/.test(value) ? value.replace(/\s+/g, ' ') : value;
}

/** The Message-ID as it is safe to be sought and shown; undefined where there is none. */
export function messageIdOf(fields: HeaderFields): string | undefined {
  const messageId = cleanMessageId(headerValue(fields, 'message-id') ?? '');
  return messageId === undefined ? undefined : alone(messageId);
}
