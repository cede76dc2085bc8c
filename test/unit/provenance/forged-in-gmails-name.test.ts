/**
 * A mail in the name of Gmail's reports that the receiving server found false is known as forged, even without an
 * account to ask; what nobody vouches for or against is left open.
 */
import { describe, expect, test } from '@jest/globals';
import { forgedInGmailsName } from '../../../src/provenance/provenance.ts';
import { fields } from '../report/build.ts';

const FROM = 'Mail Delivery Subsystem <mailer-daemon@googlemail.com>';
const why = (results: string | string[], from = FROM): string | undefined =>
  forgedInGmailsName(fields({ 'authentication-results': results, from }));

describe('forged', () => {
  test('where the receiving server says that dmarc failed for that domain', () => {
    expect(why('mx.google.com; dmarc=fail (p=NONE) header.from=googlemail.com')).toContain('dmarc=fail');
  });

  test('also below what a server on the way added', () => {
    expect(why(['mx.relay.example; none', 'mx.google.com; dmarc=fail header.from=googlemail.com'])).toBeDefined();
  });
});

describe('left open', () => {
  test.each<[string, string | string[]]>([
    ['dmarc passed', 'mx.google.com; dmarc=pass header.from=googlemail.com'],
    ['dmarc failed for another domain', 'mx.google.com; dmarc=fail header.from=shop.example'],
    ['another server says so', 'mx.evil.example; dmarc=fail header.from=googlemail.com'],
    [
      'a field below the first says so',
      ['mx.google.com; none', 'mx.google.com; dmarc=fail header.from=googlemail.com'],
    ],
    ['two results', 'mx.google.com; dmarc=fail header.from=googlemail.com; dmarc=pass header.from=googlemail.com'],
    ['the field cannot be read', 'mx.google.com; dmarc=fail (never closed header.from=googlemail.com'],
  ])('%s', (_name, results) => {
    expect(why(results)).toBeUndefined();
  });

  test('it is from somebody else', () => {
    expect(why('mx.google.com; dmarc=fail header.from=googlemail.com', 'postmaster@provider.example')).toBeUndefined();
  });
});
