/**
 * Exchange before 2007 and those who copied its words: "Your message did not reach some or all of the intended
 * recipients", below it one paragraph a recipient: `a@b on <date>`, then the reason. Also hMailServer. In other
 * languages only the form of the paragraphs is the same, and the server with its code at their end.
 * Source: the Internet Mail Service of Exchange 5.5, Exchange 2000/2003, hMailServer's bounce message.
 */
import { cleanAddress } from '../../shared/address.ts';
import { isReporter } from '../signs.ts';
import { ownWords, paragraphsOf } from './blocks.ts';
import type { Block } from './blocks.ts';
import type { Reader } from './reader.ts';
import { textReport } from './text-report.ts';

const SIGN = /did not reach (?:the following recipient|some or all of the intended recipients)/i;
const LIST =
  /(?:did not reach the following recipient\(s\)|following recipients?(?:\(s\))? (?:could not|cannot) be reached):?/i;
/** "a@b on Mon, 3 Oct 2005 10:11:12", "c=US;a= ;p=Org;dda:SMTP=a@b; on ...", "Name on 3.10.2005 10:11". */
const PARAGRAPH = /^([^\n]{0,200}?)[ \t]+on[ \t]+[^\n]{0,20}\d/;

/** The end of a paragraph in any language: "<server.customer.example #5.1.1>", "<... #5.7.1 smtp;550 5.7.1 ...>". */
const CODE = /<[\w.-]{1,255}[ \t]+#\d\.\d{1,3}\.\d{1,3}(?=[ >])/;
/** "'a@b' am 13.06.2008 07:59". */
const ADDRESSED = /^'?([^\s'<>]{1,64}@[^\s'<>]{1,255})'?[ \t][^\n]{0,20}\d/;

export const exchange: Reader = {
  name: 'exchange',
  read(message) {
    const text = ownWords(message);
    if (SIGN.test(text.slice(0, 4000)) && isReporter(message, SIGN)) {
      const list = LIST.exec(text);
      if (list === null) return undefined;
      const paragraphs = paragraphsOf(text.slice(list.index + list[0].length));
      return textReport(message, 'exchange', paragraphs.flatMap(toBlock), text);
    }
    if (!CODE.test(text) || !isReporter(message)) return undefined;
    const paragraphs = paragraphsOf(text).filter(paragraph => CODE.test(paragraph));
    return textReport(message, 'exchange', paragraphs.flatMap(toBlock), text);
  },
};

function toBlock(paragraph: string): Block[] {
  const lines = paragraph.trim().split('\n');
  const line = lines[0] ?? '';
  const address = addressIn(line) ?? addressBehindCode(paragraph);
  if (address === undefined) return [];
  return [{ address, line, words: [line.replace(address, ''), ...lines.slice(1)].map(one => one.trim()).join(' ') }];
}

function addressIn(line: string): string | undefined {
  const named = ADDRESSED.exec(line)?.[1] ?? PARAGRAPH.exec(line)?.[1] ?? line.trim();
  const x400 = /\bSMTP=([^;\s]{3,320})(?![^;\s])/i.exec(line)?.[1];
  return cleanAddress(x400 ?? named.replace(/^'|'$/g, ''));
}

/** Where only a name stands above, the server's reply may have the address. */
function addressBehindCode(paragraph: string): string | undefined {
  const code = CODE.exec(paragraph);
  if (code === null) return undefined;
  const words = paragraph.slice(code.index + code[0].length).split(/[\s<>,:;]+/);
  const [only, ...others] = words.flatMap(word => cleanAddress(word) ?? []);
  return others.length === 0 ? only : undefined;
}
