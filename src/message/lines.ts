/**
 * Line ends. Takes text with any mixture of CRLF, LF and CR, gives LF only. Linear in the length of the text.
 */

/**
 * A run of CRs before an LF is one line end (what a second conversion to CRLF leaves behind); each CR of any other
 * run is one, as in files of old Macs.
 */
export function withLf(text: string): string {
  if (!text.includes('\r')) return text;
  const usual = text.replaceAll('\r\n', '\n');
  if (!usual.includes('\r')) return usual;
  // No pattern: over a run of millions of CRs the pattern engine runs out of stack, and throws.
  const lines = usual.split('\n');
  const last = lines.pop() ?? '';
  return [...lines.map(withoutLastCrs), last].join('\n').replaceAll('\r', '\n');
}

function withoutLastCrs(line: string): string {
  let end = line.length;
  while (line.endsWith('\r', end)) end -= 1;
  return line.slice(0, end);
}

/** Bytes as a string of the same length that can be cut and searched; `Buffer.from(text, 'latin1')` gives them back. */
export function asLatin1Lines(bytes: Buffer): string {
  return withLf(bytes.toString('latin1'));
}
