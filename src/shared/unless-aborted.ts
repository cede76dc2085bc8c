/**
 * Waiting that can be given up. Takes work under way and a signal, gives what comes first. Ends no work: it goes on for
 * whoever else waits for it.
 */

/** Asked anew after a wait, where the compiler still believes the answer from before it. */
export function hasEnded(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** @param reason what to reject with when the signal aborts first */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal, reason: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(reason());
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', stop);
    });
  });
}
