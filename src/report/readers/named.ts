/**
 * Recipients that a report names somewhere in its sentences, or by their local part alone. Takes the reporter's own
 * words, gives blocks; an address whose context makes it somebody else's (a sender, a contact) is left out.
 */
import { addressKey, cleanAddress, sameAddress } from '../../shared/address.ts';
import { matchesOf } from '../../shared/matches.ts';
import { addressInProse } from './blocks.ts';
import type { Block } from './blocks.ts';

/** Whole or not at all: a part of an address may be somebody else's. */
const ADDRESS =
  /(?<![^\s<>()[\]"',:;|])[^\s<>()[\]"',:;|]{1,64}@[\p{L}\p{N}\p{M}._-]{1,255}(?![\p{L}\p{N}\p{M}_@]|[.-]+[\p{L}\p{N}_]|(?!\s)[\p{Cc}\p{Cf}])/gu;
/** Words before an address that is not the recipient's: a sender, a contact. */
const OTHERS = [
  'from|sender|by|via|contact|reply-to|originator|return-path|message-?id|references|in-reply-to|questions?|assistance',
  'help|abuse|write to|e-?mail(?: us)? at|mail from|sent by|on behalf of|enquir(?:y|ies) to|instead|sorry|dear|hello|hi',
  'absender|wenden sie sich(?: bitte)? an|kontakt(?:ieren sie|iere|a|er)?|schreiben sie an|rückfragen|fragen|hilfe',
  'exp[ée]diteur|contacte[zr]|adressez-vous [àa]|[ée]crivez [àa]|aide|remitente|p[óo]ngase en contacto con|ayuda',
  'consultas?|remetente|entre em contat?o com|ajuda|d[úu]vidas|mittente|contatt(?:are|i)|aiuto|assistenza|afzender',
  'neem contact op met|vragen|hulp|avsändare|hjälp|hjelp|nadawca|pomoc|odesílatel',
].join('|');
/** The same in languages whose words have endings, or no blanks between them. */
const OTHERS_BEGUN =
  'отправител|обращайтесь|свяжитесь|помощ|вопрос|問い?合|差出人|联系|聯絡|联络|发件人|寄件|문의|보낸 ?사람';
const SOMEBODY_ELSE = new RegExp(
  `(?:(?:(?<!\\p{L})(?:${OTHERS})(?!\\p{L})|${OTHERS_BEGUN})[^\\n]{0,12}|mailto:)$`,
  'iu',
);
/** What stands behind the address of whoever is to be written to from now on. */
const SUCCESSOR = /^[>"')]{0,2} instead\b/i;
/** Mailboxes that reports offer for questions (RFC 2142). */
const ROLE = /^(?:postmaster|mailer-daemon|mail-daemon|abuse|support|help(?:desk)?|hostmaster|webmaster|no-?reply)@/i;
/** Lines of a quoted header other than the recipient's. */
const OTHER_FIELD =
  /^[> \t]*(?:von|de|van|från|fra|od|da|от|from|sender|reply-to|return-path|message-id|in-reply-to|references|received|x-[\w-]+|list-[\w-]+|subject|mail from)\s*:/i;
/** A name alone on its line, perhaps with the reason: "jane.doe (user not found)". */
const BARE = /^[ \t]+<?([A-Za-z0-9][\w.+-]{0,63})>?[ \t]*(\([^()\n]{2,200}\))?$/;
const BEFORE_BARE =
  /(?:following (?:recipients?|address(?:es)?|users?)\b|undeliverable to the following)[^:]{0,200}:[ \t]*\n+$/i;

/**
 * Addresses within sentences, each once. Among several only those that the returned mail was sent to.
 * @param returned its recipients
 * @param ours addresses of this mailbox as comparison keys: they count only where nobody else is named
 */
export function namedInSentences(text: string, returned: readonly string[], ours: readonly string[]): Block[] {
  const found = new Map<string, Block>();
  for (const line of text.split('\n')) {
    if (line.length > 2000 || !line.includes('@') || OTHER_FIELD.test(line)) continue;
    for (const match of matchesOf(line, ADDRESS)) {
      const address = addressInProse(match[0]);
      const before = line.slice(Math.max(0, match.index - 60), match.index).replace(/[<"'(\s]+$/, '');
      const behind = line.slice(match.index + match[0].length);
      if (address === undefined || ROLE.test(address) || SOMEBODY_ELSE.test(before)) continue;
      if (SUCCESSOR.test(behind)) continue;
      if (!found.has(addressKey(address))) found.set(addressKey(address), { address, line: line.trim(), words: '' });
    }
  }
  const named = [...found.values()];
  const sentTo = named.filter(({ address }) => returned.some(one => sameAddress(one, address)));
  if (sentTo.length > 0) return sentTo;
  const others = named.filter(({ address }) => !ours.includes(addressKey(address)));
  const meant = others.length > 0 ? others : named;
  return meant.length === 1 ? meant : [];
}

/**
 * Recipients of the reporter's own domain, named without it: GroupWise, old AOL.
 * @param returned recipients of the returned mail; one with this local part is the one
 * @param domain the reporter's, where no returned mail tells
 */
export function namedWithoutDomain(text: string, returned: readonly string[], domain: string | undefined): Block[] {
  const blocks: Block[] = [];
  let above = '';
  for (const line of text.split('\n')) {
    // A line that is longer is none of this form; cut, it could look as if.
    const match = line.length > 300 ? null : BARE.exec(line);
    const local = match?.[1];
    if (local !== undefined && (blocks.length > 0 || BEFORE_BARE.test(above))) {
      const sentTo = returned.find(one => one.toLowerCase().startsWith(`${local.toLowerCase()}@`));
      const address = sentTo ?? cleanAddress(`${local}@${domain ?? ''}`);
      if (address !== undefined) blocks.push({ address, line: line.trim(), words: match?.[2]?.slice(1, -1) ?? '' });
    }
    above = `${above}${line}\n`.slice(-300);
  }
  return blocks;
}
