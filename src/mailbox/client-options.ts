/**
 * What imapflow is told when a connection is made: whom to reach and how, and how much it may take from a server. Takes
 * settings, gives options; opens nothing.
 */
import type { Log } from '../shared/log.ts';
import type { Auth } from './auth.ts';
import type { ClientOptions } from './connection.ts';
import type { MailboxSettings } from './mailbox.ts';

/** IDLE is renewed this often; Gmail has been seen to end one after nine minutes. */
const IDLE_RENEWAL_MS = 4 * 60_000;
/** A peer that is silent for this long is gone. Above the renewal, so that a healthy idle never meets it. */
const SOCKET_LIMIT_MS = 5 * 60_000;
/** A server may not make us hold more than this in one literal or response. */
const LITERAL_BYTES = 16 * 1024 * 1024;
/** Nor this many words in one response that imapflow reads: a search finds so many mails at most. */
const RESPONSE_TOKENS = 200_000;

/** For the settings of one mailbox; its log lines go to ours, without what was sent or received. */
export function clientOptions(settings: MailboxSettings, auth: Auth, log: Log): ClientOptions {
  const { host, port, tls, ca } = settings;
  const line = (entry: unknown): void => {
    const { msg, cid } = entry as { msg?: unknown; cid?: unknown };
    if (typeof msg === 'string') log.debug(`imap: ${msg}`, typeof cid === 'string' ? { connection: cid } : {});
  };
  const logger = { debug: () => undefined, info: line, warn: line, error: line, isLevelEnabled: isTold };
  return {
    host,
    port,
    secure: tls === 'implicit',
    doSTARTTLS: tls === 'starttls',
    auth,
    ...(ca === undefined ? {} : { tls: { ca } }),
    clientInfo: { name: 'bounced' },
    // Where the server offers it (RFC 4978; Gmail does) and the line is long (compression.ts): headers and structures
    // shrink to a third and less.
    disableCompression: false,
    disableAutoIdle: true,
    maxIdleTime: IDLE_RENEWAL_MS,
    socketTimeout: SOCKET_LIMIT_MS,
    connectionTimeout: 30_000,
    maxLiteralSize: LITERAL_BYTES,
    maxLineLength: LITERAL_BYTES,
    maxResponseSize: 2 * LITERAL_BYTES,
    maxResponseTokens: RESPONSE_TOKENS,
    logger,
  };
}

/** At the others, each command and each answer is put together once more, for a line that nobody reads. */
function isTold(level: string): boolean {
  return level !== 'debug' && level !== 'trace';
}
