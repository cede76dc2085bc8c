/**
 * The last line of a terminal, drawn over and over: how far each backlog is. Takes words, and the log's lines, which
 * scroll by above it. Draws nothing where nobody watches, or the terminal cannot go back.
 */
import type { Draw } from '../catch-up.ts';

export interface ProgressLine {
  /** Undefined where nothing can be drawn. */
  readonly draw: Draw | undefined;
  /** Writes whole lines. */
  readonly write: (lines: string) => void;
  /** Takes the line away. */
  end(): void;
}

/** Back to the first column, and the line is erased (ECMA-48 8.3.41). */
const ERASE = '\r\u001b[K';

type Stream = Pick<NodeJS.WriteStream, 'isTTY' | 'columns'> & { write(text: string): unknown };

/** @param term the variable TERM */
export function openProgressLine(stream: Stream, term: string | undefined): ProgressLine {
  const words = new Map<string, string>();
  const drawn = (): string => {
    if (words.size === 0) return '';
    const text = [...words].map(([mailbox, one]) => `${mailbox}: ${one}`).join('; ');
    // One column stays free: some terminals break the line when the last one is taken.
    const room = Math.max(1, (stream.columns || 80) - 1);
    return text.length <= room ? text : `${text.slice(0, room - 1)}…`;
  };
  const canDraw = stream.isTTY && term !== undefined && term !== '' && term !== 'dumb';
  return {
    draw: canDraw
      ? (mailbox, text) => {
          const was = words.size;
          if (text === undefined) words.delete(mailbox);
          else words.set(mailbox, text);
          if (was + words.size > 0) stream.write(`${ERASE}${drawn()}`);
        }
      : undefined,
    write(lines) {
      stream.write(words.size === 0 ? lines : `${ERASE}${lines}${drawn()}`);
    },
    end() {
      if (words.size > 0) stream.write(ERASE);
      words.clear();
    },
  };
}
