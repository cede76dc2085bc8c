/**
 * What an answer means. Takes an Answer, gives what to do with the batch; pure, never throws.
 */
import { parseDateSeconds } from '../shared/dates.ts';
import { readPartial } from './partial.ts';
import type { Unprocessed } from './partial.ts';
import type { Answer } from './post.ts';
import type { RetryKind } from './schedule.ts';

export type Outcome =
  /** Taken, except what the answer names. */
  | { readonly kind: 'taken'; readonly unprocessed: readonly Unprocessed[]; readonly because: string }
  | Retry
  /** Something in the batch was refused: find it by halving. */
  | { readonly kind: 'bisect'; readonly because: string }
  /** The batch is too large: halve it. */
  | { readonly kind: 'halve'; readonly because: string };

/** All to be tried again. */
export interface Retry {
  readonly kind: 'retry';
  readonly schedule: RetryKind;
  readonly because: string;
  /** What the server asked for. */
  readonly retryAfterMs?: number;
}

/** Characters of an answer that are kept as the reason. */
const QUOTE_CHARS = 200;

export function readAnswer(answer: Answer, nowMs: number): Outcome {
  if (answer.kind === 'refused') return { kind: 'retry', schedule: 'unreachable', because: answer.because };
  if (answer.kind === 'unanswered') return { kind: 'retry', schedule: 'unanswered', because: answer.because };
  const { status } = answer;
  const because = `HTTP ${status}${quote(answer.body)}`;
  if (status >= 200 && status < 300) return readSuccess(answer.body, answer.cut, because);
  if (status === 400 || status === 422) return { kind: 'bisect', because };
  if (status === 413) return { kind: 'halve', because };
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const retryAfterMs = readRetryAfterMs(answer.retryAfter, answer.date, nowMs);
    return { kind: 'retry', schedule: 'busy', because, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  }
  return { kind: 'retry', schedule: 'configuration', because };
}

function readSuccess(body: string, cut: boolean, because: string): Outcome {
  const partial = readPartial(body, cut);
  switch (partial.kind) {
    case 'whole':
      return { kind: 'taken', unprocessed: [], because };
    case 'listed':
      return { kind: 'taken', unprocessed: partial.unprocessed, because };
    case 'failed':
      return { kind: 'retry', schedule: 'busy', because };
    case 'unclear':
      return { kind: 'retry', schedule: 'unanswered', because };
  }
}

/** RFC 9110 10.2.3: seconds or an HTTP date; a date is read against the server's own clock where it tells it. */
function readRetryAfterMs(value: string | undefined, date: string | undefined, nowMs: number): number | undefined {
  const text = value?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const atSeconds = parseDateSeconds(text);
  if (atSeconds === undefined) return undefined;
  return (atSeconds - (parseDateSeconds(date ?? '') ?? nowMs / 1000)) * 1000;
}

/** The answer's first words, on one line, without markup. */
function quote(body: string): string {
  const words = body
    .slice(0, 20 * QUOTE_CHARS)
    .replace(/<[^<>]{0,300}>/g, ' ')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return words === '' ? '' : `: ${words.slice(0, QUOTE_CHARS)}`;
}
