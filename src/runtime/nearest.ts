/**
 * "Did you mean": the known word that is nearest to a mistaken one. Takes words, gives a word or nothing.
 * Pure; meant for short words.
 */

/** The nearest known word by edits, a swap of neighbours being one ("prot" for "port"); none when all are far. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map(candidate => ({ candidate, edits: editsBetween(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((one, other) => one.edits - other.edits);
  const enough = best !== undefined && best.edits <= Math.max(2, Math.floor(best.candidate.length / 3));
  return enough ? best.candidate : undefined;
}

/** Damerau-Levenshtein distance (optimal string alignment). */
function editsBetween(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= one.length; row += 1) {
    const line = [row];
    const above = rows[row - 1] ?? [];
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1] ? 0 : 1;
      const costs = [(above[column] ?? 0) + 1, (line[column - 1] ?? 0) + 1, (above[column - 1] ?? 0) + same];
      const swapped = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      if (swapped) costs.push((rows[row - 2]?.[column - 2] ?? 0) + 1);
      line.push(Math.min(...costs));
    }
    rows.push(line);
  }
  return rows[one.length]?.[other.length] ?? other.length;
}
