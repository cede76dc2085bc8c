/**
 * Whether a connection compresses what passes (RFC 4978): where the line is long. Takes a client that is not connected
 * yet; what compresses, and how, is imapflow's.
 */
import { noSuchImapflow } from './own-lines.ts';

/** How imapflow sends a command, and how it asks for compression once it has logged in. No part of its public face. */
interface Inner {
  exec: (...args: unknown[]) => Promise<unknown>;
  compress: () => Promise<void>;
}

/**
 * From this many milliseconds there and back a line is no cable within a house: what has to come over it costs more
 * than making it small. Over a shorter one a backlog takes both sides a tenth less processor time without.
 */
const LONG_LINE_MS = 3;

/**
 * How long the line is, the quickest of the commands by which imapflow logs in tells.
 * @param nowMs milliseconds of any clock
 * Throws a Fault where the library that is installed connects in another way.
 */
export function compressOnLongLine(client: object, nowMs: () => number): void {
  const inner = client as Inner;
  const { exec, compress } = inner as Partial<Inner>;
  if (exec === undefined || compress === undefined) throw noSuchImapflow();
  let quickestMs: number | undefined;
  let isKnown = false;
  inner.exec = async (...args) => {
    if (isKnown) return exec.apply(client, args);
    const begunMs = nowMs();
    const answer = await exec.apply(client, args);
    quickestMs = Math.min(quickestMs ?? Infinity, nowMs() - begunMs);
    return answer;
  };
  inner.compress = async () => {
    isKnown = true;
    if (quickestMs === undefined || quickestMs >= LONG_LINE_MS) await compress.call(client);
  };
}
