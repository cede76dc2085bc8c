/**
 * A text as one line, for evidence and for matching. Takes any text, gives words parted by single spaces.
 */

/** What a single space stands for in one line, where it is not a single space already; the second for ASCII. */
const GAP = /[\s\p{Cc}\p{Cf}]{2,}|(?! )[\s\p{Cc}\p{Cf}]/gu;
const ASCII_GAP = /[^!-~]{2,}|[^ -~]/g;

/**
 * White space, control and invisible direction characters as single spaces.
 * @param limit characters of the result; four times as many are looked at
 */
export function oneLine(text: string, limit: number): string {
  // Mostly the line is long enough before all of them are looked at.
  const start = text.length > 1.5 * limit ? inOneLine(text.slice(0, 1.5 * limit)).trimStart() : '';
  if (start.length > limit) return start.slice(0, limit);
  const line = inOneLine(text.slice(0, 4 * limit));
  return line.trim().slice(0, limit);
}

/** White space as single spaces, where it is not that already. */
export function singleSpaced(text: string): string {
  return text.replace(/\s{2,}|[^\S ]/g, ' ');
}

function inOneLine(text: string): string {
  // Most replies are a line of ASCII already.
  if (!/[^ -~]| {2}/.test(text)) return text;
  return text.replace(/[\u0080-\uffff]/.test(text) ? GAP : ASCII_GAP, ' ');
}
