/**
 * How a connection shows who it is: by password, or by an access token that is renewed once when the server refuses
 * it. Takes the settings, gives what imapflow is told; never keeps a token.
 */
import { EXIT, Fault } from '../shared/fault.ts';
import type { MailboxSettings } from './mailbox.ts';

/** As imapflow takes it. */
export type Auth = { readonly user: string } & ({ readonly pass: string } | { readonly accessToken: string });

/**
 * Opens with what there is to log in with. A token that is refused may have been revoked a moment ago: one new token
 * is tried, and no more.
 */
export async function withAuth<Opened>(
  { user, password, tokens, host }: MailboxSettings,
  signal: AbortSignal,
  open: (auth: Auth) => Promise<Opened>,
): Promise<Opened> {
  if (tokens === undefined) {
    if (password !== undefined) return open({ user, pass: password.reveal() });
    throw new Fault(`${host}, user ${user}: neither a password nor access tokens`, {
      code: 'NO_LOGIN',
      retry: 'never',
      exit: EXIT.config,
      hint: 'name one way to log in',
    });
  }
  const token = await tokens.current(signal);
  try {
    return await open({ user, accessToken: token.reveal() });
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'TOKEN_NOT_TAKEN') throw error;
    const next = await tokens.current(signal, token);
    return open({ user, accessToken: next.reveal() });
  }
}
