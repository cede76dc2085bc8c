/**
 * Texts from mails on a terminal: what a stranger wrote must not steer it. Pure.
 */

/** The text with control characters and bidi marks as visible escapes. */
export function cell(text: string): string {
  return text.replace(
    /[\p{Cc}\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Rows in columns as wide as their widest cell, the last one as it comes. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => (row[column] ?? '').length)));
  return rows
    .map(row =>
      row.map((text, column) => (column < row.length - 1 ? text.padEnd(widths[column] ?? 0) : text)).join('  '),
    )
    .join('\n');
}
