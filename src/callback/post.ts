/**
 * One POST. Takes URL and body, gives what came back or how it failed, told apart by whether the request may have
 * been read. Never follows a redirect, never throws, never puts the URL into words.
 */
import { Agent, request } from 'undici';
import type { CallbackSettings } from './callback.ts';
import { LIMITS } from '../shared/limits.ts';

/** How a request ended. */
export type Answer =
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfter?: string; readonly body: string }
  /** The request was never written: nothing can have been counted. */
  | { readonly kind: 'refused'; readonly because: string }
  /** It was written, perhaps read, and no answer came. */
  | { readonly kind: 'unanswered'; readonly because: string };

export interface Poster {
  post(body: string): Promise<Answer>;
  close(): Promise<void>;
}

/** Codes of failures before the first byte of the request: DNS, TCP, TLS. */
const BEFORE_WRITING =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_\w+|CERT_\w+|DEPTH_ZERO_\w+|SELF_SIGNED_\w+|UNABLE_TO_\w+)$/;

/** Opens a connection pool of its own for this callback; `userAgent` goes into each request. */
export function openPoster(settings: CallbackSettings, userAgent: string): Poster {
  const agent = new Agent({
    connections: settings.concurrency,
    connect: {
      timeout: Math.min(settings.timeoutMs, 10_000),
      ...(settings.ca === undefined ? {} : { ca: settings.ca }),
    },
    pipelining: 1,
  });
  return {
    post: body => postOnce(settings, userAgent, agent, body),
    close: () => agent.destroy(),
  };
}

async function postOnce(settings: CallbackSettings, userAgent: string, agent: Agent, body: string): Promise<Answer> {
  const signal = AbortSignal.timeout(settings.timeoutMs);
  try {
    const response = await request(settings.url.reveal(), {
      dispatcher: agent,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': userAgent },
      body,
      signal,
      headersTimeout: settings.timeoutMs,
      bodyTimeout: settings.timeoutMs,
    });
    const retryAfter = response.headers['retry-after'];
    const text = await readSome(response.body);
    const wait = typeof retryAfter === 'string' ? { retryAfter } : {};
    return { kind: 'answered', status: response.statusCode, body: text, ...wait };
  } catch (error) {
    const code = errorCode(error);
    if (BEFORE_WRITING.test(code)) return { kind: 'refused', because: code };
    const because = signal.aborted ? `no answer within ${settings.timeoutMs} ms` : `connection lost (${code})`;
    return { kind: 'unanswered', because };
  }
}

/** The answer's first bytes; an endless or slow one costs no more than that. Its status counts all the same. */
async function readSome(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= LIMITS.answerBytes) break;
    }
  } catch {
    // The status line has come: what is missing of the body is not worth another request.
  }
  return Buffer.concat(chunks).subarray(0, LIMITS.answerBytes).toString('utf8');
}

/** The code of the error or of what caused it; never its message, which may hold the URL. */
function errorCode(error: unknown): string {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth += 1) {
    const { code } = at as { code?: unknown };
    if (typeof code === 'string') return code;
    if (at instanceof AggregateError && at.errors.length > 0) return errorCode(at.errors[0]);
  }
  return 'UNKNOWN';
}
