/**
 * The mails that bounced sends itself: the plain one of `bounced send-test`, and the one whose bounce is to come back.
 * Takes addresses, the time and a token, gives their bytes. Sends nothing.
 */
import { SELF_TEST_FIELD, selfTestId } from './shared/self-test-mark.ts';

/** A mail of a few lines, and its Message-ID without brackets. */
export interface TestMail {
  readonly messageId: string;
  readonly source: string;
}

/** A mail that somebody reads. @param token a UUID */
export function plainTestMail(from: string, to: string, nowMs: number, token: string): TestMail {
  const text = ['This is a test mail. It shows that this account can send.'];
  return mailOf({ from, to, nowMs, messageId: `${token}@${domainOf(from)}`, subject: 'Test mail', fields: [], text });
}

/** A mail that nobody gets; its mark lets its bounce be told from a customer's. @param token a UUID */
export function selfTestMail(from: string, to: string, nowMs: number, token: string): TestMail {
  const text = [
    'bounced sent this mail to an address that does not exist, to see its bounce come',
    'back. Both may be deleted.',
  ];
  const messageId = selfTestId(token, domainOf(from));
  const fields = [`${SELF_TEST_FIELD}: ${token}`];
  return mailOf({ from, to, nowMs, messageId, subject: 'Self-test of bounced', fields, text });
}

/**
 * Where a self-test goes unless it is told otherwise: no server is ever asked about it and nobody can register it
 * (RFC 6761 6.4), so the sending server itself reports that the domain does not exist.
 */
export function nobodysAddress(token: string): string {
  return `selftest-${token.slice(0, 8)}@bounced.invalid`;
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

interface Parts {
  readonly from: string;
  readonly to: string;
  readonly nowMs: number;
  readonly messageId: string;
  readonly subject: string;
  readonly fields: readonly string[];
  readonly text: readonly string[];
}

function mailOf({ from, to, nowMs, messageId, subject, fields, text }: Parts): TestMail {
  const lines = [
    `From: <${from}>`,
    `To: <${to}>`,
    `Subject: ${subject}`,
    // RFC 5322 3.3 wants a numeric zone.
    `Date: ${new Date(nowMs).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${messageId}>`,
    ...fields,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    ...text,
    '',
  ];
  return { messageId, source: lines.join('\r\n') };
}
