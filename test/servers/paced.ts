/**
 * Bytes to a socket in the order in which they were given, at a pace that may change at any time. Takes the socket and
 * the pace of the moment; without one, everything goes at once.
 */
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Pace {
  /** So many bytes at a time ... */
  readonly bytes: number;
  /** ... and then this pause. */
  readonly everyMs: number;
}

/** Gives the function that sends. What is not sent when the socket ends is dropped. */
export function pacedTo(socket: Socket, pace: () => Pace | undefined): (bytes: Buffer) => void {
  let waiting = 0;
  let last = Promise.resolve();
  const write = (bytes: Buffer): void => {
    if (!socket.destroyed && socket.writable) socket.write(bytes);
  };
  const writeSlowly = async (bytes: Buffer): Promise<void> => {
    for (let at = 0; at < bytes.length && !socket.destroyed;) {
      const now = pace();
      const size = now?.bytes ?? bytes.length - at;
      write(bytes.subarray(at, at + size));
      at += size;
      if (now !== undefined && at < bytes.length) await sleep(now.everyMs, undefined, { ref: false });
    }
    waiting -= 1;
  };
  return bytes => {
    if (waiting === 0 && pace() === undefined) {
      write(bytes);
      return;
    }
    waiting += 1;
    last = last.then(() => writeSlowly(bytes));
  };
}
