/**
 * One request for a token (RFC 6749 3.2). Takes URL and form, gives the answer with the server's own time, or a Fault
 * when there is none. Follows no redirect, repeats no character of the form.
 */
import { Fault } from '../shared/fault.ts';
import { loadHttpClient } from '../shared/http-client.ts';

/** What the authorization server answered. */
export interface TokenAnswer {
  readonly status: number;
  readonly body: string;
  /** The server's clock, milliseconds since the epoch, where it told. */
  readonly dateMs?: number;
}

const LIMIT_MS = 30_000;
/** A token answer is one or two kilobytes. */
const ANSWER_BYTES = 65_536;

/**
 * Posts the form.
 * @param where for the words of a failure: `mailbox "campaigns"`
 * Rejects with a Fault that may pass (retry later) when no answer comes.
 */
export async function requestToken(
  where: string,
  url: string,
  form: Readonly<Record<string, string>>,
): Promise<TokenAnswer> {
  const { Agent, request } = await loadHttpClient();
  const agent = new Agent({ pipelining: 0, connect: { timeout: LIMIT_MS } });
  try {
    const response = await request(agent, new URL(url), {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams(form).toString(),
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    const dateMs = Date.parse(String(response.headers['date'] ?? ''));
    const body = await firstBytes(response.body);
    return { status: response.statusCode, body, ...(Number.isNaN(dateMs) ? {} : { dateMs }) };
  } catch (error) {
    throw new Fault(`${where}: no access token: ${new URL(url).host} gives no answer (${codeOf(error)})`, {
      code: 'TOKEN_UNREACHABLE',
      retry: 'later',
      hint: 'look at the network, DNS and firewall of this machine: it must reach that host over HTTPS',
    });
  } finally {
    await agent.destroy();
  }
}

async function firstBytes(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, ANSWER_BYTES).toString('utf8');
}

/** Its code alone: a message could repeat what was sent. */
function codeOf(error: unknown): string {
  const { code, cause, name } = (error ?? {}) as { code?: unknown; cause?: { code?: unknown }; name?: unknown };
  const told = [code, cause?.code, name].find(word => typeof word === 'string');
  return typeof told === 'string' ? told : 'unknown';
}
