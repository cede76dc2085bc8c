/**
 * What a refused token request means. Takes the authorization server's answer, gives a Fault with the cure; pure.
 * Sources: RFC 6749 5.2 for the codes; Google's pages on OAuth 2 for web server, installed and service account
 * applications for their descriptions.
 */
import { EXIT, Fault } from '../shared/fault.ts';
import type { Retry } from '../shared/fault.ts';

/** Who asked for a token, for words and cures. */
export interface Asker {
  /** `mailbox "campaigns"` */
  readonly where: string;
  readonly user: string;
  readonly kind: 'refreshToken' | 'serviceAccount' | 'code';
  /** The client's id; of a service account the number that delegation is granted to. */
  readonly clientId: string;
  readonly scope: string;
}

/** A refusal taken apart. */
export interface Refusal {
  readonly status: number;
  /** `error` of RFC 6749 5.2. */
  readonly error: string;
  readonly description: string;
  /** How far this machine's clock is ahead of the server's, milliseconds, where known. */
  readonly aheadMs?: number;
}

interface Row {
  /** Sought in error, description and subtype, lower case. */
  readonly sign: RegExp;
  readonly only?: readonly Asker['kind'][];
  readonly code: string;
  readonly what: string;
  readonly hint: (asker: Asker) => string;
  readonly retry?: Retry;
}

const LOGIN_AGAIN = 'run "bounced login" for this mailbox and sign in as its user';

/** Asked from top to bottom: descriptions before the codes, which Google uses for many things. */
const ROWS: readonly Row[] = [
  {
    sign: /temporarily_unavailable|internal_failure|server_error|rate_?limit|quota|backend error/,
    code: 'TOKEN_SERVER_BUSY',
    what: 'the authorization server is busy',
    hint: () => 'nothing to do: bounced tries again by itself',
    retry: 'later',
  },
  {
    sign: /invalid_rapt|rapt_required|reauth related/,
    code: 'REAUTH_DEMANDED',
    what: 'Google demands that a person signs in again, by a rule of your Workspace',
    hint: () =>
      `exempt trusted apps in Admin console > Security > Google Cloud session control, then ${LOGIN_AGAIN}; ` +
      'a service account is never asked',
  },
  {
    sign: /check your iat|reasonable timeframe|short-lived token|token used too early/,
    code: 'CLOCK_SKEW',
    what: "this machine's clock is wrong",
    hint: () => 'set the clock ("timedatectl set-ntp true") and start again',
  },
  {
    sign: /jwt signature|invalid signature/,
    only: ['serviceAccount'],
    code: 'KEY_REVOKED',
    what: "the service account's key is no longer valid",
    hint: () => 'make a new JSON key: Google Cloud console > IAM & Admin > Service Accounts > Keys',
  },
  {
    sign: /invalid email|not a valid email|invalid user|user id/,
    only: ['serviceAccount'],
    code: 'USER_UNKNOWN',
    what: 'the user is no account of the domain',
    hint: ({ user }) => `"user" must be the account's primary address, no alias and no group; it is ${user}`,
  },
  {
    sign: /account not found|account has been (?:deleted|disabled)|account.{0,40}(?:deleted|disabled|suspended)/,
    code: 'ACCOUNT_GONE',
    what: 'the account is deleted, disabled or suspended',
    hint: ({ kind, user }) =>
      kind === 'serviceAccount'
        ? `look at ${user} in the Admin console, and at the service account in the Google Cloud console`
        : `look at ${user} in the Admin console`,
  },
  {
    sign: /unauthorized_client/,
    only: ['serviceAccount'],
    code: 'DELEGATION_MISSING',
    what: 'the service account may not act for this user: domain-wide delegation is missing',
    hint: ({ clientId, scope }) =>
      'Admin console > Security > API controls > Domain-wide delegation: add client ' +
      `${clientId} with the scope ${scope} (it can take a day to be in force)`,
  },
  {
    sign: /deleted_client|disabled_client|client was (?:deleted|disabled)/,
    code: 'CLIENT_GONE',
    what: 'the OAuth client has been deleted or disabled',
    hint: () => `make one (type Desktop app) at https://console.cloud.google.com/auth/clients, then ${LOGIN_AGAIN}`,
  },
  {
    sign: /unauthorized_client/,
    code: 'TOKEN_OF_OTHER_CLIENT',
    what: 'the refresh token was given to another OAuth client',
    hint: () => `set oauth_client_id and the client secret to those it was made with, or ${LOGIN_AGAIN}`,
  },
  {
    sign: /invalid_client/,
    code: 'CLIENT_INVALID',
    what: 'the OAuth client is not known, or its secret is wrong',
    hint: () =>
      'compare oauth_client_id and the client secret with https://console.cloud.google.com/auth/clients ' +
      '(for a Desktop app Google demands the secret too)',
  },
  {
    sign: /redirect_uri/,
    code: 'CLIENT_TYPE',
    what: 'the OAuth client may not be used from a command line',
    hint: () => 'make a client of the type "Desktop app" at https://console.cloud.google.com/auth/clients',
  },
  {
    sign: /invalid_scope/,
    code: 'SCOPE_INVALID',
    what: 'the scope is refused',
    hint: ({ scope }) => `allow the scope ${scope} on the consent screen or in the domain-wide delegation`,
  },
  {
    sign: /admin_policy_enforced|org_internal|access_denied|access_not_configured|policy/,
    code: 'POLICY',
    what: 'a rule of your Workspace refuses it, or the person did',
    hint: ({ clientId }) =>
      `Admin console > Security > API controls > App access control: trust the client ${clientId}`,
  },
  {
    sign: /invalid_grant/,
    only: ['refreshToken'],
    code: 'TOKEN_REVOKED',
    what: 'the refresh token is revoked or has expired',
    hint: () =>
      `${LOGIN_AGAIN}. A changed password revokes it, as do six months without use, and seven days while the consent ` +
      'screen is in "Testing": publish it, or make it internal',
  },
  {
    sign: /invalid_grant/,
    only: ['code'],
    code: 'CODE_REFUSED',
    what: 'the code from the browser is not accepted: it is used up or too old',
    hint: () => 'run "bounced login" again and go through the browser within a few minutes',
  },
];

