/**
 * Rows in columns. Takes texts, gives lines; pure.
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
