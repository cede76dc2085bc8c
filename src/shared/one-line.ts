/**
 * A text as one line, for evidence and for matching. Takes any text, gives words parted by single spaces.
 */

/**
 * White space, control and invisible direction characters as single spaces.
 * @param limit characters of the result; four times as many are looked at
 */
export function oneLine(text: string, limit: number): string {
  const beginning = text.slice(0, 4 * limit);
  // Most replies are a line of ASCII already.
  const line = /[^ -~]| {2}/.test(beginning) ? beginning.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ') : beginning;
  return line.trim().slice(0, limit);
}
