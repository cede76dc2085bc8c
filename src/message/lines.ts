/**
 * Line ends. Takes text with any mixture of CRLF, LF and CR, gives LF only. Linear in the length of the text.
 */

/**
 * A run of CRs before an LF is one line end (what a second conversion to CRLF leaves behind); each CR of any other
 * run is one, as in files of old Macs.
 */
export function withLf(text: string): string {
  if (!text.includes('\r')) return text;
  return text.replace(/\r+\n?/g, run => (run.endsWith('\n') ? '\n' : '\n'.repeat(run.length)));
}

/** Bytes as a string of the same length that can be cut and searched; `Buffer.from(text, 'latin1')` gives them back. */
export function asLatin1Lines(bytes: Buffer): string {
  return withLf(bytes.toString('latin1'));
}
