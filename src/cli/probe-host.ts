/**
 * Whether a host answers over HTTPS, and what its clock says. Takes an origin, sends HEAD / and nothing else: never the
 * callback's own path, never a body. Gives the time it told, or a Fault that names DNS, TLS or silence.
 */
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { netFault } from '../shared/net-trouble.ts';

const LIMIT_MS = 15_000;

export interface HostAnswer {
  /** Until when its certificate is good, milliseconds since the epoch. */
  readonly certificateEndsMs?: number;
  /** How far our clock is ahead of its, milliseconds: to the second, and half the way of the request. */
  readonly aheadMs?: number;
}

/** @param origin `https://host:port`; plain http for this very machine */
export function probeHost(origin: string, ca: string | undefined, nowMs: () => number): Promise<HostAnswer> {
  const { protocol, host, hostname, port } = new URL(origin);
  const options = {
    method: 'HEAD',
    host: hostname.replace(/^\[|\]$/g, ''),
    path: '/',
    agent: false,
    ...(port === '' ? {} : { port: Number(port) }),
    ...(ca === undefined ? {} : { ca }),
  };
  return new Promise((resolve, reject) => {
    const sentMs = nowMs();
    const request = (protocol === 'http:' ? plainRequest : tlsRequest)(options);
    const giveUp = setTimeout(() => request.destroy(new Error('timeout')), LIMIT_MS);
    request.on('error', error => {
      clearTimeout(giveUp);
      reject(netFault(host, error, 'host and port of a callback stand in its URL'));
    });
    request.on('response', response => {
      clearTimeout(giveUp);
      const dateMs = Date.parse(response.headers.date ?? '');
      const middleMs = (sentMs + nowMs()) / 2;
      const socket = response.socket as { getPeerCertificate?: () => { valid_to?: string } };
      const endsMs = Date.parse(socket.getPeerCertificate?.().valid_to ?? '');
      response.resume();
      request.destroy();
      resolve({
        ...(Number.isNaN(endsMs) ? {} : { certificateEndsMs: endsMs }),
        // A Date header drops what is below a second: on average half of one.
        ...(Number.isNaN(dateMs) ? {} : { aheadMs: Math.round(middleMs - dateMs - 500) }),
      });
    });
    request.end();
  });
}
