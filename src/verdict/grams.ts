/**
 * Which wordings can stand in a text: each is filed under one run of four letters that it must bring along. Takes the
 * wordings, then texts, gives the numbers of the few worth seeking, in one pass over the text. Never leaves out a
 * wording that does stand there.
 */

/** A wording under its run: the piece of it that holds the run, and where in the piece it stands. */
interface Filed {
  readonly number: number;
  readonly piece: string;
  readonly at: number;
}

/** Wordings by the run that each is filed under. */
export interface GramTable {
  readonly byGram: ReadonlyMap<number, readonly Filed[]>;
  /** One bit for each hash of a run, so that it stays in the processor's cache: nearly all runs of a text end here. */
  readonly hashes: Uint8Array;
  /** Wordings without any run: sought in every text. */
  readonly always: readonly number[];
}

const LETTERS = 4;
/** A table of some thousand wordings sets one bit in twenty. */
const HASH_BITS = 15;

/** Files each wording, given as its pieces, under the run that fewest others have. */
export function gramTable(wordings: readonly (readonly string[])[]): GramTable {
  const counts = new Map<number, number>();
  const runs = wordings.map(pieces => pieces.flatMap(runsOf));
  for (const own of runs) {
    for (const gram of new Set(own.map(run => run.gram))) counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  const byGram = new Map<number, Filed[]>();
  const hashes = new Uint8Array(1 << (HASH_BITS - 3));
  const always: number[] = [];
  const countOf = ({ gram }: Run): number => counts.get(gram) ?? 0;
  for (const [number, own] of runs.entries()) {
    const [first] = own;
    if (first === undefined) {
      always.push(number);
      continue;
    }
    const { gram, piece, at } = own.reduce((best, one) => (countOf(one) < countOf(best) ? one : best), first);
    byGram.set(gram, [...(byGram.get(gram) ?? []), { number, piece, at }]);
    const hash = hashOf(gram);
    hashes[hash >>> 3] = (hashes[hash >>> 3] ?? 0) | (1 << (hash & 7));
  }
  return { byGram, hashes, always };
}

/** The numbers of the wordings that can stand in the text, in their order. */
export function mayStandIn(text: string, { byGram, hashes, always }: GramTable): number[] {
  const found = [...always];
  let gram = 0;
  for (let at = 0; at < text.length; at += 1) {
    gram = withNext(gram, text.charCodeAt(at));
    const hash = hashOf(gram);
    if ((((hashes[hash >>> 3] ?? 0) >>> (hash & 7)) & 1) === 0) continue;
    const filed = byGram.get(gram);
    if (filed === undefined) continue;
    const start = at - LETTERS + 1;
    for (const { number, piece, at: within } of filed) {
      if (text.startsWith(piece, start - within) && !found.includes(number)) found.push(number);
    }
  }
  return found.length < 2 ? found : found.sort((one, other) => one - other);
}

interface Run extends Omit<Filed, 'number'> {
  readonly gram: number;
}

function runsOf(piece: string): Run[] {
  return Array.from({ length: Math.max(piece.length - LETTERS + 1, 0) }, (_, at) => {
    let gram = 0;
    for (let next = at; next < at + LETTERS; next += 1) gram = withNext(gram, piece.charCodeAt(next));
    return { gram, piece, at };
  });
}

/** The run one letter further: the low bytes of the last four. */
function withNext(gram: number, code: number): number {
  return (gram << 8) | (code & 0xff);
}

function hashOf(gram: number): number {
  return Math.imul(gram, 0x9e3779b1) >>> (32 - HASH_BITS);
}
