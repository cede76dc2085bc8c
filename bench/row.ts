/**
 * What a row of the bench is: one thing of ours, measured beside a peer in the same run. Takes nothing, gives types and
 * the median; never measures anything itself.
 */
export interface BenchOptions {
  /** Few rounds: for CI, which fails on a ratio, never on a time. */
  readonly short: boolean;
  readonly rounds: number;
  /** A folder of .eml files in place of the fixtures, for rows that read mails. */
  readonly corpus: string | undefined;
}

/** Medians in the same unit, of the rounds after the warm-up. */
export interface Measured {
  readonly unit: string;
  readonly ours: number;
  readonly peer: number;
  /** Compared with the target; in the direction that the target names. */
  readonly ratio: number;
  /** How much more than the peer, where that is not the difference of the two: each pair has its own. */
  readonly more?: number;
  /** More figures that explain the ratio, by name. */
  readonly besides?: Readonly<Record<string, number>>;
}

/** The peer is not installed here. */
export interface LeftOut {
  readonly leftOut: string;
  /** How to have it. */
  readonly cure: string;
}

/** What to reach: a ratio to the peer, or so much more than the peer in the row's unit. */
export type Target =
  | { readonly ratio: number; readonly bound: 'at least' | 'at most' }
  | { readonly more: number; readonly bound: 'at most' };

export interface Row {
  /** As in `--row NAME`, and the name of the row's file. */
  readonly name: string;
  readonly what: string;
  readonly against: string;
  readonly target: Target;
  /** What --short demands in place of the target: what was reached, less what a few rounds differ by. */
  readonly demanded?: Target;
  readonly run: (options: BenchOptions) => Promise<Measured | LeftOut>;
}

/** The upper one of the two middle values where their number is even; NaN of none. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/**
 * Runs all works in turn, so that a busy minute hits all, once to warm up and then `rounds` times.
 * Gives the median of the milliseconds of each work, in their order; one that gives milliseconds has measured itself.
 */
export async function timeInTurn(
  works: readonly (() => Promise<number | undefined> | Promise<void>)[],
  rounds: number,
): Promise<number[]> {
  const timesMs: number[][] = works.map(() => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, work] of works.entries()) {
      const startedMs = performance.now();
      const ownMs = await work();
      // The first round warms up and does not count.
      if (round > 0) timesMs[index]?.push(ownMs ?? performance.now() - startedMs);
    }
  }
  return timesMs.map(median);
}
