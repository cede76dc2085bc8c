/**
 * Which wordings can stand in a text: each is filed under one run of four letters that it must bring along. Takes the
 * wordings, then texts, gives the numbers of the few worth seeking, in one pass over the text. Never leaves out a
 * wording that does stand there.
 */

/** Wordings by the run that each is filed under. */
export interface GramTable {
  readonly byGram: ReadonlyMap<number, readonly number[]>;
  /** One byte for each hash of a run: nearly all runs of a text are told apart here. */
  readonly hashes: Uint8Array;
  /** Wordings without any run: sought in every text. */
  readonly always: readonly number[];
}

const LETTERS = 4;
/** A table of some thousand wordings fills a tenth of them. */
const HASH_BITS = 14;

/** Files each wording, given as its pieces, under the run that fewest others have. */
export function gramTable(wordings: readonly (readonly string[])[]): GramTable {
  const counts = new Map<number, number>();
  const grams = wordings.map(pieces => [...new Set(pieces.flatMap(gramsOf))]);
  for (const gram of grams.flat()) counts.set(gram, (counts.get(gram) ?? 0) + 1);
  const byGram = new Map<number, number[]>();
  const hashes = new Uint8Array(1 << HASH_BITS);
  const always: number[] = [];
  for (const [number, own] of grams.entries()) {
    const [first] = own;
    if (first === undefined) {
      always.push(number);
      continue;
    }
    const rarest = own.reduce((best, one) => ((counts.get(one) ?? 0) < (counts.get(best) ?? 0) ? one : best), first);
    byGram.set(rarest, [...(byGram.get(rarest) ?? []), number]);
    hashes[hashOf(rarest)] = 1;
  }
  return { byGram, hashes, always };
}

/** The numbers of the wordings that can stand in the text, in their order. */
export function mayStandIn(text: string, { byGram, hashes, always }: GramTable): number[] {
  const found = new Set<number>();
  let gram = 0;
  for (let at = 0; at < text.length; at += 1) {
    gram = withNext(gram, text.charCodeAt(at));
    if (hashes[hashOf(gram)] === 0) continue;
    const numbers = byGram.get(gram);
    if (numbers !== undefined) for (const number of numbers) found.add(number);
  }
  return [...always, ...found].sort((one, other) => one - other);
}

function gramsOf(piece: string): number[] {
  return Array.from({ length: Math.max(piece.length - LETTERS + 1, 0) }, (_, at) => {
    let gram = 0;
    for (let next = at; next < at + LETTERS; next += 1) gram = withNext(gram, piece.charCodeAt(next));
    return gram;
  });
}

/** The run one letter further: the low bytes of the last four. */
function withNext(gram: number, code: number): number {
  return (gram << 8) | (code & 0xff);
}

function hashOf(gram: number): number {
  return Math.imul(gram, 0x9e3779b1) >>> (32 - HASH_BITS);
}
