/**
 * One POST. Takes URL and body, gives what came back or how it failed, told apart by whether the request may have
 * been read. Never follows a redirect, never throws, never puts the URL into words.
 */
import { loadHttpClient } from '../shared/http-client.ts';
import { LIMITS } from '../shared/limits.ts';
import type { CallbackSettings } from './callback.ts';

/** How a request ended. */
export type Answer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly retryAfter?: string;
      /** The server's own clock. */
      readonly date?: string;
      /** At most LIMITS.answerBytes of it. */
      readonly body: string;
      /** True when it went on, or broke off. */
      readonly cut: boolean;
    }
  /** The request was never written: nothing can have been counted. */
  | { readonly kind: 'refused'; readonly because: string }
  /** It was written, perhaps read, and no answer came. */
  | { readonly kind: 'unanswered'; readonly because: string };

/** The longest wait for a connection, TLS included. */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Posts a JSON body. `userAgent` such as "bounced/1.2.3"; `more`: header fields besides.
 * @param onWritten called once when the request is on its way: time for other work until the answer comes
 */
export async function post(
  settings: Pick<CallbackSettings, 'url' | 'timeoutMs' | 'ca'>,
  userAgent: string,
  body: string,
  more: Readonly<Record<string, string>> = {},
  onWritten?: () => void,
): Promise<Answer> {
  const { timeoutMs, ca, url } = settings;
  const { Agent, request } = await loadHttpClient();
  const limit = AbortSignal.timeout(timeoutMs);
  // A connection for each request: one that is kept may be closed by the other side in the very moment of writing,
  // and then nobody knows whether the events were counted. Batches are too rare for it to cost anything.
  const agent = new Agent({
    pipelining: 0,
    connect: { timeout: Math.min(timeoutMs, CONNECT_TIMEOUT_MS), ...(ca === undefined ? {} : { ca }) },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  const reached = { connected: false };
  agent.once('connect', () => {
    reached.connected = true;
    // undici writes right after this event.
    if (onWritten !== undefined) setImmediate(onWritten);
  });
  try {
    const response = await request(agent, new URL(url.reveal()), {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', 'user-agent': userAgent, ...more },
      body,
      signal: limit,
    });
    const { 'retry-after': retryAfter, date } = response.headers;
    return {
      kind: 'answered',
      status: response.statusCode,
      ...(await readSome(response.body)),
      ...(typeof retryAfter === 'string' ? { retryAfter } : {}),
      ...(typeof date === 'string' ? { date } : {}),
    };
  } catch (error) {
    const code = limit.aborted ? `nothing within ${timeoutMs} ms` : errorCode(error);
    if (!reached.connected) return { kind: 'refused', because: `no connection (${code})` };
    return { kind: 'unanswered', because: `no answer (${code})` };
  } finally {
    await agent.destroy();
  }
}

/** The answer's first bytes; an endless or slow one costs no more than that. Its status counts all the same. */
async function readSome(body: AsyncIterable<Uint8Array>): Promise<{ body: string; cut: boolean }> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let cut = false;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      bytes += chunk.length;
      cut = bytes > LIMITS.answerBytes;
      if (cut) break;
    }
  } catch {
    cut = true;
  }
  return { body: Buffer.concat(chunks).subarray(0, LIMITS.answerBytes).toString('utf8'), cut };
}

/** The code of the error or of what caused it; never its message, which may hold the URL. */
function errorCode(error: unknown, depth = 4): string {
  if (typeof error !== 'object' || error === null || depth === 0) return 'unknown';
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown };
  if (typeof code === 'string') return code;
  return errorCode(Array.isArray(errors) ? errors[0] : cause, depth - 1);
}
