/**
 * Further wordings, in the form of phrases.ts: those that standards, receivers' own pages or several mails showed
 * beside the large table.
 */
import type { PhraseRow } from './phrases.ts';

// prettier-ignore
export const MORE_PHRASES: readonly PhraseRow[] = [
  ['any', 'message expired', 'expired', 'high', 'Microsoft: NDR 5.4.300; Exchange message expiration'],
  ['any', 'not subscribed to that group', 'mailingListRestricted', 'high', 'groups.io reports'],
  ['any', 'submission quota exceeded', 'senderQuota', 'high', 'Microsoft: sending limits'],
  ['any', 'spamming not allowed', 'spamContent', 'high', 'general wording'],
  ['any', 'classified as spam', 'spamContent', 'high', 'general wording'],
  ['any', 'looks like spam', 'spamContent', 'high', 'SpamAssassin milters'],
  ['any', 'spam content', 'spamContent', 'high', 'general wording'],
  ['any', 'message too big', 'messageTooLarge', 'high', 'RFC 1870 6; general wording'],
  ['any', 'from ip address * blocked', 'blocklisted', 'high', 'mail.ru reports; general wording'],
  ['any', 'listed by', 'blocklisted', 'medium', 'general wording of block list refusals'],
  ['any', 'reverse dns', 'authenticationFailure', 'high', 'general wording'],
  ['any', 'no such domain', 'domainUnknown', 'medium', 'general wording'],
  ['any', 'unrouteable address', 'domainUnknown', 'medium', 'Exim: routing failed for the domain or the local part'],
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
