/**
 * Further wordings, in the form of phrases.ts: those that standards, receivers' own pages or several mails showed
 * beside the large table.
 */
import type { PhraseRow } from './phrases.ts';

// prettier-ignore
export const MORE_PHRASES: readonly PhraseRow[] = [
  ['any', 'message expired', 'expired', 'high', 'Microsoft: NDR 5.4.300; Exchange message expiration'],
  ['any', 'mailbox is full', 'mailboxFull', 'high', 'Exim specification, quota_warn_message; general wording'],
  ['any', 'destination mailbox has moved', 'userMoved', 'high', 'RFC 3463 3.2, X.1.6'],
  ['any', 'domain is not reachable', 'networkError', 'high', 'Outlook.com reports'],
  ['any', 'exceeds allowed size', 'mailboxFull', 'high', 'IMail Server reports'],
  ['mimecast', 'invalid recipient', 'userUnknown', 'high', 'Mimecast: SMTP response codes'],
  ['gmail', 'support.google.com/mail/answer/69585', 'spamContent', 'high', 'Google: support.google.com/mail/answer/69585'],
  ['gmail', 'you have reached a limit for sending mail', 'senderQuota', 'high', 'Google: support.google.com/mail/answer/22839'],
  ['gmail', 'the group you tried to contact', 'mailingListRestricted', 'high', 'Google Groups reports'],
  ['proofpoint', 'proofpoint.com/dnsbl-lookup', 'ipReputation', 'high', 'Proofpoint: IP address blocks'],
  ['yahoo', 'this mailbox is disabled', 'userDisabled', 'high', 'Yahoo: SMTP error codes'],
  ['microsoft', 'sendernotauthenticatedforgroup', 'mailingListRestricted', 'high', 'Microsoft: NDR 5.7.133'],
];
