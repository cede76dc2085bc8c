import { describe, expect, test } from '@jest/globals';
import { connectionFault } from '../../../src/mailbox/login-fault.ts';

const PLACE = { host: 'imap.gmail.com', port: 993, user: 'news@example.com' };

/** What imapflow throws for a tagged NO to the login: always "authenticationFailed", whatever the server meant. */
function refusal(serverResponseCode: string, responseText: string): Error {
  return Object.assign(new Error('Command failed'), { authenticationFailed: true, serverResponseCode, responseText });
}

describe('a refused login is told by what the server said', () => {
  test.each([
    ['AUTHENTICATIONFAILED', 'Invalid credentials (Failure)', 'LOGIN_REFUSED', 'never', 77],
    [
      'ALERT',
      'Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)',
      'APP_PASSWORD_NEEDED',
      'never',
      77,
    ],
    [
      'ALERT',
      'Please log in via your web browser: https://support.google.com/mail/accounts/answer/78754 (Failure)',
      'WEB_LOGIN_NEEDED',
      'never',
      77,
    ],
    ['WEBALERT', 'Web login required.', 'WEB_LOGIN_NEEDED', 'never', 77],
    [
      'ALERT',
      'Your account is not enabled for IMAP use. Please visit your Gmail settings page and enable your account for IMAP access. (Failure)',
      'IMAP_DISABLED',
      'never',
      77,
    ],
    [
      'ALERT',
      'IMAP access is disabled for your domain. Please contact your domain administrator for questions about this feature. (Failure)',
      'IMAP_DISABLED_FOR_DOMAIN',
      'never',
      77,
    ],
    [
      'PRIVACYREQUIRED',
      'Plaintext authentication disallowed on non-secure (SSL/TLS) connections.',
      'TLS_DEMANDED',
      'never',
      77,
    ],
    ['ALERT', 'Too many simultaneous connections. (Failure)', 'TOO_MANY_CONNECTIONS', 'later', 69],
    ['UNAVAILABLE', 'Temporary System Problem (Failure)', 'SERVER_BUSY', 'later', 69],
    ['OVERQUOTA', 'Account exceeded command or bandwidth limits. (Failure)', 'BANDWIDTH', 'later', 69],
    ['ALERT', 'Account exceeded command or bandwidth limits. (Failure)', 'BANDWIDTH', 'later', 69],
  ])('[%s] %s', (responseCode, text, code, retry, exit) => {
    const fault = connectionFault(refusal(responseCode, text), PLACE);
    expect(fault).toMatchObject({ code, retry, exit });
    expect(fault.message).toContain('imap.gmail.com:993, user news@example.com');
    expect(fault.hint).toBeTruthy();
  });

  test('with access tokens the cure is another: the token is for somebody else, or the connections are too many', () => {
    const place = { ...PLACE, tokens: {} };
    const wrong = connectionFault(refusal('AUTHENTICATIONFAILED', 'Invalid credentials (Failure)'), place);
    expect(wrong).toMatchObject({ code: 'TOKEN_NOT_TAKEN', retry: 'never', exit: 77 });
    expect(wrong.hint).toContain('bounced login');
    // Google says status 400 in the challenge before this one too, so the challenge decides nothing.
    const many = Object.assign(refusal('ALERT', 'Too many simultaneous connections. (Failure)'), {
      oauthError: { status: '400' },
    });
    expect(connectionFault(many, place)).toMatchObject({ code: 'TOO_MANY_CONNECTIONS', retry: 'later' });
  });

  test('the one-use sign-in link of a WEBALERT is not repeated', () => {
    const link = 'https://accounts.google.com/signin/continue?sarp=1&plt=AKgnsbsecret';
    const fault = connectionFault(refusal('WEBALERT', `${link} Web login required.`), PLACE);
    expect(`${fault.message} ${fault.hint ?? ''}`).not.toContain('AKgnsbsecret');
  });

  test('after too much traffic it waits at least fifteen minutes', () => {
    const fault = connectionFault(refusal('OVERQUOTA', 'Account exceeded command or bandwidth limits.'), PLACE);
    expect(fault.waitMs).toBeGreaterThanOrEqual(15 * 60_000);
  });
});

describe('a connection that fails', () => {
  test.each([
    ['ENOTFOUND', 'HOST_UNKNOWN'],
    ['EAI_AGAIN', 'HOST_UNKNOWN'],
    ['ECONNREFUSED', 'CONNECTION_REFUSED'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'TLS_UNTRUSTED'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'TLS_UNTRUSTED'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'TLS_UNTRUSTED'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'TLS_UNTRUSTED'],
    ['CERT_HAS_EXPIRED', 'TLS_EXPIRED'],
    ['CERT_NOT_YET_VALID', 'TLS_NOT_YET_VALID'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'TLS_NAME'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'TLS_NOT_SPOKEN'],
    ['CERT_REVOKED', 'TLS'],
    ['ClosedAfterConnectTLS', 'CLOSED_EARLY'],
    ['ClosedAfterConnectText', 'CLOSED_EARLY'],
    ['GREETING_TIMEOUT', 'NO_GREETING'],
    ['CONNECT_TIMEOUT', 'CONNECTION_LOST'],
    ['ECONNRESET', 'CONNECTION_LOST'],
    ['NoConnection', 'CONNECTION_LOST'],
  ])('%s is worth another try, with its own cure', (errorCode, code) => {
    const fault = connectionFault(Object.assign(new Error('x'), { code: errorCode }), PLACE);
    expect(fault).toMatchObject({ code, retry: 'later', exit: 69 });
  });

  test.each([
    ['Session expired, please login again.', 'SESSION_EXPIRED'],
    ['Account exceeded command or bandwidth limits.', 'BANDWIDTH'],
  ])('the last words of a server count: BYE %s', (reason, code) => {
    const lost = Object.assign(new Error('x'), { code: 'NoConnection', reason });
    expect(connectionFault(lost, PLACE)).toMatchObject({ code, retry: 'later' });
  });

  test('a server that knows no way to log in by token', () => {
    const error = new Error('Unsupported authentication mechanism');
    expect(connectionFault(error, PLACE)).toMatchObject({ code: 'LOGIN_NOT_OFFERED', retry: 'never', exit: 77 });
  });

  test('what nobody foresaw is tried again', () => {
    expect(connectionFault(new Error('odd'), PLACE)).toMatchObject({ code: 'IMAP', retry: 'later' });
  });
});
