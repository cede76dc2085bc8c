/**
 * The values of a generator in their order, the next one in the making while this one is used. Takes a generator, holds
 * two values at most; whoever stops early also has to end what the generator waits for.
 */

/** Rejects with what the generator fails with, when that value's turn has come. */
export async function* oneAhead<Value>(values: AsyncGenerator<Value>): AsyncGenerator<Value> {
  const ask = (): Promise<IteratorResult<Value>> => {
    const next = values.next();
    // It may fail before its turn has come, and even if nobody asks for it any more.
    next.catch(() => undefined);
    return next;
  };
  try {
    for (let next = ask(); ;) {
      const result = await next;
      if (result.done === true) return;
      next = ask();
      yield result.value;
    }
  } finally {
    // Not waited for: it ends when what it waits for does.
    values.return(undefined).catch(() => undefined);
  }
}
