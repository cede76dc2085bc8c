/**
 * What an enhanced status code says by itself (RFC 3463 and IANA's registry of its codes). Takes D.D.D, gives the
 * reason. A code is the last word only where no wording is known.
 */
import type { Reason } from './verdict.ts';

/** By subject.detail; the class decides only whether it is final. Source: IANA "SMTP Enhanced Status Codes". */
const BY_DETAIL: Readonly<Record<string, Reason>> = {
  '1.1': 'userUnknown',
  '1.2': 'domainUnknown',
  '1.3': 'userUnknown',
  '1.6': 'userMoved',
  '1.7': 'senderRejected',
  '1.8': 'senderRejected',
  '1.10': 'domainNoMail',
  '1.90': 'senderQuota', // Microsoft: 5.1.90, daily recipient limit; in no registry
  '2.1': 'userDisabled',
  '2.2': 'mailboxFull',
  '2.3': 'messageTooLarge',
  '2.4': 'mailingListRestricted',
  '2.121': 'rateLimited', // Microsoft: 5.2.121 and 5.2.122, receiving limits an hour
  '2.122': 'rateLimited',
  '3.0': 'systemError',
  '3.1': 'systemFull',
  '3.2': 'serverDown',
  '3.3': 'systemError',
  '3.4': 'messageTooLarge',
  '3.5': 'systemError',
  '4.0': 'networkError',
  '4.1': 'serverDown',
  '4.2': 'networkError',
  '4.3': 'dnsError',
  '4.4': 'networkError',
  '4.5': 'serverDown',
  '4.6': 'mailLoop',
  '4.7': 'expired',
  '5.0': 'protocolError',
  '5.1': 'protocolError',
  '5.2': 'protocolError',
  '5.3': 'tooManyRecipients',
  '5.4': 'protocolError',
  '5.5': 'protocolError',
  '7.0': 'policy',
  '7.1': 'policy',
  '7.2': 'mailingListRestricted',
  '7.8': 'authenticationFailure',
  '7.9': 'authenticationFailure',
  '7.10': 'tlsRequired',
  '7.11': 'tlsRequired',
  '7.13': 'suspendedTemporarily',
  '7.17': 'userUnknown',
  '7.18': 'domainUnknown',
  '7.20': 'authenticationFailure',
  '7.21': 'authenticationFailure',
  '7.22': 'authenticationFailure',
  '7.23': 'authenticationFailure',
  '7.24': 'authenticationFailure',
  '7.25': 'authenticationFailure',
  '7.26': 'authenticationFailure',
  '7.27': 'senderRejected',
  '7.28': 'rateLimited',
  '7.29': 'authenticationFailure',
  '7.30': 'tlsRequired',
};

/** Receivers that use a registered code for something else: their own pages on error codes. */
const BY_RECEIVER: Readonly<Record<string, Readonly<Record<string, Reason>>>> = {
  gmail: {
    '7.24': 'authenticationFailure',
    '7.27': 'authenticationFailure',
    '7.29': 'tlsRequired',
    '7.30': 'authenticationFailure',
    '7.32': 'authenticationFailure',
  },
  microsoft: {
    '1.10': 'userUnknown',
    '4.310': 'domainUnknown',
    '4.312': 'dnsError',
    '7.124': 'mailingListRestricted',
    '7.133': 'mailingListRestricted',
    '7.134': 'mailingListRestricted',
    '7.136': 'mailingListRestricted',
    '7.509': 'authenticationFailure',
    '7.515': 'authenticationFailure',
  },
};

/** By subject where the detail is not enumerated. X.0, X.1 and X.2 say nothing without one. */
const BY_SUBJECT: Readonly<Record<string, Reason>> = {
  '3': 'systemError',
  '4': 'networkError',
  '5': 'protocolError',
  '6': 'contentRejected',
  '7': 'policy',
};

/**
 * The reason a code stands for, or undefined when it says nothing (X.0.0, X.1.0, X.2.0, unknown ones).
 * @param receiver who wrote the code, as knowReceiver names it
 */
export function reasonOfStatus(status: string, receiver?: string): Reason | undefined {
  const match = /^[245]\.(\d{1,3})\.(\d{1,3})$/.exec(status);
  if (!match) return undefined;
  const [, subject = '', detail = ''] = match;
  const code = `${Number(subject)}.${Number(detail)}`;
  const own = receiver === undefined ? undefined : BY_RECEIVER[receiver]?.[code];
  return own ?? BY_DETAIL[code] ?? BY_SUBJECT[String(Number(subject))];
}

/** True when the code speaks of the address or of nothing in particular (RFC 3463 3.1, 3.2). */
export function speaksOfAddress(status: string): boolean {
  return /^5\.[01]\./.test(status);
}
