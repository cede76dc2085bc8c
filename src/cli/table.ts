/**
 * Rows in columns, and long texts in lines. Takes texts, gives lines; pure.
 */

/** Rows in columns as wide as their widest cell, the last one as it comes. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => (row[column] ?? '').length)));
  return rows
    .map(row =>
      row.map((text, column) => (column < row.length - 1 ? text.padEnd(widths[column] ?? 0) : text)).join('  '),
    )
    .join('\n');
}

/** A text broken at its spaces (a long word, anywhere) into lines of so many characters at most. */
export function folded(text: string, room: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= room) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(...(word.match(new RegExp(`.{1,${room}}`, 'gu')) ?? []));
  }
  return lines;
}
