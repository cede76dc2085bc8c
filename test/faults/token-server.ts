/**
 * The scripted server entered by access tokens, with the authorization server that hands them out. Takes nothing, gives
 * a mail server for a world; the tokens handed out so far can be withdrawn.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLIENT, REFRESH_TOKEN, startAuthorizationServer } from '../servers/authorization-server.ts';
import { startScripted, USER } from './scripted.ts';
import type { MailServer, World } from './world.ts';

type TokenServer = MailServer & { withdraw(): void };

export async function startTokenServer(): Promise<TokenServer> {
  const oauth = await startAuthorizationServer();
  let withdrawn = 0;
  const user = {
    ...USER,
    get tokens(): readonly string[] {
      return oauth.given.slice(withdrawn);
    },
  };
  const server = await startScripted({ users: [user], tokenMechanisms: ['XOAUTH2', 'OAUTHBEARER'] });
  const folder = await mkdtemp(join(tmpdir(), 'bounced-tokens-'));
  const file = async (name: string, secret: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, secret, { mode: 0o600 });
    return JSON.stringify(path);
  };
  const login = [
    `oauth_client_id = "${CLIENT.id}"`,
    `oauth_client_secret_file = ${await file('client', CLIENT.secret)}`,
    `oauth_refresh_token_file = ${await file('refresh', REFRESH_TOKEN)}`,
    `token_url = "${oauth.tokenUrl}"`,
  ].join('\n');
  return {
    ...server,
    login,
    withdraw() {
      withdrawn = oauth.given.length;
      server.imap.dropConnections('bye', 'Session expired, please login again.');
    },
    async stop() {
      await Promise.all([server.stop(), oauth.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** All tokens handed out so far are refused from now on, and the sessions that began with them end. */
export function withdrawTokens({ server }: World): void {
  (server as TokenServer).withdraw();
}
