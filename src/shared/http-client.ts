/**
 * The two parts of undici that a POST takes: an agent with its connection, and a request over it. Takes nothing, gives
 * both, loaded when they are first needed. By their own paths: the whole of undici, with fetch, WebSocket and caches,
 * takes 16 MB of resident memory instead of 8.
 */
import type { Agent, Dispatcher } from 'undici';

export interface HttpClient {
  readonly Agent: new (options: Agent.Options) => Agent;
  /** Resolves when the head of the answer has come; rejects with undici's errors. */
  readonly request: (agent: Agent, url: URL, options: PostOptions) => Promise<Dispatcher.ResponseData>;
}

export interface PostOptions {
  readonly method: 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

type Request = (this: Agent, options: Dispatcher.RequestOptions) => Promise<Dispatcher.ResponseData>;

export async function loadHttpClient(): Promise<HttpClient> {
  const { default: loadedAgent } = await import('undici/lib/dispatcher/agent.js');
  const { default: loadedRequest } = await import('undici/lib/api/api-request.js');
  const request = loadedRequest as Request;
  return {
    Agent: loadedAgent as HttpClient['Agent'],
    request: (agent, { origin, pathname, search }, options) =>
      request.call(agent, { ...options, origin, path: `${pathname}${search}` }),
  };
}
