/**
 * `bounced login`: lets a person sign in in a browser and keeps the refresh token (RFC 8252, PKCE by RFC 7636). Takes
 * the mailbox's keys of the configuration, writes one file. Shows no token, unless --print asks for it.
 */
import { createHash, randomBytes } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { systemClock } from '../runtime/clock.ts';
import { readEnv, readWritten } from '../runtime/config.ts';
import { oauthUrls, readClient } from '../runtime/config-login.ts';
import type { Client, WrittenMailbox } from '../runtime/config-login.ts';
import { MAIL_SCOPE, readToken } from '../runtime/oauth.ts';
import { requestToken } from '../runtime/oauth-request.ts';
import { assertWritable, replaceSecretFile } from '../runtime/secrets.ts';
import { EXIT, Fault } from '../shared/fault.ts';
import type { Secret } from '../shared/secret.ts';
import type { Command } from './commands.ts';
import { openLoginListener } from './login-listener.ts';
import type { LoginListener } from './login-listener.ts';
import { chosenMailbox, configPath, durationOption, readOptions, refuseOperands, usage } from './options.ts';
import { terminalRoom } from './print.ts';
import { fitted } from './table.ts';

/** Where the command speaks and listens. */
export interface Terminal {
  /** For the person. */
  readonly say: (text: string) => void;
  /** For what comes after it in a pipe. */
  readonly print: (text: string) => void;
  readonly input: Readable;
}

const TERMINAL: Terminal = {
  say: text => void process.stderr.write(fittedButWhatIsCopied(text)),
  print: text => void process.stdout.write(text),
  get input() {
    return process.stdin;
  },
};

const KINDS = { config: 'string', mailbox: 'string', port: 'string', wait: 'string', print: 'boolean' } as const;
const LONGEST_WAIT_MS = 3_600_000;

export function loginCommand(args: string[], terminal: Terminal = TERMINAL): Command {
  const { values, operands } = readOptions('login', args, KINDS);
  const path = configPath('login', values.config);
  refuseOperands('login', operands);
  const port = toPort(values.port);
  const waitMs = durationOption('login', 'wait', values.wait, '10m', LONGEST_WAIT_MS);
  return async () => {
    const { written } = await readWritten(path, readEnv());
    const mailbox = withClient(chosenMailbox('login', written.mailbox, values.mailbox));
    const folder = dirname(resolve(path));
    const target = values.print === true ? undefined : targetOf(mailbox, folder);
    if (target !== undefined) await assertWritable(target);
    const warnings: string[] = [];
    const client = await readClient(`mailbox "${mailbox.name}"`, mailbox, { folder, env: readEnv(), warnings });
    for (const warning of warnings) terminal.say(`warning: ${warning}\n`);
    const token = await signIn(mailbox, client, { port, waitMs }, terminal);
    await keep(token, target, path, terminal);
    return EXIT.ok;
  };
}

/** An address or a command that is to be copied stays one line: broken, it would be copied broken. */
function fittedButWhatIsCopied(text: string): string {
  const room = terminalRoom(process.stderr);
  const lines = text.split('\n').map(line => (/^\s*(?:https?:|ssh )/.test(line) ? line : fitted(line, room)));
  return lines.join('\n');
}

/** Sends the person to the browser, waits for the code and trades it for a refresh token. */
async function signIn(
  mailbox: WrittenMailbox,
  client: Client,
  { port, waitMs }: { port: number; waitMs: number },
  terminal: Terminal,
): Promise<Secret> {
  const state = randomBytes(24).toString('base64url');
  const verifier = randomBytes(48).toString('base64url');
  const listener = await openLoginListener(state, port);
  const stopReading = readPasted(listener, terminal);
  try {
    terminal.say(invitation(mailbox, client, listener, state, verifier));
    const code = await listener.code(AbortSignal.timeout(waitMs));
    return await trade(mailbox, client, { code, verifier, redirectUri: listener.redirectUri });
  } finally {
    stopReading();
    await listener.close();
  }
}

