/**
 * What a failed connection or login means. Takes what imapflow threw, gives a Fault with the cure; pure.
 * imapflow sets `authenticationFailed` on any refusal of the login, "too many connections" among them, so the
 * server's own words decide. Sources: Google's help pages named in the replies; RFC 5530 for the response codes.
 */
import { EXIT, Fault } from '../shared/fault.ts';
import type { Retry } from '../shared/fault.ts';
import { NET_TROUBLES } from '../shared/net-trouble.ts';
import type { NetTrouble } from '../shared/net-trouble.ts';

/** Where it happened, for the words. */
export interface Place {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Present where access tokens are used and no password. */
  readonly tokens?: object | undefined;
}

/** Sought in response code, response text, BYE text and error code, lower case. */
interface Row extends NetTrouble {
  readonly retry: Retry;
  readonly exit: typeof EXIT.loginRefused | typeof EXIT.unavailable;
  readonly waitMs?: number;
}

const MINUTE_MS = 60_000;
const refused = { retry: 'never', exit: EXIT.loginRefused } as const;
const later = { retry: 'later', exit: EXIT.unavailable } as const;

/** Asked from top to bottom: what may pass comes before what may not, for the same response code stands on both. */
const ROWS: readonly Row[] = [
  {
    sign: /too many simultaneous connections/,
    code: 'TOO_MANY_CONNECTIONS',
    what: 'too many simultaneous connections (Gmail allows 15 for an account, phones included)',
    hint: 'close other mail programs of this account; bounced tries again by itself',
    waitMs: 5 * MINUTE_MS,
    ...later,
  },
  {
    sign: /overquota|exceeded command or bandwidth limits/,
    code: 'BANDWIDTH',
    what: 'the account has exceeded its command or bandwidth limits',
    hint: "Gmail lifts this within a day; bounced waits and tries again (Google's limit is 2500 MB a day)",
    waitMs: 30 * MINUTE_MS,
    ...later,
  },
  {
    sign: /application-specific password required/,
    code: 'APP_PASSWORD_NEEDED',
    what: 'the login was refused: an app password is required',
    hint: 'make one at https://myaccount.google.com/apppasswords and put it into the password file',
    ...refused,
  },
  {
    sign: /webalert|log in via your web browser|web login required/,
    code: 'WEB_LOGIN_NEEDED',
    what: 'the login was refused: Google wants you to sign in in a browser first',
    hint: 'sign in to this account in a browser, confirm that it was you, then start bounced again',
    ...refused,
  },
  {
    sign: /imap access is disabled for your domain/,
    code: 'IMAP_DISABLED_FOR_DOMAIN',
    what: 'the login was refused: the administrator has switched IMAP off for the domain',
    hint: 'switch it on: Admin console > Apps > Google Workspace > Gmail > End User Access > POP and IMAP access',
    ...refused,
  },
  {
    sign: /not enabled for imap|imap access is disabled/,
    code: 'IMAP_DISABLED',
    what: 'the login was refused: IMAP is switched off for this account',
    hint:
      'gmail.com: Settings > Forwarding and POP/IMAP > Enable IMAP; Workspace: Admin console > Apps > Google Workspace > ' +
      'Gmail > End User Access',
    ...refused,
  },
  {
    sign: /privacyrequired|plaintext auth\w* (?:is )?(?:disallowed|disabled|not allowed)|logindisabled/,
    code: 'TLS_DEMANDED',
    what: 'the server takes no password without TLS',
    hint: 'set tls = "implicit" (port 993) or "starttls" (port 143)',
    ...refused,
  },
  {
    sign: /unsupported authentication mechanism/,
    code: 'LOGIN_NOT_OFFERED',
    what: 'the server offers no way to log in that bounced knows',
    hint: 'for access tokens it must offer XOAUTH2 or OAUTHBEARER; else use a password',
    ...refused,
  },
  {
    sign: /\bunavailable\b|temporary system problem|\binuse\b|\[limit\]/,
    code: 'SERVER_BUSY',
    what: 'the server has a temporary problem',
    hint: 'nothing to do: bounced tries again by itself',
    waitMs: MINUTE_MS,
    ...later,
  },
  {
    sign: /session expired/,
    code: 'SESSION_EXPIRED',
    what: 'the server ended the session: it had lasted its time',
    hint: 'nothing to do: bounced logs in again by itself',
    ...later,
  },
  ...NET_TROUBLES.map(trouble => ({ ...trouble, ...later })),
];

/** A wrong password is what is left when the server refused the login and nothing else fits. */
const WRONG_PASSWORD: Row = {
  sign: /(?:)/,
  code: 'LOGIN_REFUSED',
  what: 'the login was refused: user or password is wrong',
  hint: 'check "user"; make a new app password at https://myaccount.google.com/apppasswords if this one was revoked',
  ...refused,
};

/** The token itself is good: its server has just given it. */
const TOKEN_NOT_TAKEN: Row = {
  sign: /(?:)/,
  code: 'TOKEN_NOT_TAKEN',
  what: 'the login was refused: the access token is not taken for this user',
  hint:
    'the token must be for this very "user": run "bounced login" again and sign in as it, or for a service account ' +
    'compare "user" with its delegation; IMAP must be on for the user',
  ...refused,
};

/** The Fault for whatever connecting, logging in or a command failed with. A Fault passes through. */
export function connectionFault(error: unknown, place: Place, byeText?: string): Fault {
  if (error instanceof Fault) return error;
  const facts = (typeof error === 'object' && error !== null ? error : {}) as Readonly<Record<string, unknown>>;
  const texts = ['serverResponseCode', 'responseText', 'response', 'code', 'reason', 'message'].map(key => facts[key]);
  const words = [...texts, byeText]
    .filter(text => typeof text === 'string')
    .join(' ')
    .toLowerCase();
  const authenticating = facts['authenticationFailed'] === true;
  const row = ROWS.find(one => one.sign.test(words)) ?? (authenticating ? refusedLogin(place) : undefined);
  const where = `${place.host}:${place.port}, user ${place.user}`;
  if (row === undefined) {
    const said = typeof facts['code'] === 'string' ? ` (${facts['code']})` : '';
    return new Fault(`${where}: the mailbox could not be read${said}`, {
      code: 'IMAP',
      retry: 'later',
      hint: 'nothing to do if it passes; else run "bounced check --online"',
      cause: error,
    });
  }
  const { code, what, hint, retry, exit, waitMs } = row;
  return new Fault(`${where}: ${what}`, {
    code,
    retry,
    hint,
    exit,
    cause: error,
    ...(waitMs === undefined ? {} : { waitMs }),
  });
}

function refusedLogin({ tokens }: Place): Row {
  return tokens === undefined ? WRONG_PASSWORD : TOKEN_NOT_TAKEN;
}
