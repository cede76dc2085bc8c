/**
 * Rows in columns, and long texts in lines, so that a narrow terminal breaks none in the middle of a word. Takes texts
 * and the room there is, gives lines; pure.
 */

/** The gap between columns, and after a label. */
const GAP = 2;
/** A label that is longer gets its text below it, not beside it. */
const LABEL_CHARS = 28;
/** What a label may take of the room. */
const LABEL_SHARE = 0.6;
/** A terminal that says it is narrower is treated as this wide. */
const LEAST_ROOM = 20;

/**
 * Rows in columns as wide as their widest cell, the last one as it comes; the first row names them.
 * @param room where they do not fit into so many characters, each row is a paragraph: a line a cell, with its name
 */
export function columns(rows: readonly (readonly string[])[], room = Infinity): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => (row[column] ?? '').length)));
  const lines = rows.map(row =>
    row
      .map((text, column) => (column < row.length - 1 ? text.padEnd(widths[column] ?? 0) : text))
      .join(' '.repeat(GAP)),
  );
  return lines.every(line => line.trimEnd().length <= room) ? lines.join('\n') : paragraphs(rows, room);
}

function paragraphs([names = [], ...rows]: readonly (readonly string[])[], room: number): string {
  const width = Math.max(...names.map(name => name.length)) + GAP;
  const told = rows.map(row =>
    row.flatMap((text, column) => (text === '' ? [] : hung((names[column] ?? '').padEnd(width), text, room))),
  );
  return told.map(lines => lines.join('\n')).join('\n\n');
}

/** A text of any lines, where none is wider than the room: what is continued stands below its own beginning. */
export function fitted(text: string, room = Infinity): string {
  return text
    .split('\n')
    .flatMap(line => (line.length <= room ? [line] : fittedLine(line, room)))
    .join('\n');
}

function fittedLine(line: string, room: number): string[] {
  const label = new RegExp(`^(usage: | *\\S.{0,${LABEL_CHARS}}? {${GAP},})(?=\\S)`, 'u').exec(line)?.[0];
  if (label !== undefined && label.length <= room * LABEL_SHARE) return hung(label, line.slice(label.length), room);
  const indent = /^ */.exec(line)?.[0] ?? '';
  return hung(indent, line.slice(indent.length), room);
}

/** The text beside its label, and below that beginning. */
function hung(label: string, text: string, room: number): string[] {
  const lines = folded(text, Math.max(room, LEAST_ROOM) - label.length);
  return lines.map((line, index) => `${index === 0 ? label : ' '.repeat(label.length)}${line}`.trimEnd());
}

/** A text broken at its spaces (a long word, anywhere) into lines of so many characters at most. */
export function folded(text: string, room: number): string[] {
  if (room === Infinity) return [text];
  const width = Math.max(room, 1);
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(...(word.match(new RegExp(`.{1,${width}}`, 'gu')) ?? []));
  }
  return lines;
}
