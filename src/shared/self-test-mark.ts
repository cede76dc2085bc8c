/**
 * The mark of a mail that bounced sent to itself to see its bounce come back. Takes a token or the fields of a mail in
 * Sent, gives mark or answer. A mark in any other mail says nothing: anybody can write one.
 */

/** Lower case, as header fields are asked for. */
export const SELF_TEST_FIELD = 'x-bounced-selftest';

const BEFORE_TOKEN = 'bounced-selftest.';
const MARKED_ID = /^bounced-selftest\.([0-9a-f-]{36})@/;

/** The Message-ID of such a mail, without brackets. @param token a UUID */
export function selfTestId(token: string, domain: string): string {
  return `${BEFORE_TOKEN}${token}@${domain}`;
}

/** Its Message-ID has the form of one, which anybody may imitate. */
export function looksLikeSelfTest(messageId: string): boolean {
  return MARKED_ID.test(messageId);
}

/** True for a mail in Sent that bears the mark: field and Message-ID name the same token. */
export function bearsSelfTestMark(messageId: string, field: string | undefined): boolean {
  const token = MARKED_ID.exec(messageId)?.[1];
  return token !== undefined && field?.trim() === token;
}
