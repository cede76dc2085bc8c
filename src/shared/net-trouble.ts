/**
 * What keeps a connection from being made: DNS, refusals, TLS by its kinds, silence. Takes what Node or a library
 * threw, gives its meaning and the cure. Pure.
 */
import { EXIT, Fault } from './fault.ts';

export interface NetTrouble {
  /** Sought in error codes and messages, lower case. */
  readonly sign: RegExp;
  readonly code: string;
  readonly what: string;
  readonly hint: string;
}

/** Asked from top to bottom. */
export const NET_TROUBLES: readonly NetTrouble[] = [
  {
    sign: /enotfound|eai_again/,
    code: 'HOST_UNKNOWN',
    what: 'the host name is not known',
    hint: "look at the host's name in the configuration and at the DNS of this machine",
  },
  {
    sign: /econnrefused/,
    code: 'CONNECTION_REFUSED',
    what: 'the connection was refused',
    hint: 'look at host and port in the configuration, and whether a firewall stands between',
  },
  {
    sign: /cert_has_expired|certificate has expired/,
    code: 'TLS_EXPIRED',
    what: 'TLS failed: the certificate has expired',
    hint: "look at this machine's clock; else the server's operator must renew it",
  },
  {
    sign: /cert_not_yet_valid|certificate is not yet valid/,
    code: 'TLS_NOT_YET_VALID',
    what: 'TLS failed: the certificate is not valid yet',
    hint: 'look at this machine\'s clock ("timedatectl set-ntp true" sets it)',
  },
  {
    sign: /altname/,
    code: 'TLS_NAME',
    what: 'TLS failed: the certificate is for another name',
    hint: 'name the host as the certificate does, not by an address or an alias',
  },
  {
    sign: /self.signed|unable_to_(?:get_issuer|verify)|cert_untrusted|unable to (?:get local issuer|verify)/,
    code: 'TLS_UNTRUSTED',
    what: 'TLS failed: the certificate is by an authority that this machine does not trust',
    hint: 'for a private authority, or a firewall that opens TLS, set "ca_file" to its certificate',
  },
  {
    sign: /wrong.version.number|eproto|packet length too long|record layer/,
    code: 'TLS_NOT_SPOKEN',
    what: 'TLS failed: the server does not begin with TLS on this port',
    hint: 'look at port and tls: "implicit" goes with 993 (IMAP) and 465 (SMTP), "starttls" with 143 and 587',
  },
  {
    // imapflow says so of any connection that ends before the login; it does not know whether TLS was at fault.
    sign: /closedafterconnect/,
    code: 'CLOSED_EARLY',
    what: 'the server ended the connection before it let anybody log in',
    hint: 'bounced tries again by itself; if it stays so, look at host, port and tls, and whether the server shuts this machine out',
  },
  {
    sign: /certificate|unable_to_|cert_|err_tls/,
    code: 'TLS',
    what: 'TLS failed',
    hint: 'look at host, port and tls; for a private authority set "ca_file"',
  },
  {
    sign: /greeting_timeout|greeting never received/,
    code: 'NO_GREETING',
    what: 'the server was reached and does not greet',
    hint: 'look at port and tls: a server that waits for TLS does not speak first; else it is overloaded',
  },
  {
    sign: /timeout|etimedout|ehostunreach|enetunreach|econnreset|epipe|closed|noconnection|not available/,
    code: 'CONNECTION_LOST',
    what: 'the connection could not be made or was lost',
    hint: 'look at the network and firewall of this machine; bounced tries again by itself',
  },
];

/**
 * The Fault of a connection that failed.
 * @param where what was tried, such as `smtp.gmail.com:465`
 * @param keys where host and port are named, if not under these words
 */
export function netFault(where: string, error: unknown, keys?: string): Fault {
  const words = wordsOf(error).join(' ').toLowerCase();
  const { code, what, hint } = NET_TROUBLES.find(({ sign }) => sign.test(words)) ?? {
    code: 'CONNECTION_LOST',
    what: 'the connection could not be made or was lost',
    hint: 'look at the network and firewall of this machine',
  };
  return new Fault(`${where}: ${what}`, {
    code,
    retry: 'later',
    exit: EXIT.unavailable,
    hint: keys === undefined ? hint : `${hint}; ${keys}`,
    cause: error,
  });
}

/** Codes and messages, of what caused it too. */
function wordsOf(error: unknown, depth = 4): string[] {
  if (typeof error !== 'object' || error === null || depth === 0) return [];
  const { code, message, cause, errors } = error as Readonly<Record<string, unknown>>;
  const own = [code, message].filter(word => typeof word === 'string');
  return [...own, ...wordsOf(Array.isArray(errors) ? errors[0] : cause, depth - 1)];
}
