/**
 * Who may log in to the test IMAP server: takes SASL responses, gives user and secret; knows PLAIN, XOAUTH2 and
 * OAUTHBEARER.
 */
import type { ImapWorld } from './imap-server.ts';

export interface Credentials {
  readonly user: string;
  readonly secret: string;
  readonly isToken: boolean;
}

/** Gmail's challenge for a token that is not taken. */
export const TOKEN_REFUSED = Buffer.from(
  '{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}',
).toString('base64');

export function mechanismsOf(world: ImapWorld): string[] {
  return ['PLAIN', ...world.tokenMechanisms];
}

/** Takes an initial response apart (RFC 4616, RFC 7628, Google's XOAUTH2). */
export function credentials(mechanism: string, encoded: string): Credentials {
  const decoded = Buffer.from(encoded, 'base64').toString();
  if (mechanism.toUpperCase() === 'PLAIN') {
    const [, user = '', secret = ''] = decoded.split('\0');
    return { user, secret, isToken: false };
  }
  const user = /^(?:user=|n,a=)([^\u0001,]*)/.exec(decoded)?.[1] ?? '';
  const secret = /\u0001auth=Bearer ([^\u0001]*)\u0001\u0001$/.exec(decoded)?.[1] ?? '';
  return { user, secret, isToken: true };
}

export function isKnown({ users }: ImapWorld, { user, secret, isToken }: Credentials): boolean {
  return users.some(one => one.user === user && (isToken ? one.tokens?.includes(secret) : one.password === secret));
}
