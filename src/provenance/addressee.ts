/**
 * To whom the bounced mail had been sent. Takes the names a report gives and the mails found in Sent, gives the
 * address to report, or how the found mails miss the names. Never an address that is not among a found mail's
 * recipients.
 */
import type { SentLookup, SentMail } from '../mailbox/mailbox.ts';
import { sameAddress } from '../shared/address.ts';

/**
 * - `named`: a mail in Sent went to the address that the report names.
 * - `single`: it names another one; the mail was a campaign mail to this one address, which may have passed it on.
 * - `others`: the mails in Sent went to others.
 * - `gone`: there is no such mail in Sent.
 */
export type Match =
  | {
      readonly kind: 'named' | 'single';
      readonly address: string;
      readonly campaignMeta?: string;
      /** The mail bears the mark of a self-test. */
      readonly isSelfTest?: true;
    }
  | { readonly kind: 'others' | 'gone' };

/** What a report asks for. */
export interface Asked {
  /** Every name it gives the recipient. */
  readonly names: readonly string[];
  readonly originalMessageIds: readonly string[];
}

/**
 * The recipient of a found mail that the report speaks of. A name that is among the mail's recipients counts first,
 * so that a failed Cc is not blamed on the To; only then, for a campaign mail with a single recipient, that one.
 */
export function findAddressee(asked: Asked, found: SentLookup): Match {
  const mails: SentMail[] = [];
  for (const id of asked.originalMessageIds) {
    const mail = found.mails.get(id);
    if (mail !== undefined) mails.push(mail);
  }
  for (const mail of mails) {
    const address = namedRecipient(mail, asked.names);
    const mark = mail.isSelfTest === true ? { isSelfTest: true as const } : {};
    if (address !== undefined) return { kind: 'named', address, ...metaOf(mail), ...mark };
  }
  for (const mail of mails) {
    const address = onlyCustomer(mail);
    if (address !== undefined) return { kind: 'single', address, ...metaOf(mail) };
  }
  return { kind: mails.length === 0 ? 'gone' : 'others' };
}

/** First field of X-CleverTap_META: "recipient|campaign id|epoch|...". */
export function campaignCustomer(meta: string | undefined): string | undefined {
  const first = meta?.split('|')[0]?.trim();
  return first === '' ? undefined : first;
}

function metaOf({ campaignMeta }: SentMail): { campaignMeta?: string } {
  return campaignMeta === undefined ? {} : { campaignMeta };
}

function namedRecipient(mail: SentMail, names: readonly string[]): string | undefined {
  const recipient = mail.recipients.find(address => names.some(name => sameAddress(name, address)));
  return recipient === undefined ? undefined : asCustomer(mail, recipient);
}

/** The one recipient of a campaign mail; undefined for people's mail, where a second address proves nothing. */
function onlyCustomer(mail: SentMail): string | undefined {
  const [only, ...others] = mail.recipients;
  if (mail.campaignMeta === undefined || only === undefined || others.length > 0) return undefined;
  return asCustomer(mail, only);
}

/** CleverTap knows the customer by the spelling in its own field. */
function asCustomer({ campaignMeta }: SentMail, recipient: string): string {
  const customer = campaignCustomer(campaignMeta);
  return customer !== undefined && sameAddress(customer, recipient) ? customer : recipient;
}
