/**
 * What an answer means. Takes an Answer, gives what to do with the batch; pure.
 * CleverTap documents no retry rule for this callback; its sibling pages ("Generic HTTP") ask for ten minutes with
 * exponential backoff on 5xx, "as CleverTap does not deduplicate requests".
 */
import type { Answer } from './post.ts';

/** Names of the rows of the retry schedule. */
export type RetryKind = 'busy' | 'unreachable' | 'unanswered' | 'configuration';

export type Outcome =
  | { readonly kind: 'delivered'; readonly unprocessed: readonly Unprocessed[] }
  /** All to be tried again: not before `notBeforeSeconds` where the server said so. */
  | {
      readonly kind: 'retry';
      readonly schedule: RetryKind;
      readonly because: string;
      readonly ambiguous: boolean;
      readonly waitSeconds?: number;
    }
  /** Something in the batch was refused: find it by halving. */
  | { readonly kind: 'bisect'; readonly because: string }
  /** The batch is too large: halve it. */
  | { readonly kind: 'halve'; readonly because: string };

/** An event that a 2xx answer names as not taken. */
export interface Unprocessed {
  readonly address: string;
  readonly because: string;
}

/** First wait and longest wait by kind, doubling with full jitter; `bounced check` and the manual print this table. */
export const RETRY_SCHEDULE: Readonly<Record<RetryKind, { baseMs: number; capMs: number; when: string }>> = {
  busy: { baseMs: 600_000, capMs: 21_600_000, when: '429 and 5xx without Retry-After, or a 2xx that says "error"' },
  unreachable: { baseMs: 1_000, capMs: 300_000, when: 'refused before the request was written' },
  unanswered: { baseMs: 600_000, capMs: 21_600_000, when: 'no answer after the request was written: may repeat' },
  configuration: {
    baseMs: 900_000,
    capMs: 900_000,
    when: '401, 403, 404, 410, redirects: the URL or account is wrong',
  },
};

/** The longest Retry-After that is obeyed, in seconds. */
const LONGEST_RETRY_AFTER_SECONDS = 86_400;

export function readAnswer(answer: Answer, nowMs: number): Outcome {
  if (answer.kind === 'refused') return retry('unreachable', answer.because, false);
  if (answer.kind === 'unanswered') return retry('unanswered', answer.because, true);
  const { status } = answer;
  const because = `HTTP ${status}`;
  if (status >= 200 && status < 300) return readSuccess(answer.body, because);
  if (status === 400 || status === 422) return { kind: 'bisect', because };
  if (status === 413) return { kind: 'halve', because };
  if (status === 429 || status >= 500) {
    const waitSeconds = answer.retryAfter === undefined ? undefined : retryAfterSeconds(answer.retryAfter, nowMs);
    return { ...retry('busy', because, false), ...(waitSeconds === undefined ? {} : { waitSeconds }) };
  }
  return retry('configuration', because, false);
}

function retry(schedule: RetryKind, because: string, ambiguous: boolean): Outcome & { kind: 'retry' } {
  return { kind: 'retry', schedule, because, ambiguous };
}

/** RFC 9110 10.2.3: seconds or an HTTP date. */
function retryAfterSeconds(value: string, nowMs: number): number | undefined {
  const text = value.trim();
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : (Date.parse(text) - nowMs) / 1000;
  if (!Number.isFinite(seconds)) return undefined;
  return Math.min(Math.max(Math.ceil(seconds), 0), LONGEST_RETRY_AFTER_SECONDS);
}

/** CleverTap's page "Generic SMTP v2 payload" documents two shapes of a 200 that took only a part. */
function readSuccess(body: string, because: string): Outcome {
  const json = parseObject(body);
  if (json === undefined) return { kind: 'delivered', unprocessed: [] };
  const list = json['UNPROCESSED_EVENTS'] ?? json['unprocessed_events'];
  if (Array.isArray(list)) {
    const unprocessed = list.flatMap(one => toUnprocessed(one));
    // A list that names nobody we know: who was left out cannot be told, so nothing is taken as delivered.
    return unprocessed.length === list.length
      ? { kind: 'delivered', unprocessed }
      : retry('busy', `${because}, some events unprocessed`, true);
  }
  if ('error' in json && json['error'] !== null && json['error'] !== '') {
    return retry('busy', `${because} with an error in its body`, false);
  }
  return { kind: 'delivered', unprocessed: [] };
}

function toUnprocessed(one: unknown): Unprocessed[] {
  if (typeof one !== 'object' || one === null) return [];
  const fields = one as Record<string, unknown>;
  const address = fields['email'] ?? fields['e'];
  const because = fields['errorDescription'] ?? fields['error'];
  if (typeof address !== 'string') return [];
  return [{ address, because: typeof because === 'string' ? because.slice(0, 200) : 'named as unprocessed' }];
}

function parseObject(body: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(body);
    return typeof json === 'object' && json !== null && !Array.isArray(json)
      ? (json as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
