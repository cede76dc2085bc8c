/**
 * The closed list of reasons: what each means, what it speaks of, and which verdict follows from it.
 * CleverTap's page on email statistics names the soft and hard cases; where it is vague, the soft one is taken.
 */
import type { About, Reason } from './verdict.ts';

export interface ReasonEntry {
  readonly about: About;
  readonly verdict: 'hard' | 'soft' | 'none';
  /** One sentence. */
  readonly meaning: string;
}

function hard(meaning: string): ReasonEntry {
  return { about: 'recipient', verdict: 'hard', meaning };
}

function soft(about: About, meaning: string): ReasonEntry {
  return { about, verdict: 'soft', meaning };
}

export const REASONS: Readonly<Record<Reason, ReasonEntry>> = {
  userUnknown: hard('There is no such mailbox at this domain.'),
  userDisabled: hard('The mailbox exists no more or was closed for good.'),
  userMoved: hard('The user has moved and left no forward.'),
  domainUnknown: hard('The domain does not exist or has no mail host.'),
  domainNoMail: hard('The domain says that it accepts no mail (null MX, RFC 7505).'),
  mailboxFull: soft('recipient', 'The mailbox is full.'),
  suspendedTemporarily: soft('recipient', 'The mailbox is locked for a while.'),
  recipientPreference: soft('recipient', 'The recipient or a filter of his does not want this mail.'),
  mailingListRestricted: soft('recipient', 'A list or group takes mail of certain senders only.'),
  serverDown: soft('network', 'The receiving server does not answer or takes no mail now.'),
  networkError: soft('network', 'The way to the receiving server is broken.'),
  dnsError: soft('network', 'A name could not be looked up; it may exist all the same.'),
  expired: soft('network', 'Delivery was tried until the time for it was over.'),
  systemError: soft('network', 'The receiving or the sending system failed inside.'),
  systemFull: soft('network', 'The receiving system has no room, for anybody.'),
  mailLoop: soft('network', 'The mail went round in a circle.'),
  greylisted: soft('network', 'The server refuses the first try of unknown senders.'),
  protocolError: soft('network', 'The two servers misunderstood each other.'),
  tooManyRecipients: soft('sender', 'The mail had more recipients than the server takes.'),
  messageTooLarge: soft('recipient', 'The mail is larger than the mailbox or server takes.'),
  rateLimited: soft('sender', 'Too much mail came from us, or to this mailbox, in too short a time.'),
  tooManyConnections: soft('sender', 'Too many connections came from our address.'),
  senderQuota: soft('sender', "Our own provider's sending limit is reached."),
  senderRejected: soft('sender', 'Our sender address is refused.'),
  authenticationFailure: soft('sender', 'Our SPF, DKIM, DMARC, reverse DNS or login does not hold.'),
  ipReputation: soft('sender', 'The address that sends for us has a bad name there.'),
  domainReputation: soft('sender', 'Our domain has a bad name there.'),
  blocklisted: soft('sender', 'The address or domain that sends for us is on a block list.'),
  spamContent: soft('sender', 'The mail was taken for spam.'),
  contentRejected: soft('sender', 'Something in the mail is refused: an attachment, a header, its form.'),
  virus: soft('sender', 'The mail was taken for a virus.'),
  policy: soft('sender', "A rule of the receiver's refuses the mail."),
  relayDenied: soft('sender', 'The server does not serve this domain, or us.'),
  tlsRequired: soft('sender', 'The two servers could not agree on encryption.'),
  // The entry is only the verdict where not even a code is known; codes decide in decide().
  unknown: soft('unknown', 'Nothing in the refusal is recognised: the code decides.'),
  delayed: { about: 'network', verdict: 'none', meaning: 'Delivery is still being tried.' },
  delivered: { about: 'recipient', verdict: 'none', meaning: 'The mail was delivered, relayed or expanded.' },
};
