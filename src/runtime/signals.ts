/**
 * SIGTERM and SIGINT as two AbortSignals: the first asks to drain, the second to end at once. SIGHUP as a wish.
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

/**
 * Counts SIGHUPs from now on; gives a function that resolves when one has come since it last did, or the signal aborts.
 * Several that come while nobody asks are one.
 */
export function hangups(source: Pick<NodeJS.EventEmitter, 'on'> = process): (signal: AbortSignal) => Promise<void> {
  let came = false;
  let wake = (): void => undefined;
  source.on('SIGHUP', () => {
    came = true;
    wake();
  });
  return async signal => {
    await new Promise<void>(resolve => {
      if (came || signal.aborted) resolve();
      wake = resolve;
      signal.addEventListener(
        'abort',
        () => {
          resolve();
        },
        { once: true },
      );
    });
    if (!signal.aborted) came = false;
  };
}
