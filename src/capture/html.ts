/**
 * HTML as it may be shared. Takes markup and a way to replace text, gives the same tags with the text replaced; of
 * attributes only those stay that say how text is to be read. Styles, scripts and comments are emptied.
 */
import { isPublicWord } from './public.ts';

/** Attributes whose values say nothing of anybody. */
const KEPT =
  /^(?:http-equiv|charset|lang|dir|width|height|border|align|valign|colspan|rowspan|cell(?:padding|spacing))$/i;
/** Where a link leads is text of a kind. */
const LINKS = /^(?:href|src|content|alt|title)$/i;
const MARKUP = /<!--[^]*?-->|<(style|script)\b[^>]*>[^]*?<\/\1\s*>|<\/?[a-z!?][^>]{0,20000}>/gi;
const ATTRIBUTE = /([\w:-]+)(\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+)/g;

/** @param replace what becomes of a text, of a link too */
export function sharedHtml(html: string, replace: (text: string) => string): string {
  const plain = withCharacters(html);
  let shared = '';
  let at = 0;
  for (const match of plain.matchAll(MARKUP)) {
    shared += replace(plain.slice(at, match.index)) + sharedMarkup(match[0], match[1], replace);
    at = match.index + match[0].length;
  }
  return shared + replace(plain.slice(at));
}

function sharedMarkup(markup: string, emptied: string | undefined, replace: (text: string) => string): string {
  if (markup.startsWith('<!--')) return '<!-- -->';
  if (emptied !== undefined) return `<${emptied}></${emptied}>`;
  // "<name@host>" is no tag, though browsers take it for one.
  const name = /^<\/?([a-z][a-z0-9]*)(?=[\s/>])/i.exec(markup)?.[1];
  if (name === undefined || markup.slice(0, 60).includes('@') || !isPublicWord(name, new Set())) return replace(markup);
  return markup.replace(ATTRIBUTE, (all, name: string, equals: string, value: string) => {
    if (KEPT.test(name)) return all;
    if (!isPublicWord(name.replace(/\W/g, ''), new Set())) return '';
    if (LINKS.test(name)) return `${name}${equals}${replace(value)}`;
    return `${name}${equals}""`;
  });
}

/** Characters written as numbers could spell a name: they become what they stand for, but for those that are markup. */
function withCharacters(html: string): string {
  return html.replace(/&#(?:x([0-9a-f]{1,6})|(\d{1,7}));/gi, (all, hex: string | undefined, decimal: string) => {
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    if (code < 0x20 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return all;
    const char = String.fromCodePoint(code);
    return /[\p{L}\p{M}\p{N}@._-]/u.test(char) ? char : all;
  });
}

/** What the charset does not have is written as a number. */
export function withNumbers(html: string, has: (char: string) => boolean): string {
  return Array.from(html, char => (char <= '\x7f' || has(char) ? char : `&#${char.codePointAt(0) ?? 0};`)).join('');
}
