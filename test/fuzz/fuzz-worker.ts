/**
 * A thread of the fuzzer: every n-th case of a run, one after the other, until it is told to stop. Writes the number
 * of the case it is at into shared memory, where the main thread sees it even when this one hangs.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { loadFixtures } from '../fixtures/load.ts';
import { caseNumber, samplesOf } from './cases.ts';
import { brokenPromises } from './check.ts';

/** What a thread is given. */
export interface Share {
  readonly seed: number;
  readonly first: number;
  readonly step: number;
  /** No case from here on; without end where absent. */
  readonly end?: number;
  /** [number of the case at hand, cases done, 1 to stop], as 64-bit numbers. */
  readonly board: BigInt64Array;
}

/** What a thread tells. */
export type Told =
  | { readonly kind: 'broken'; readonly number: number; readonly broken: readonly string[]; readonly tookMs: number }
  | { readonly kind: 'done' };

const { seed, first, step, end = Infinity, board } = workerData as Share;
const samples = samplesOf(await loadFixtures());
const tell = (told: Told): void => parentPort?.postMessage(told);

for (let number = first; number < end && Atomics.load(board, 2) === 0n; number += step) {
  Atomics.store(board, 0, BigInt(number));
  const startedMs = performance.now();
  const one = caseNumber(samples, seed, number);
  const broken = await brokenPromises(one.source, one.way);
  if (broken.length > 0) tell({ kind: 'broken', number, broken, tookMs: performance.now() - startedMs });
  Atomics.add(board, 1, 1n);
}
tell({ kind: 'done' });
