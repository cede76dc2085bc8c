/**
 * Changes of the words for people that leave what a mail says: footers, other line lengths, blanks, and a headline in
 * another language.
 */
import iconv from 'iconv-lite';
import type { Change } from './change.ts';
import { fieldValue, isMachinePart, leavesOf, mapParts, typeOf, withField } from './mail-tree.ts';
import type { Part } from './mail-tree.ts';
import { LIST_FOOTER } from './part-changes.ts';
import { decodedBody, encodingOf, isEncodable, withBody } from './transfer.ts';

const FOOTERS = [
  '\n-- \nThis email has been checked for viruses by Example Antivirus.\nhttps://antivirus.example\n',
  '\n\n--- Diese E-Mail wurde von Example Antivirus auf Viren untersucht. ---\n',
  '\n________________________________\nThis message and any attachment are confidential. If you are not the intended\nrecipient, please delete it and notify security@shop.example.\n',
];

/** What virus scanners and companies put below every mail. */
export const footer: Change = {
  name: 'a footer below the text',
  apply: (mail, choose) => inFirstText(mail, text => text.replace(/\n*$/, '\n') + FOOTERS[choose(FOOTERS.length)]!),
};

/** What Mailman and other list servers do: the address of the list stands alone on its line. */
export const listFooter: Change = {
  name: 'a list footer with an address below the text',
  apply: mail => inFirstText(mail, text => text.replace(/\n*$/, '\n\n') + LIST_FOOTER),
};

const COLUMNS = 70;
/** Rules and titles between them are no prose. */
const RULED = /^ {0,5}[-_=*]{3,}/m;

/**
 * Where fields for programs tell the facts, the prose is filled anew, paragraph by paragraph. Where only the text tells
 * them, its lines have a meaning: long ones alone are folded, between words.
 */
export const rewrapped: Change = {
  name: `text wrapped at ${COLUMNS} columns`,
  apply(mail) {
    const isProse = leavesOf(mail).some(isMachinePart);
    return inFirstText(mail, text => (isProse ? filled(text) : text.split('\n').flatMap(folded).join('\n')));
  },
};

/** Blanks at the end of lines, empty ones too; in a flowed text they have a meaning (RFC 3676 4.1). */
export const blanksBehindLines: Change = {
  name: 'blanks behind the lines',
  apply(mail, choose) {
    const isMeant = (part: Part): boolean =>
      isEncodable(part) &&
      (isMachinePart(part) || typeOf(part) === 'text/plain') &&
      !/format\s*=\s*"?flowed/i.test(fieldValue(part, 'content-type'));
    if (!leavesOf(mail).some(isMeant)) return undefined;
    const blanks = ['  ', ' ', '\t'][choose(3)]!;
    return mapParts(mail, part => {
      if (!isMeant(part)) return part;
      // An encoder would keep them from being lost; what comes behind an encoded line means nothing (RFC 2045 6.7).
      if (encodingOf(part) !== 'as it is') return { ...part, body: behindLines(part.body ?? '', blanks) };
      return withBody(part, behindLines(decodedBody(part), blanks));
    });
  },
};

/** The words as HTML, as gateways write them. In ISO-2022 and UTF-7 any byte may be half a letter: none is replaced. */
export const asHtml: Change = {
  name: 'text as HTML',
  apply(mail) {
    const first = leavesOf(mail).find(part => typeOf(part) === 'text/plain');
    if (!first || !isEncodable(first) || !mail.fields.some(({ name }) => /^content-type$/i.test(name)))
      return undefined;
    if (/iso-2022|utf-7/i.test(fieldValue(first, 'content-type'))) return undefined;
    // HTML keeps no blanks, and by these alone is a name on its line known for one.
    if (/^[ \t]+[\w.+-]+$/m.test(decodedBody(first))) return undefined;
    const type = fieldValue(first, 'content-type').replace(/^(?:text\/plain)?/i, 'text/html');
    const escaped = decodedBody(first).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    const html = `<html><body><div>${escaped.split('\n').join('<br>\n')}</div></body></html>\n`;
    const changed = withField(withBody(first, html), 'Content-Type', type);
    return mapParts(mail, part => (part === first ? changed : part));
  },
};

const HEADLINES: readonly (readonly [charset: string, words: string])[] = [
  ['iso-8859-1', 'Nachricht konnte nicht zugestellt werden: Zustellung gescheitert'],
  ['utf-8', "Échec de la remise du message : il n'a pas pu être distribué"],
  ['utf-8', 'El mensaje no se ha podido entregar: error en la dirección'],
  ['shift_jis', 'メールの配信に失敗しました'],
  ['gb2312', '邮件发送失败：退信通知'],
  ['koi8-r', 'Сообщение не доставлено: ошибка доставки почты'],
];

/**
 * RFC 2047: the headline in another language, as encoded words. Only where the facts stand elsewhere: in fields for
 * programs, or in a mailer's text whose headline said nothing but that there is a failure.
 */
export const translated: Change = {
  name: 'a headline in another language',
  apply(mail, choose) {
    const tells = /delay|warning|still|success|receipt|deliver(?:ed|y to)/i.test(fieldValue(mail, 'subject'));
    const isFromMailer = /mailer-daemon|postmaster/i.test(fieldValue(mail, 'from'));
    const isKnownElsewhere = leavesOf(mail).some(isMachinePart) || (isFromMailer && !tells);
    if (!isKnownElsewhere || fieldValue(mail, 'subject') === '') return undefined;
    const [charset, words] = HEADLINES[choose(HEADLINES.length)]!;
    const chunks = words.match(/.{1,12}/gu) ?? [];
    const encoded = chunks.map(chunk => `=?${charset}?B?${iconv.encode(chunk, charset).toString('base64')}?=`);
    return withField(mail, 'Subject', encoded.join('\n '));
  },
};

function inFirstText(mail: Part, change: (text: string) => string): Part | undefined {
  const first = leavesOf(mail).find(part => typeOf(part) === 'text/plain' && decodedBody(part).trim() !== '');
  // A mail that begins like a multipart, or whose header has no end, has no text of its own.
  if (!first || !isEncodable(first) || /^\s*--\S+\nContent-/i.test(first.body ?? '')) return undefined;
  const text = decodedBody(first);
  const changed = change(text);
  if (changed === text) return undefined;
  return mapParts(mail, part => (part === first ? withBody(part, changed) : part));
}

function filled(text: string): string {
  const paragraphs = text.split(/\n[ \t]*\n/).map(one => {
    const lines = RULED.test(one) ? one.split('\n') : [one.split('\n').join(' ').trim()];
    return lines.flatMap(folded).join('\n');
  });
  return `${paragraphs.join('\n\n')}\n`;
}

/** The line in lines of at most 70 columns, each as far indented as the first. */
function folded(line: string): string[] {
  if (line.length <= COLUMNS || RULED.test(line)) return [line];
  const indent = /^[ \t]*/.exec(line)?.[0] ?? '';
  const lines = [indent];
  for (const word of line.trim().split(/ +/)) {
    const last = lines.at(-1) ?? '';
    if (last.trim() === '') lines[lines.length - 1] = last + word;
    else if (last.length + 1 + word.length <= COLUMNS) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(indent + word);
  }
  return lines;
}

function behindLines(text: string, blanks: string): string {
  return text
    .split('\n')
    .map(line => line + blanks)
    .join('\n');
}
