/**
 * How far something is that a person waits for, on standard error: one line that is drawn over on a terminal, a line
 * now and then elsewhere. Takes texts as they change. Never touches standard output.
 */
import { terminalRoom } from './print.ts';

/** What it is drawn on. */
export type ProgressStream = Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write'>;

export interface Progress {
  /** What holds now. Elsewhere than on a terminal it is told only when some time has passed since the last. */
  tell(text: string, nowMs: number): void;
  /** Takes the line away, so that something else can be written. */
  clear(): void;
}

const PIPE_EVERY_MS = 30_000;
/** Back to the first column, and what stands in the line is erased. */
const WIPE = '\r\u001b[K';

/** @param term the variable TERM: on a "dumb" terminal nothing can be drawn over */
export function openProgress(stream: ProgressStream, term: string | undefined): Progress {
  const room = term === 'dumb' ? undefined : terminalRoom(stream);
  let drawn = false;
  let toldAtMs = Number.NEGATIVE_INFINITY;
  return {
    tell(text, nowMs) {
      if (room !== undefined) {
        // One character less: a full line wraps on some terminals.
        stream.write(`${WIPE}${text.slice(0, room - 1)}`);
        drawn = true;
      } else if (nowMs - toldAtMs >= PIPE_EVERY_MS) {
        stream.write(`bounced: ${text}\n`);
        toldAtMs = nowMs;
      }
    },
    clear() {
      if (drawn) stream.write(WIPE);
      drawn = false;
    },
  };
}
