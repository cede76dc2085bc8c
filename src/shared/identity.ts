/**
 * By what a message is known again: read twice, from another folder, or after UIDVALIDITY has changed.
 */
import { hash } from 'node:crypto';
import { headerValues } from './header-fields.ts';
import type { HeaderFields } from './header-fields.ts';

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
