/**
 * The account's SMTP against a server of our own: logging in, one test mail, and each refusal with its cure.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { sendMail, verifySmtp } from '../../../src/runtime/smtp.ts';
import type { MailboxConfig } from '../../../src/runtime/config.ts';
import type { Fault } from '../../../src/shared/fault.ts';
import { Secret } from '../../../src/shared/secret.ts';
import { plainTestMail } from '../../../src/test-mail.ts';
import { startSmtpServer } from '../../servers/smtp-server.ts';
import type { SmtpServer } from '../../servers/smtp-server.ts';
import { TEST_CA } from '../../servers/tls.ts';

const USER = 'news@shop.example';
let smtp: SmtpServer;

beforeEach(async () => {
  smtp = await startSmtpServer({ user: USER, password: 'right-password', token: 'good-token' });
});

afterEach(() => smtp.stop());

function mailbox(more: Partial<MailboxConfig> = {}): MailboxConfig {
  return {
    ...{ name: 'campaigns', callback: 'clevertap', host: 'localhost', port: 1, tls: 'implicit', ca: TEST_CA },
    ...{ user: USER, password: new Secret('right-password'), backfillDays: 7, pollMs: 60_000 },
    smtp: { host: 'localhost', port: smtp.port, tls: 'implicit' },
    ...more,
  };
}

const signal = (): AbortSignal => AbortSignal.timeout(30_000);
const faultOf = (work: Promise<unknown>): Promise<Fault> =>
  work.then(
    () => Promise.reject(new Error('no fault')),
    (error: unknown) => error as Fault,
  );

describe('the test mail', () => {
  test('goes from the account to the address, whole, and the answer of the server is told', async () => {
    const { messageId, source } = plainTestMail(USER, 'me@example.com', Date.UTC(2026, 0, 2, 3, 4, 5), 'id-1');
    expect(await sendMail(mailbox(), { to: 'me@example.com', source }, signal())).toContain('queued as 1');
    expect(messageId).toBe('id-1@shop.example');
    expect(smtp.mails).toHaveLength(1);
    expect(smtp.mails[0]).toMatchObject({ from: USER, to: 'me@example.com' });
    expect(smtp.mails[0]?.source).toContain('Message-ID: <id-1@shop.example>');
    expect(smtp.mails[0]?.source).toContain('Date: Fri, 02 Jan 2026 03:04:05 +0000');
  });

  test('is sent by access token where the mailbox has no password', async () => {
    const token = new Secret('good-token');
    const tokens = { settings: {}, current: () => Promise.resolve(token), secrets: () => [token] };
    const { password: _none, ...bare } = mailbox();
    await sendMail({ ...bare, tokens }, { to: 'me@example.com', source: 'Subject: x\r\n\r\n' }, signal());
    expect(smtp.mails).toHaveLength(1);
  });
});

test('logging in alone sends nothing', async () => {
  await verifySmtp(mailbox(), signal());
  expect(smtp.mails).toEqual([]);
});

describe('a refusal', () => {
  test.each([
    ['AUTH', '534 5.7.9 Application-specific password required.', 'APP_PASSWORD_NEEDED', 77],
    [
      'AUTH',
      '534 5.7.14 <https://accounts.google.com/signin/continue> Please log in via your web browser',
      'WEB_LOGIN_NEEDED',
      77,
    ],
    ['AUTH', '535 5.7.8 Username and Password not accepted.', 'LOGIN_REFUSED', 77],
    ['AUTH', '454 4.7.0 Too many login attempts, please try again later.', 'SMTP_BUSY', 69],
    ['DATA', '550 5.4.5 Daily user sending limit exceeded.', 'SENDING_LIMIT', 69],
    ['RCPT', '553 5.1.3 The recipient address is not a valid RFC 5321 address.', 'SMTP_REFUSED', 65],
  ])('%s: %s', async (command, answer, code, exit) => {
    smtp.answers[command] = answer;
    const fault = await faultOf(sendMail(mailbox(), { to: 'me@example.com', source: 'Subject: x\r\n\r\n' }, signal()));
    expect(fault).toMatchObject({ code, exit });
    expect(fault.hint).toBeTruthy();
    expect(smtp.mails).toEqual([]);
  });

  test('of the password never repeats it', async () => {
    const fault = await faultOf(verifySmtp(mailbox({ password: new Secret('wrong-password') }), signal()));
    expect(fault).toMatchObject({ code: 'LOGIN_REFUSED', exit: 77 });
    expect(`${fault.message}${fault.hint ?? ''}`).not.toContain('wrong-password');
  });

  test('by a certificate of nobody we trust', async () => {
    const { ca: _none, ...bare } = mailbox();
    expect(await faultOf(verifySmtp(bare, signal()))).toMatchObject({ code: 'TLS_UNTRUSTED', exit: 69 });
  });

  test('by nobody at all', async () => {
    await smtp.stop();
    expect(await faultOf(verifySmtp(mailbox(), signal()))).toMatchObject({ code: 'CONNECTION_REFUSED', exit: 69 });
    smtp = await startSmtpServer({ user: USER });
  });

  test('a server that is not known is no guess', async () => {
    const { smtp: _none, ...bare } = mailbox();
    expect(await faultOf(verifySmtp(bare, signal()))).toMatchObject({ code: 'NO_SMTP', exit: 78 });
  });
});
