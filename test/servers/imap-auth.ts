/**
 * Who may log in to the test IMAP server: takes SASL responses, gives user and secret; knows PLAIN, XOAUTH2 and
 * OAUTHBEARER.
 */
import type { ImapWorld } from './imap-server.ts';

const CAPABILITIES = 'IMAP4rev1 UNSELECT IDLE NAMESPACE ID CHILDREN SPECIAL-USE LITERAL- SASL-IR';

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
  // Fields end in a byte of value 1.
  const [first = '', ...fields] = decoded.split(String.fromCharCode(1));
  const user = /^(?:user=|n,a=)([^,]*)/.exec(first)?.[1] ?? '';
  const bearer = fields.find(field => field.startsWith('auth=Bearer ')) ?? '';
  const secret = bearer.slice('auth=Bearer '.length);
  return { user, secret, isToken: true };
}

export function isKnown({ users }: ImapWorld, { user, secret, isToken }: Credentials): boolean {
  return users.some(one => one.user === user && (isToken ? one.tokens?.includes(secret) : one.password === secret));
}

/** What the server says that it can do. */
export function capabilitiesOf(world: ImapWorld): string {
  const ways = mechanismsOf(world).map(one => ` AUTH=${one}`);
  const { offers } = world.script;
  const more = `${world.gmail ? ' X-GM-EXT-1' : ''}${offers === undefined ? '' : ` ${offers}`}`;
  return `${CAPABILITIES}${ways.join('')}${more}`;
}
