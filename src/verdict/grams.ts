/**
 * A quick "cannot be in it": runs of three letters. Takes texts, gives numbers to compare, so that of well over a
 * thousand wordings only the few that can stand in a text are sought in it. Never says no where a wording does stand.
 */

/** A text of the greatest length fills a quarter of them, a usual refusal two in a hundred. */
const BITS = 13;

/** Which runs of three letters a text holds, one byte for each hash. */
export type Grams = Uint8Array;

export function gramsOf(text: string): Grams {
  const grams = new Uint8Array(1 << BITS);
  for (let at = 2; at < text.length; at += 1) grams[hashBefore(text, at)] = 1;
  return grams;
}

/** The hashes of all runs in the pieces of a wording. */
export function gramHashes(pieces: readonly string[]): Uint16Array {
  return Uint16Array.from(
    pieces.flatMap(piece =>
      Array.from({ length: Math.max(0, piece.length - 2) }, (_, at) => hashBefore(piece, at + 2)),
    ),
  );
}

/** False when the wording cannot stand in the text. */
export function mayHold(grams: Grams, hashes: Uint16Array): boolean {
  for (const hash of hashes) if (grams[hash] === 0) return false;
  return true;
}

function hashBefore(text: string, at: number): number {
  const run = text.charCodeAt(at - 2) * 961 + text.charCodeAt(at - 1) * 31 + text.charCodeAt(at);
  return run & ((1 << BITS) - 1);
}
