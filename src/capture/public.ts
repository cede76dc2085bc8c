/**
 * What is public in a mail: words of mail systems, hosts and addresses of large receivers, top-level domains. Takes a
 * word or a name, answers whether it may stay as it is when the mail is shared. Knows nothing of any mail.
 */
import { PHRASES, RECEIVER_HOSTS } from '../verdict/verdict.ts';
import { MAIL_SIGNS, MAIL_WORDS } from './words.ts';

/** Epoch seconds, and a date as a number. */
export const IS_TIME = /^(?:1[5-9]\d{8}|20\d\d(?:0[1-9]|1[0-2])[0-3]\d)$/;
/** Letters, digits and "_" in a row: what is looked at as one word. */
export const WORD = /[\p{L}\p{M}\p{N}_]+/gu;
/** Characters of scripts that write no spaces: looked at one by one. */
export const SIGN = /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}]/u;
/** A foreign word in Japanese, or a name. */
export const KATAKANA = /[\p{Script=Katakana}ー]+/gu;

const wordsOfPhrases = PHRASES.flatMap(([, fragment]) => fragment.match(WORD) ?? []);
/** Shorter ones tell nothing: grammar, units, languages, countries. */
const TELLING_CHARS = 3;
const NUMBER_DIGITS = 4;

/** Suffixes under which names belong to large receivers and to those who document refusals; names below too. */
const OTHER_HOSTS = [
  ...['gmail.com', 'googleusercontent.com', 'microsoft.com', 'office.com', 'live.com', 'msn.com', 'yahoo.co.jp'],
  ...['yahooinc.com', 'spamhaus.org', 'spamcop.net', 'sorbs.net', 'barracudacentral.org', 'surbl.org', 'uribl.com'],
  ...['abuseat.org', 'mxtoolbox.com', 'rfc-editor.org', 'ietf.org', 'w3.org', 'openspf.org', 'open-spf.org'],
  ...['dmarc.org', 'postfix.org', 'exim.org', 'isc.org', 'mimecastprotect.com', 'proofpoint.com', 'cloudmark.com'],
  ...['trendmicro.com', 'symantec.com', 'cisco.com', 'senderscore.org', 'senderbase.org', 'validity.com', 'me.com'],
  ...['mailchannels.net', 'amazonaws.com', 'amazon.com', 'sendgrid.net', 'mailgun.net', 'mailgun.org', 'sparkpost.com'],
];
const HOSTS: readonly string[] = [...RECEIVER_HOSTS, ...OTHER_HOSTS];
const wordsOfHosts = HOSTS.flatMap(host => host.match(WORD) ?? []);
const WORDS: ReadonlySet<string> = new Set([...MAIL_WORDS, ...wordsOfPhrases, ...wordsOfHosts]);
const SIGNS: ReadonlySet<string> = new Set([...MAIL_SIGNS, ...wordsOfPhrases.flatMap(word => Array.from(word))]);
const foreign = [...WORDS].flatMap(word => word.match(KATAKANA) ?? []).filter(word => word.length > 1);
const FOREIGN = new RegExp([...new Set(foreign)].sort((one, other) => other.length - one.length).join('|'), 'gu');

/** Local parts of machines (RFC 2142 and custom). */
const LOCALS =
  /^(?:mailer-?daemon|post[-_]?master|mail-?daemon|mdaemon|abuse|no-?reply|noreply-dsn|bounces?|root|nobody|mail|mailer|listserv|mailman|microsoftexchange[0-9a-f]{32})$/i;

const LONG_TLDS =
  /^(?:com|net|org|edu|gov|mil|int|arpa|info|biz|name|pro|aero|coop|museum|mobi|asia|jobs|travel|tel|cat|app|dev|xyz|online|site|shop|store|cloud|tech|email|club|agency|digital|group|life|live|media|news|solutions|support|systems|company|services|world|today|berlin|hamburg|koeln|bayern|wien|swiss|london|paris|nyc|tokyo|local|localdomain|internal|intranet|lan|home|corp|private|example|invalid|test|localhost)$/i;
/** Second levels under which a country registers names. */
const SECOND_LEVELS = /^(?:co|com|net|org|ac|gov|edu|ne|or|go|gob|gouv|nom|mil|ltd|plc|sch)$/i;

/** True for a word that mail systems use, in any case: "Mailbox", "NoSuchUser", "OFR_506", "mx12", "24h". */
export function isPublicWord(word: string, keep: ReadonlySet<string>): boolean {
  const lower = word.toLowerCase();
  if (WORDS.has(lower) || keep.has(lower)) return true;
  if (/^\p{N}+$/u.test(word)) return word.length <= NUMBER_DIGITS || /^0+$/.test(word);
  if (word.length < TELLING_CHARS || /^\d{1,4}[a-z]{1,2}$/i.test(word)) return true;
  const numbered = /^(\p{L}{2,})\d{1,3}$/u.exec(lower)?.[1];
  if (numbered !== undefined) return WORDS.has(numbered);
  const humps = word.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+/gu) ?? [];
  return humps.length > 1 && humps.join('') === word && humps.every(hump => WORDS.has(hump.toLowerCase()));
}

/** True for a character of a language without spaces that mail systems use; Hiragana are its grammar. */
export function isPublicSign(sign: string): boolean {
  return SIGNS.has(sign) || /\p{Script=Hiragana}/u.test(sign);
}

/** What of foreign words in Japanese is not public is replaced. */
export function withoutForeignWords(text: string, replace: (word: string) => string): string {
  let shared = '';
  let at = 0;
  for (const match of text.matchAll(FOREIGN)) {
    shared += text.slice(at, match.index).replace(KATAKANA, replace) + match[0];
    at = match.index + match[0].length;
  }
  return shared + text.slice(at).replace(KATAKANA, replace);
}

/** The account's address in the fixtures: it stands for the one that a mail came to. */
export const OWN_STAND_IN = 'news@shop.example';

/** The public suffix that the host is or lies below, or undefined. */
export function publicSuffix(host: string): string | undefined {
  const lower = host.toLowerCase();
  return HOSTS.find(suffix => lower === suffix || lower.endsWith(`.${suffix}`));
}

/** True for a local part that stands for a machine. */
export function isPublicLocal(local: string): boolean {
  return LOCALS.test(local);
}

/** True for a name whose last label is a top-level domain, and not the end of a sentence or a file's name. */
export function looksLikeHost(labels: readonly string[]): boolean {
  const last = labels.at(-1) ?? '';
  if (labels.length < 2 || labels.join('').length < 4) return false;
  return /^(?:\p{L}{2}|xn--[\p{L}\p{N}-]+)$/u.test(last) || LONG_TLDS.test(last);
}

/** How many labels at the end belong to the registry: 2 for "co.uk", else 1. */
export function registryLabels(labels: readonly string[]): number {
  const isSecond = labels.length > 2 && labels.at(-1)?.length === 2 && SECOND_LEVELS.test(labels.at(-2) ?? '');
  return isSecond ? 2 : 1;
}

/** True for a label such as "mx1" or "mail-out" that any host may have. */
export function isPublicLabel(label: string): boolean {
  const words = label.match(/[^\p{P}]+/gu) ?? [];
  const digits = label.replace(/\D/g, '').length;
  const none: ReadonlySet<string> = new Set();
  return digits <= 3 && words.every(word => isPublicWord(word, none));
}