function invitation(
  mailbox: WrittenMailbox,
  { clientId }: Client,
  { redirectUri, port }: LoginListener,
  state: string,
  verifier: string,
): string {
  const url = new URL(oauthUrls(mailbox).authorizationUrl);
  const asked = {
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: MAIL_SCOPE,
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    // Google gives a refresh token for this alone, and a second one only when the person is asked again.
    access_type: 'offline',
    prompt: 'consent',
    login_hint: mailbox.user,
  };
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  return [
    `Open this in a browser and sign in as ${mailbox.user}:`,
    '',
    url.href,
    '',
    'Browser on another machine? Either forward the port first, from that machine:',
    `  ssh -L ${port}:127.0.0.1:${port} THIS-SERVER`,
    `or paste the address here that the browser ends at (it begins with ${redirectUri}):`,
    '',
  ].join('\n');
}

/** Whoever has no way to forward a port may paste the address. The end of the input is no end of the waiting. */
function readPasted(listener: LoginListener, { input, say }: Terminal): () => void {
  const lines = createInterface({ input });
  lines.on('line', line => {
    if (line.trim() !== '' && !listener.paste(line)) {
      say('That is not the address of this sign-in; it holds "state=" and "code=".\n');
    }
  });
  return () => {
    lines.close();
  };
}

async function trade(
  mailbox: WrittenMailbox,
  { clientId, clientSecret }: Client,
  { code, verifier, redirectUri }: { code: string; verifier: string; redirectUri: string },
): Promise<Secret> {
  const { name, user } = mailbox;
  const where = `mailbox "${name}"`;
  const answer = await requestToken(where, oauthUrls(mailbox).tokenUrl, {
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: redirectUri,
    client_id: clientId,
    ...(clientSecret === undefined ? {} : { client_secret: clientSecret.reveal() }),
  });
  const asker = { where, user, kind: 'code', clientId, scope: MAIL_SCOPE } as const;
  const secrets = clientSecret === undefined ? [] : [clientSecret];
  const { refreshToken } = readToken(asker, answer, secrets, systemClock.nowMs());
  if (refreshToken !== undefined) return refreshToken;
  throw new Fault(`${where}: the authorization server gave no refresh token`, {
    code: 'NO_REFRESH_TOKEN',
    retry: 'never',
    exit: EXIT.loginRefused,
    hint: 'remove the access at https://myaccount.google.com/connections, then run "bounced login" again',
  });
}

async function keep(token: Secret, target: string | undefined, config: string, terminal: Terminal): Promise<void> {
  if (target === undefined) {
    terminal.print(`${token.reveal()}\n`);
    return;
  }
  await replaceSecretFile(target, token);
  terminal.say(`\nSigned in; the refresh token is in ${target}. Next: bounced check --online --config ${config}\n`);
}

/** @throws Fault exit 78 where the mailbox does not log in by a refresh token */
function withClient(mailbox: WrittenMailbox): WrittenMailbox {
  if (mailbox.oauth_client_id !== undefined) return mailbox;
  throw new Fault(`login: mailbox "${mailbox.name}" does not log in by a refresh token`, {
    code: 'NO_CLIENT',
    retry: 'never',
    exit: EXIT.config,
    hint: 'give it oauth_client_id, oauth_client_secret_file and oauth_refresh_token_file instead of its password',
  });
}

function targetOf(mailbox: WrittenMailbox, folder: string): string {
  if (mailbox.oauth_refresh_token_file !== undefined) return resolve(folder, mailbox.oauth_refresh_token_file);
  throw usage('login', `mailbox "${mailbox.name}" names no oauth_refresh_token_file; --print shows the token instead`);
}

function toPort(text: string | undefined): number {
  const port = Number(text ?? 0);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw usage('login', `--port expects a whole number from 1 to 65535, not "${text ?? ''}"`);
}
