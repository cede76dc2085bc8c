/**
 * Every way in which Gmail refuses a login or a session, as the built command tells it: what happened, where, the cure
 * and the exit code; each another, and never the password or a sign-in link.
 */
import { afterEach, describe, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CLIENT, REFRESH_TOKEN, startAuthorizationServer } from '../servers/authorization-server.ts';
import type { AuthorizationServer } from '../servers/authorization-server.ts';
import { bounced } from '../servers/command.ts';
import { ACCOUNT, ALL_MAIL, startEvening } from '../servers/evening.ts';
import type { Evening, Wrong } from '../servers/evening.ts';

let evening: Evening;
let oauth: AuthorizationServer | undefined;

afterEach(async () => {
  await Promise.all([evening.stop(), oauth?.stop()]);
  oauth = undefined;
});

const SIGN_IN_LINK = 'https://accounts.google.com/signin/continue?sarp=1&scc=1&plt=AKgnsbt-one-use';
const QUOTA = 'Account exceeded command or bandwidth limits. (Failure)';

/** The server's words after "NO ", what is told, the cure, and the exit code. */
const REFUSALS: readonly (readonly [said: string, told: RegExp, cure: RegExp, exit: 69 | 77])[] = [
  ['[AUTHENTICATIONFAILED] Invalid credentials (Failure)', /user or password is wrong/, /new app password/, 77],
  [
    '[ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)',
    /an app password is required/,
    /make one at https:\/\/myaccount\.google\.com\/apppasswords/,
    77,
  ],
  [
    '[ALERT] Please log in via your web browser: https://support.google.com/mail/accounts/answer/78754 (Failure)',
    /Google wants you to sign in in a browser/,
    /sign in to this account in a browser/,
    77,
  ],
  [
    `[WEBALERT ${SIGN_IN_LINK}] Web login required.`,
    /Google wants you to sign in in a browser/,
    /sign in to this account in a browser/,
    77,
  ],
  [
    '[ALERT] Your account is not enabled for IMAP use. Please visit your Gmail settings page. (Failure)',
    /IMAP is switched off for this account/,
    /Enable IMAP/,
    77,
  ],
  [
    '[ALERT] IMAP access is disabled for your domain. Please contact your domain administrator. (Failure)',
    /administrator has switched IMAP off for the domain/,
    /Admin console/,
    77,
  ],
  [
    '[ALERT] Too many simultaneous connections. (Failure)',
    /too many simultaneous connections \(Gmail allows 15/,
    /close other mail programs/,
    69,
  ],
  ['[UNAVAILABLE] Temporary System Problem (Failure)', /temporary problem/, /nothing to do/, 69],
  [`[OVERQUOTA] ${QUOTA}`, /exceeded its command or bandwidth limits/, /within a day/, 69],
  [`[ALERT] ${QUOTA}`, /exceeded its command or bandwidth limits/, /within a day/, 69],
];

const run = (...args: string[]): ReturnType<typeof bounced> =>
  bounced([...args, '--config', evening.config], { limitMs: 30_000 });

/** What the command ends with; the lines of the log, which are JSON, left out. */
function complaint(stderr: string): string {
  const lines = stderr.split('\n').filter(line => !line.startsWith('{'));
  return lines.join('\n');
}

async function expectTold(args: string[], told: RegExp, cure: RegExp, exit: number): Promise<void> {
  const { code, stdout, stderr } = await run(...args);
  const [what = '', advice = '', ...rest] = complaint(stderr).split('\n');
  expect(what).toMatch(/^bounced: localhost:\d+, user news@shop\.example: /);
  expect(what).toMatch(told);
  expect(advice).toMatch(/^ {2}cure: /);
  expect(advice).toMatch(cure);
  expect(rest).toEqual(['']);
  expect(code).toBe(exit);
  for (const secret of [ACCOUNT.password, 'AKgnsbt-one-use', 'access-token', REFRESH_TOKEN])
    expect(`${stdout}${stderr}`).not.toContain(secret);
}

describe('a refused login', () => {
  test.each(REFUSALS)('NO %s', async (said, told, cure, exit) => {
    evening = await startEvening({ script: { loginAnswer: `NO ${said}` } });
    await expectTold(['check', '--online'], told, cure, exit);
    // What may pass is tried some times first, which takes its time.
    if (exit === 77) await expectTold(['run', '--once'], told, cure, exit);
  });
});

describe('a session that ends', () => {
  test.each<readonly [string, Wrong, readonly string[], RegExp, RegExp]>([
    [
      'with a BYE for too much traffic',
      { script: { greeting: `* BYE ${QUOTA}` } },
      ['check', '--online'],
      /exceeded its command or bandwidth limits/,
      /within a day/,
    ],
    [
      'with EXAMINE refused for too much traffic',
      { script: { examineAnswers: { [ALL_MAIL.path]: `NO [OVERQUOTA] ${QUOTA}` } } },
      ['run', '--once'],
      /exceeded its command or bandwidth limits/,
      /within a day/,
    ],
    [
      'because it had lasted its time',
      { script: { greeting: '* BYE Session expired, please login again.' } },
      ['check', '--online'],
      /it had lasted its time/,
      /logs in again by itself/,
    ],
    [
      'without a word',
      { script: { closeAfterGreeting: true } },
      ['check', '--online'],
      /ended the connection before it let anybody log in/,
      /tries again by itself/,
    ],
  ])(
    '%s',
    async (_what, wrong, args, told, cure) => {
      evening = await startEvening(wrong);
      await expectTold([...args], told, cure, 69);
    },
    60_000,
  );
});

describe('by access token, where the server says status 400 before every refusal', () => {
  async function byToken(loginAnswer: string | undefined): Promise<AuthorizationServer> {
    const server = await startAuthorizationServer();
    oauth = server;
    const login = [
      `oauth_client_id = "${CLIENT.id}"`,
      'oauth_client_secret_file = "client"',
      'oauth_refresh_token_file = "refresh"',
      `token_url = "${server.tokenUrl}"`,
    ].join('\n');
    evening = await startEvening({
      tokens: [],
      script: loginAnswer === undefined ? {} : { loginAnswer },
      edit: text => text.replace('password_file = "password"', login).replace(/^smtp_.*\n/gm, ''),
    });
    await writeFile(join(evening.folder, 'client'), CLIENT.secret, { mode: 0o600 });
    await writeFile(join(evening.folder, 'refresh'), REFRESH_TOKEN, { mode: 0o600 });
    return server;
  }

  test('a token that is not taken is renewed once, then told', async () => {
    const { given } = await byToken(undefined);
    await expectTold(['check', '--online'], /access token is not taken for this user/, /"bounced login" again/, 77);
    expect(given).toHaveLength(2);
  });

  test('too many connections are no fault of the token: it is not renewed', async () => {
    const { given } = await byToken('NO [ALERT] Too many simultaneous connections. (Failure)');
    await expectTold(['check', '--online'], /too many simultaneous connections/, /close other mail programs/, 69);
    expect(given).toHaveLength(1);
  });
});
