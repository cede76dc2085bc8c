/**
 * The places of a text that a pattern fits. Takes a global pattern, gives its matches in their order; never keeps where
 * it stopped.
 */

/**
 * As `text.matchAll(pattern)`, which makes a new pattern for each text: that costs more than most of our searches.
 * @param pattern global; one that fits no empty text
 */
export function matchesOf(text: string, pattern: RegExp, most = Infinity): RegExpExecArray[] {
  const matches: RegExpExecArray[] = [];
  pattern.lastIndex = 0;
  while (matches.length < most) {
    const match = pattern.exec(text);
    if (match === null) break;
    matches.push(match);
    if (pattern.lastIndex >= text.length) break;
  }
  pattern.lastIndex = 0;
  return matches;
}
