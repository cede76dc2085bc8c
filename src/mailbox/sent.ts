/**
 * Mails in Sent by their Message-ID. Takes ids that may come from an attacker, gives the recipients of the mails that
 * really bear them. Reads the folder that the connection has open, and changes nothing in it.
 */
import { cleanAddress } from '../shared/address.ts';
import { headerValue, headerValues, parseHeaderFields } from '../shared/header-fields.ts';
import { cleanMessageId } from '../shared/message-id.ts';
import { alone } from '../shared/own-text.ts';
import { bearsSelfTestMark, SELF_TEST_FIELD } from '../shared/self-test-mark.ts';
import type { Connection } from './connection.ts';
import type { Fetched } from './fetch-row.ts';
import type { SentMail } from './mailbox.ts';

const FIELDS = ['message-id', 'to', 'cc', 'bcc', 'x-clevertap_meta', SELF_TEST_FIELD];
/** How many ids one search asks for; `chars` of ids in all, for a command line stays below the 8000 that servers take
 * (RFC 2683 3.2.1.5). */
interface Share {
  readonly ids: number;
  readonly chars: number;
}
/** As many as the line takes, with the words around each id. */
const MANY: Share = { ids: 100, chars: 5_000 };
/** What no server has trouble with: so they are asked for before they count as absent. */
const FEW: Share = { ids: 20, chars: 5_000 };
/** Mails for each id of a search that are read: an id is one mail's, or some copies'. */
const MOST_COPIES = 10;
/** Addresses of one sent mail that are looked at; smtp.gmail.com takes 100 recipients a mail. */
const MOST_RECIPIENTS = 500;
/** What means nothing in Gmail's search language: no "|", "{", "*", ":" or leading "-" that is more than text there. */
const GMAIL_WORD = /^[A-Za-z0-9][A-Za-z0-9$%+./=_-]*@[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** True when the id can be asked for at all: whatever it holds, it stays one word of a query. */
export function isAskable(id: string): boolean {
  return cleanMessageId(`<${id}>`) === id;
}

/** True where a look-up of these asks for each of them in a short search only. */
export function isFew(ids: readonly string[]): boolean {
  return ids.length <= FEW.ids;
}

/**
 * The mails that bear one of these ids, by id, in the open folder. Ids that are unsafe in a query are passed over.
 * @param thoroughly a few ids a search, so that what is not found is not there
 */
export async function findByMessageId(
  connection: Connection,
  ids: readonly string[],
  thoroughly: boolean,
  signal: AbortSignal,
): Promise<Map<string, SentMail>> {
  const byGmail = (id: string): boolean => connection.isGmail && GMAIL_WORD.test(id);
  const askable = ids.filter(isAskable);
  const share = thoroughly ? FEW : MANY;
  const forGmail = batchesOf(askable.filter(byGmail), share).map(gmailQuery);
  const others = batchesOf(
    askable.filter(id => !byGmail(id)),
    share,
  ).map(headerQuery);
  const uids = new Set<number>();
  for (const query of [...forGmail, ...others]) {
    for (const uid of await connection.search(query, signal)) uids.add(uid);
  }
  const latest = [...uids].sort((one, other) => one - other).slice(-MOST_COPIES * askable.length);
  // Whatever the search took for a match: only a mail that bears the very id counts.
  const asked = new Set(askable);
  return byId(connection, latest, signal, messageId => asked.has(messageId));
}

/** All mails of the open folder that bear an id, by id. */
export async function listSent(connection: Connection, signal: AbortSignal): Promise<Map<string, SentMail>> {
  const uids = await connection.search({ all: true }, signal);
  return byId(connection, uids, signal, () => true);
}

async function byId(
  connection: Connection,
  uids: readonly number[],
  signal: AbortSignal,
  isWanted: (messageId: string) => boolean,
): Promise<Map<string, SentMail>> {
  const mails = new Map<string, SentMail>();
  const take = (one: Fetched): boolean => {
    const mail = toSentMail(one);
    const isOne = mail !== undefined && isWanted(mail.messageId);
    if (isOne) mails.set(mail.messageId, together(mails.get(mail.messageId), mail));
    return true;
  };
  await connection.fetchEach(uids, { uid: true, headers: FIELDS }, signal, { take });
  return mails;
}

type SearchQuery = Parameters<Connection['search']>[0];

/** Gmail indexes Message-IDs; HEADER would be a substring search over all headers there. */
function gmailQuery(ids: readonly string[]): SearchQuery {
  return { gmraw: ids.map(id => `rfc822msgid:${id}`).join(' OR ') };
}

function headerQuery(ids: readonly string[]): SearchQuery {
  const queries = ids.map(id => ({ header: { 'message-id': `<${id}>` } }));
  const [first] = queries;
  return first !== undefined && queries.length === 1 ? first : { or: queries };
}

function batchesOf(ids: readonly string[], most: Share): string[][] {
  const batches: string[][] = [];
  let chars = 0;
  for (const id of ids) {
    const last = batches.at(-1);
    const fits = last !== undefined && last.length < most.ids && chars + id.length <= most.chars;
    if (fits) last.push(id);
    else batches.push([id]);
    chars = fits ? chars + id.length : id.length;
  }
  return batches;
}

/** The same mail sent twice under one id went to the recipients of both. */
function together(one: SentMail | undefined, other: SentMail): SentMail {
  if (one === undefined) return other;
  const { messageId } = one;
  const recipients = [...new Set([...one.recipients, ...other.recipients])];
  const sameMeta = one.campaignMeta !== undefined && one.campaignMeta === other.campaignMeta;
  const isSelfTest = recipients.length === 1 && one.isSelfTest === true && other.isSelfTest === true;
  return {
    messageId,
    recipients,
    ...(sameMeta ? { campaignMeta: one.campaignMeta } : {}),
    ...(isSelfTest ? { isSelfTest } : {}),
  };
}

function toSentMail({ sections }: Fetched): SentMail | undefined {
  const fields = parseHeaderFields(sections.get('header') ?? Buffer.alloc(0));
  const messageId = cleanMessageId(headerValue(fields, 'message-id') ?? '');
  if (messageId === undefined) return undefined;
  const recipients = ['to', 'cc', 'bcc'].flatMap(name => headerValues(fields, name)).flatMap(addressesIn);
  const campaignMeta = headerValue(fields, 'x-clevertap_meta');
  const isSelfTest = bearsSelfTestMark(messageId, headerValue(fields, SELF_TEST_FIELD));
  const isAlone = recipients.length === 1 && campaignMeta === undefined;
  // Thousands of them are remembered, of each header no more than this.
  return {
    messageId: alone(messageId),
    recipients: recipients.map(alone),
    ...(campaignMeta === undefined ? {} : { campaignMeta: alone(campaignMeta) }),
    ...(isSelfTest && isAlone ? { isSelfTest } : {}),
  };
}

/** Addresses of a field that we wrote ourselves: in angle brackets, or bare between commas, in groups or not
 * (RFC 5322 3.4). */
function addressesIn(value: string): string[] {
  const plain = value.replace(/"(?:[^"\\]|\\.)*"(?!@)/g, '');
  return plain
    .split(/[,;]/)
    .slice(0, MOST_RECIPIENTS)
    .flatMap(one => cleanAddress(one.replace(/^[^<>@"]*:(?!\/)/, '')) ?? []);
}
