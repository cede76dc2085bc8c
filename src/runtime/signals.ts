/**
 * SIGTERM and SIGINT as an AbortSignal: the first asks to drain, the second ends at once.
 * Never ends the program itself: the caller does.
 */

/** Aborts on the first SIGTERM or SIGINT. `endNow` is called on the second. */
export function drainSignal(endNow: () => void): AbortSignal {
  const drain = new AbortController();
  const onSignal = (): void => {
    if (drain.signal.aborted) endNow();
    else drain.abort();
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return drain.signal;
}
