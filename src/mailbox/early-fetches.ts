/**
 * Lets a FETCH be sent while others are still being answered (RFC 3501 5.5): a server on a long line has the next one
 * when it is done with the one before. Takes a client that is not connected yet; any other command waits for its turn,
 * as imapflow has it. Why: docs/decisions/0012.
 */
import { noSuchImapflow } from './own-lines.ts';

/** A command of imapflow's. */
interface Request {
  readonly tag: string;
  readonly command: string;
  /** On the wire: only then may its answer come. */
  sent?: boolean;
}

/** How imapflow sends one command after the other. No part of its public face. */
interface Inner {
  readonly currentRequest: Request | false;
  readonly requestQueue: readonly Request[];
  send: (request: Request) => Promise<void>;
  exec: (...args: unknown[]) => unknown;
}

/** FETCHes that a server has at a time: those of a chunk's parts, and the looks at two chunks behind it. */
const SENT_AT_ONCE = 8;

/**
 * Gives how many were sent early so far.
 * Throws a Fault where the library that is installed sends in another way.
 */
export function sendFetchesEarly(client: object): () => number {
  const inner = client as Inner;
  const { send, exec } = inner as Partial<Inner>;
  if (send === undefined || exec === undefined || !Array.isArray(inner.requestQueue)) throw noSuchImapflow();
  /** Tags of what was sent and is still in the queue. */
  const early = new Set<string>();
  let count = 0;
  const sendMore = (): void => {
    const { currentRequest: now, requestQueue: waiting } = inner;
    if (now === false || !isFetch(now) || now.sent !== true) return;
    for (const next of waiting.slice(0, SENT_AT_ONCE - 1)) {
      if (!isFetch(next)) return;
      if (early.has(next.tag)) continue;
      early.add(next.tag);
      count += 1;
      // What is wrong with it is told when it is sent in its turn.
      send.call(client, next).catch(() => early.delete(next.tag));
    }
  };
  inner.send = async request => {
    if (!early.delete(request.tag)) await send.call(client, request);
    else if (inner.currentRequest !== false) inner.currentRequest.sent = true;
    sendMore();
  };
  inner.exec = (...args) => {
    const answer = exec.apply(client, args);
    sendMore();
    return answer;
  };
  return () => count;
}

function isFetch({ command }: Request): boolean {
  return command === 'UID FETCH';
}
