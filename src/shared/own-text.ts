/**
 * Texts in memory of their own. Takes and gives a string; changes no character.
 */

/** Characters from which on V8 makes of a piece of a text a view of it (SlicedString::kMinLength). */
const LONG = 13;

/**
 * The same characters, apart from the text they were taken from. V8 makes of a longer piece a view, which keeps the
 * whole text in memory: a Message-ID that is remembered would keep its header.
 */
export function alone(piece: string): string {
  if (piece.length < LONG) return piece;
  const coding = /[\u0100-\uffff]/.test(piece) ? 'utf16le' : 'latin1';
  return Buffer.from(piece, coding).toString(coding);
}
