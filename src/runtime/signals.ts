/**
 * SIGTERM and SIGINT as two AbortSignals: the first asks to drain, the second to end at once.
 * Never ends the program itself: the caller does.
 */

export interface StopSignals {
  /** Aborts on the first SIGTERM or SIGINT: finish what is in flight. */
  readonly drain: AbortSignal;
  /** Aborts on the second. */
  readonly atOnce: AbortSignal;
}

/** Listens for the rest of the program's life. `source` is the running program; tests bring their own. */
export function stopSignals(source: Pick<NodeJS.EventEmitter, 'on'> = process): StopSignals {
  const drain = new AbortController();
  const atOnce = new AbortController();
  const onSignal = (): void => (drain.signal.aborted ? atOnce : drain).abort();
  source.on('SIGTERM', onSignal);
  source.on('SIGINT', onSignal);
  return { drain: drain.signal, atOnce: atOnce.signal };
}
