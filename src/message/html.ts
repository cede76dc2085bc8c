/**
 * HTML as plain text, one line for a block or a table row. Takes markup, gives text; never follows or loads anything.
 */
import { compile } from 'html-to-text';
import type { FormatCallback } from 'html-to-text';

/**
 * Characters of HTML that are converted of one mail. The converter's time grows with the square of the nesting: at this
 * length the worst input takes well under 0.1 s.
 */
export const HTML_CHARS = 64 * 1024;

/** A cell ends with a space: label and value of a table row stay apart, yet in one line. */
const cell: FormatCallback = (element, walk, builder) => {
  walk(element.children, builder);
  builder.addInline(' ');
};

const row: FormatCallback = (element, walk, builder) => {
  builder.openBlock({ leadingLineBreaks: 1 });
  walk(element.children, builder);
  builder.closeBlock({ trailingLineBreaks: 1 });
};

const toText = compile({
  wordwrap: false,
  // The converter prints a warning where it cuts: it is given what has the right length.
  limits: { maxInputLength: Infinity, maxDepth: 200 },
  formatters: { cell, row },
  selectors: [
    { selector: 'td', format: 'cell' },
    { selector: 'th', format: 'cell' },
    { selector: 'tr', format: 'row' },
    { selector: 'img', format: 'skip' },
    { selector: 'title', format: 'skip' },
    { selector: 'a', options: { ignoreHref: true } },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map(selector => ({ selector, options: { uppercase: false } })),
  ],
});

const TAG = /<(?:[a-z][a-z0-9]{0,20}[\s/>]|!doctype|!--)/i;

/**
 * The text of an HTML part; what is longer than HTML_CHARS is not looked at. Text without a single tag keeps
 * its lines: some mailers call their plain text HTML, and its lines are what tells the recipient from the rest.
 */
export function htmlToText(whole: string): string {
  const html = whole.slice(0, HTML_CHARS);
  return toText(TAG.test(html) ? html : `<pre>${html.replaceAll('<', '&lt;')}</pre>`);
}
