/**
 * Gmail's reports without a machine-readable part: the older ones ("Technical details of permanent failure") and
 * those of Google Groups, in every language. From, subject and X-Failed-Recipients are the same in all.
 */
import { cleanAddress } from '../../shared/address.ts';
import { headerValue, headerValues } from '../../shared/header-fields.ts';
import { ownWords } from './blocks.ts';
import type { Reader } from './reader.ts';
import { textReport } from './text-report.ts';

export const gmailText: Reader = {
  name: 'gmail',
  read(message) {
    const from = headerValue(message.headers, 'from') ?? '';
    if (!/mailer-daemon@(?:googlemail|gmail|google)\.com/i.test(from)) return undefined;
    const failed = headerValues(message.headers, 'x-failed-recipients').flatMap(value => value.split(','));
    const addresses = failed.flatMap(value => cleanAddress(value) ?? []);
    const text = ownWords(message);
    const words = serverWords(text);
    const blocks = addresses.map(address => ({ address, line: `X-Failed-Recipients: ${address}`, words }));
    return textReport(message, 'gmail', blocks, `${message.subject}\n${text}`);
  },
};

/** What the other server said, where the report quotes it; nothing for Google Groups' translated prose. */
function serverWords(text: string): string {
  const match =
    /(?:the error that the other server returned was|the response from the remote server was|we recommend contacting the other email provider[^:\n]{0,200}|technical details of (?:permanent|temporary) failure)\s*:\s*([^]{1,1500})/i.exec(
      text,
    );
  return match?.[1]?.trim() ?? '';
}
