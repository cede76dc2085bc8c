/**
 * To whom the bounced mail had been sent. Takes the names a report gives and the mails found in Sent, gives the
 * address to report or what is missing. Never an address that is not among a found mail's recipients.
 */
import type { SentLookup, SentMail } from '../mailbox/mailbox.ts';
import { sameAddress } from '../shared/address.ts';

export interface Addressee {
  readonly address: string;
  /** True when the report names another address: the mail was passed on by the one it was sent to. */
  readonly forwarded: boolean;
}

/**
 * The recipient of a found mail that the report speaks of. A name that is among the mail's recipients counts first,
 * so that a failed Cc is not blamed on the To; only then, for a campaign mail with a single recipient, that one.
 */
export function findAddressee(
  asked: { readonly names: readonly string[]; readonly originalMessageIds: readonly string[] },
  found: SentLookup,
): Addressee | { readonly missing: string } {
  const mails = asked.originalMessageIds.flatMap(id => found.mails.get(id) ?? []);
  for (const mail of mails) {
    const address = namedRecipient(mail, asked.names);
    if (address !== undefined) return { address, forwarded: false };
  }
  for (const mail of mails) {
    const address = onlyCustomer(mail);
    if (address !== undefined) return { address, forwarded: true };
  }
  return { missing: whatIsMissing(asked, found, mails) };
}

function namedRecipient(mail: SentMail, names: readonly string[]): string | undefined {
  const recipient = mail.recipients.find(address => names.some(name => sameAddress(name, address)));
  if (recipient === undefined) return undefined;
  // CleverTap knows the customer by the spelling in its own field.
  const customer = campaignCustomer(mail);
  return customer !== undefined && sameAddress(customer, recipient) ? customer : recipient;
}

/** The one recipient of a campaign mail; undefined for people's mail, where a second address proves nothing. */
function onlyCustomer(mail: SentMail): string | undefined {
  const [only, ...others] = mail.recipients;
  if (mail.campaignMeta === undefined || only === undefined || others.length > 0) return undefined;
  const customer = campaignCustomer(mail);
  return customer !== undefined && sameAddress(customer, only) ? customer : only;
}

/** First field of X-CleverTap_META: "recipient|campaign id|epoch|...". */
function campaignCustomer(mail: SentMail): string | undefined {
  const first = mail.campaignMeta?.split('|')[0]?.trim();
  return first === '' ? undefined : first;
}

function whatIsMissing(
  asked: { readonly names: readonly string[]; readonly originalMessageIds: readonly string[] },
  found: SentLookup,
  mails: readonly SentMail[],
): string {
  if (!found.searched) return 'the server shows no Sent folder to look the original up in';
  const ids = asked.originalMessageIds.map(id => `<${id}>`).join(', ');
  if (ids === '') return 'the report names no Message-ID of the mail that bounced';
  if (mails.length === 0) return `no mail with Message-ID ${ids} is in Sent`;
  return `the mail ${ids} in Sent was not sent to ${asked.names.join(' or ')}`;
}
