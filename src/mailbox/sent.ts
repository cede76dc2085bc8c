/**
 * Mails in Sent by their Message-ID. Takes ids that may come from an attacker, gives the recipients of the mails that
 * really bear them. Uses a connection of its own, EXAMINE only.
 */
import { cleanAddress } from '../shared/address.ts';
import { headerValue, headerValues, parseHeaderFields } from '../shared/header-fields.ts';
import { cleanMessageId } from '../shared/message-id.ts';
import type { Connection, Fetched } from './connection.ts';
import type { SentMail } from './mailbox.ts';

const FIELDS = ['message-id', 'to', 'cc', 'bcc', 'x-clevertap_meta'];
/** Ids in one search: a command line stays well below the 8000 characters that servers take (RFC 2683 3.2.1.5). */
const IDS_AT_ONCE = 20;
/** Addresses of one sent mail that are looked at; smtp.gmail.com takes 100 recipients a mail. */
const MOST_RECIPIENTS = 500;

/** The mails that bear one of these ids, in the open folder. Only ids that are safe in a query are asked for. */
export async function findByMessageId(
  connection: Connection,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<SentMail[]> {
  const safe = ids.filter(id => cleanMessageId(`<${id}>`) === id);
  const mails: SentMail[] = [];
  for (let start = 0; start < safe.length; start += IDS_AT_ONCE) {
    const some = safe.slice(start, start + IDS_AT_ONCE);
    const uids = await searchIds(connection, some, signal);
    const fetched = await connection.fetch(uids, { uid: true, headers: FIELDS }, signal);
    mails.push(...fetched.flatMap(one => toSentMail(one)).filter(mail => some.includes(mail.messageId)));
  }
  return mails;
}

/** Gmail indexes Message-IDs; HEADER would be a substring search over all headers there. */
async function searchIds(connection: Connection, ids: readonly string[], signal: AbortSignal): Promise<number[]> {
  if (connection.isGmail) {
    const gmraw = ids.map(id => `rfc822msgid:${id}`).join(' OR ');
    return connection.search({ gmraw }, signal);
  }
  const queries = ids.map(id => ({ header: { 'message-id': `<${id}>` } }));
  const [first] = queries;
  if (first === undefined) return [];
  return connection.search(queries.length === 1 ? first : { or: queries }, signal);
}

function toSentMail({ headers }: Fetched): SentMail[] {
  const fields = parseHeaderFields(headers ?? Buffer.alloc(0));
  const messageId = cleanMessageId(headerValue(fields, 'message-id') ?? '');
  if (messageId === undefined) return [];
  const recipients = ['to', 'cc', 'bcc'].flatMap(name => headerValues(fields, name)).flatMap(addressesIn);
  const campaignMeta = headerValue(fields, 'x-clevertap_meta');
  return [{ messageId, recipients, ...(campaignMeta === undefined ? {} : { campaignMeta }) }];
}

/** Addresses of a field that we wrote ourselves: in angle brackets, or bare between commas (RFC 5322 3.4). */
function addressesIn(value: string): string[] {
  const plain = value.replace(/"(?:[^"\\]|\\.)*"(?!@)/g, '');
  return plain
    .split(',')
    .slice(0, MOST_RECIPIENTS)
    .flatMap(one => cleanAddress(one) ?? []);
}