/** A clock that is off by more than this spoils a signed request. */
const SKEW_MS = 5 * 60_000;
/** The server's own words are shown, but not a page of them. */
const MOST_CHARS = 200;

/** The Fault for an answer that holds no token. */
export function tokenFault(asker: Asker, refusal: Refusal): Fault {
  const { status, error, description, aheadMs = 0 } = refusal;
  const words = `${error} ${description}`.toLowerCase();
  const row = ROWS.find(({ sign, only }) => sign.test(words) && (only === undefined || only.includes(asker.kind)));
  const said = saidBy(refusal);
  if (asker.kind === 'serviceAccount' && error === 'invalid_grant' && Math.abs(aheadMs) > SKEW_MS) {
    return fault(asker, said, {
      code: 'CLOCK_SKEW',
      what: `this machine's clock is ${skew(aheadMs)}`,
      hint: 'set the clock ("timedatectl set-ntp true") and start again',
    });
  }
  if (row !== undefined) return fault(asker, said, { ...row, hint: row.hint(asker) });
  if (status === 429 || status >= 500) {
    const what = 'the authorization server is busy';
    const hint = 'nothing to do: bounced tries again by itself';
    return fault(asker, said, { code: 'TOKEN_SERVER_BUSY', what, hint, retry: 'later' });
  }
  return fault(asker, said, {
    code: 'TOKEN_REFUSED',
    what: 'the authorization server gives no token',
    hint: 'look at "token_url", and at the account and client in the Google Cloud console; bounced tries again',
    retry: 'later',
  });
}

/** How far a clock is off, in words: "12 minutes fast". */
export function skew(aheadMs: number): string {
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  const size = seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`;
  return `${size} ${aheadMs > 0 ? 'fast' : 'slow'}`;
}

function saidBy({ status, error, description }: Refusal): string {
  const words = [error, description].filter(word => word !== '').join(': ');
  return words === '' ? `HTTP ${status}` : words.slice(0, MOST_CHARS);
}

function fault(
  { where, user }: Asker,
  said: string,
  { code, what, hint, retry = 'never' }: { code: string; what: string; hint: string; retry?: Retry },
): Fault {
  const exit = retry === 'never' ? EXIT.loginRefused : EXIT.unavailable;
  return new Fault(`${where}: no access token for ${user}: ${what} (${said})`, { code, retry, exit, hint });
}

/**
 * A service account's key that is none.
 * @param what is wrong with it: "is no JSON"
 */
export function keyFault(where: string, what: string): Fault {
  return new Fault(`${where}: the service account's key ${what}`, {
    code: 'SERVICE_ACCOUNT_KEY',
    retry: 'never',
    exit: EXIT.config,
    hint: 'use the JSON file as the Google Cloud console gave it: Service Accounts > Keys > Add key > JSON',
  });
}
