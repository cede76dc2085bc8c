/**
 * The sent mail behind a fixture: what lies in the Sent folder when the report about it comes in.
 * Takes the fixture's expectation, gives the mail's bytes; the same ones each time.
 */
import type { Expected } from '../fixtures/load.ts';

const FIRST_SENT_SECONDS = Date.UTC(2025, 10, 3) / 1000;

/**
 * @param from the account that sends
 * @returns undefined where the fixture names no original
 */
export function originalOf(expected: Expected, from: string): Buffer | undefined {
  const { original } = expected;
  if (original === null) return undefined;
  const { messageId, recipients, meta } = original;
  const sentAt = new Date(sentAtSeconds(expected, meta) * 1000);
  const fields = [
    `From: Shop News <${from}>`,
    `To: ${recipients.join(', ')}`,
    `Subject: ${meta === undefined ? 'Your question' : 'Your November offers'}`,
    `Date: ${sentAt.toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${messageId}>`,
    ...(meta === undefined ? [] : [`X-CleverTap_META: ${meta}`]),
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=UTF-8',
  ];
  return Buffer.from([...fields, '', 'Warm things for cold days.', ''].join('\r\n'));
}

/** Third field of X-CleverTap_META; else a minute before the bounce. */
function sentAtSeconds({ recipients }: Expected, meta: string | undefined): number {
  const noted = Number(meta?.split('|')[2]);
  if (noted > 0) return noted;
  const bounced = recipients.flatMap(({ ts }) => ts ?? []);
  return bounced.length === 0 ? FIRST_SENT_SECONDS : Math.min(...bounced) - 60;
}
