/**
 * RFC 8601 2.2 read to the last character: what a field says, and every way to make it say more than its server said.
 */
import { describe, expect, test } from '@jest/globals';
import { parseAuthenticationResults } from '../../../src/provenance/authentication-results.ts';

/** "dkim=pass header.d=x" for each result; the anomaly in its place where there is one. */
function read(value: string): string[] | string {
  const parsed = parseAuthenticationResults(value);
  if ('anomaly' in parsed) return `anomaly: ${parsed.anomaly}`;
  const results = parsed.results.map(({ method, result, properties }) =>
    [`${method}=${result}`, ...[...properties].map(([name, text]) => `${name}=${text}`)].join(' '),
  );
  return [parsed.authservId, ...results];
}

describe('what real servers write', () => {
  test.each([
    [
      "Gmail's own",
      'mx.google.com; dkim=pass header.i=@googlemail.com header.s=20230601 header.b=yqNSf/No; spf=none (google.com: ' +
        'mail-sor-f70.google.com does not designate permitted sender hosts) smtp.helo=mail-sor-f70.google.com; ' +
        'dmarc=pass (p=QUARANTINE sp=QUARANTINE dis=NONE) header.from=googlemail.com',
      [
        'mx.google.com',
        'dkim=pass header.i=@googlemail.com header.s=20230601 header.b=yqNSf/No',
        'spf=none smtp.helo=mail-sor-f70.google.com',
        'dmarc=pass header.from=googlemail.com',
      ],
    ],
    ['nobody asked', 'example.org 1; none', ['example.org']],
    ['nobody asked, a comment between', 'example.org(c);(c)none (c)', ['example.org']],
    [
      'a reason and a property',
      'example.com; dkim=fail reason="bad signature; dkim=pass" header.i=@mail.example.net',
      ['example.com', 'dkim=fail header.i=@mail.example.net'],
    ],
    [
      'comments everywhere (RFC 8601 B.7)',
      'foo.example.net (foobar) 1 (baz); dkim (Because I like it) / 1 (One yay) = (wait for it) fail policy ' +
        '(A dot can go here) . (like that) expired (this surprised me) = (as I was not expecting it) 1362471462',
      ['foo.example.net', 'dkim=fail policy.expired=1362471462'],
    ],
    [
      'a quoted local part that looks like results',
      'a.example; spf=pass smtp.mailfrom="a) dmarc=pass (b"@evil.example',
      ['a.example', 'spf=pass smtp.mailfrom=a) dmarc=pass (b@evil.example'],
    ],
    [
      'a rewritten sender with equals signs',
      'a.example; spf=pass smtp.mailfrom=srs0=x=y=b.example=ada@f.example',
      ['a.example', 'spf=pass smtp.mailfrom=srs0=x=y=b.example=ada@f.example'],
    ],
    ['capitals', 'a.example; DKIM=Pass Header.D=B.example', ['a.example', 'dkim=pass header.d=B.example']],
    ['a quoted pair in a comment', 'a.example; spf=pass (\\) dmarc=pass \\() x.y=z', ['a.example', 'spf=pass x.y=z']],
    ['nested comments', 'a.example; spf=fail (note (x) dmarc=pass) x.y=z', ['a.example', 'spf=fail x.y=z']],
    ['a method that only begins like one', 'a.example; dkim=passive', ['a.example', 'dkim=passive']],
    [
      'two results of one method, both told',
      'a.example; dmarc=fail; dmarc=pass',
      ['a.example', 'dmarc=fail', 'dmarc=pass'],
    ],
    [
      'properties stay with their own result',
      'a.example; dkim=fail header.d=victim.example; dkim=pass',
      ['a.example', 'dkim=fail header.d=victim.example', 'dkim=pass'],
    ],
  ])('%s', (_name, value, wanted) => expect(read(value)).toEqual(wanted));
});

describe('what fits no grammar is no result at all', () => {
  test.each([
    [
      'an echoed sender that closes its comment',
      'mx.google.com; spf=fail (domain of "a) dmarc=pass (b"@evil.example) x.y=z',
    ],
    ['a comment that is not closed', 'mx.google.com; dmarc=pass (oops header.from=googlemail.com'],
    ['a comment closed twice', 'mx.google.com; spf=fail (a)) dmarc=pass'],
    ['a quoted string that is not closed', 'mx.google.com; dmarc=pass reason="oops'],
    ['a backslash at the end of a comment', 'mx.google.com; dmarc=pass (oops\\'],
    ['a backslash outside of both', 'mx.google.com; dmarc=pa\\ss'],
    ['two authserv-ids', '"attacker" mx.google.com; dmarc=pass'],
    ['an authserv-id that runs on', 'mx.google.com"x"; dmarc=pass'],
    ['a version nobody knows', 'mx.google.com 2; dmarc=pass'],
    ['a version twice', 'mx.google.com 1 1; dmarc=pass'],
    ['a version in quotes', 'mx.google.com "1"; dmarc=pass'],
    ['no authserv-id', '; dmarc=pass'],
    ['nothing', ''],
    ['no result', 'mx.google.com'],
    ['an empty result', 'mx.google.com; ; dmarc=pass'],
    ['a semicolon at the end', 'mx.google.com; dmarc=pass;'],
    ['none, and one', 'mx.google.com; none; dmarc=pass'],
    ['one, and none', 'mx.google.com; dmarc=pass; none'],
    ['a result in quotes', 'mx.google.com; dmarc="pass"'],
    ['a result without a method', 'mx.google.com; =pass'],
    ['a method without a result', 'mx.google.com; dmarc='],
    ['a method of another version', 'mx.google.com; dmarc/2=pass'],
    ['a result that goes on', 'mx.google.com; dmarc=pass fail header.from=googlemail.com'],
    ['a result that goes on in quotes', 'mx.google.com; dmarc=pass"fail"'],
    ['two equals signs', 'mx.google.com; dmarc==pass'],
    ['a word before a property', 'mx.google.com; dmarc=pass really header.from=googlemail.com'],
    ['a property without a dot', 'mx.google.com; dmarc=pass headerfrom=googlemail.com'],
    ['a property in quotes', 'mx.google.com; dmarc=pass "header.from"=googlemail.com'],
    ['a property twice', 'mx.google.com; dmarc=pass header.from=a.example header.from=googlemail.com'],
    ['a reason after a property', 'mx.google.com; dmarc=pass header.from=a.example reason=x'],
    ['two reasons', 'mx.google.com; dmarc=pass reason=x reason=y'],
    ['a comma between results', 'mx.google.com; spf=fail, dmarc=pass'],
    ['angle brackets', 'mx.google.com; dmarc=pass header.from=<googlemail.com>'],
    ['NUL', 'mx.google.com; dmarc=pass\0 header.from=googlemail.com'],
    ['a line break', 'mx.google.com; dmarc=fail\r\n\tdmarc=pass'],
    ['a bare return', 'mx.google.com; spf=fail\rdmarc=pass'],
    ['a letter that looks like another', 'mx.google.com; dm\u0430rc=pass'],
    ['a direction mark', 'mx.google.com\u202e; dmarc=pass'],
    ['comments deeper than anybody nests', `mx.google.com; dmarc=pass ${'('.repeat(40)}x${')'.repeat(40)}`],
    ['more results than anybody has', `mx.google.com${'; a=b'.repeat(100)}`],
    ['more words than anybody has', `mx.google.com; a=b${' c.d=e'.repeat(2_000)}`],
    ['more than anybody writes', `mx.google.com; dmarc=pass (${'x'.repeat(20_000)})`],
  ])('%s', (_name, value) => expect(read(value)).toMatch(/^anomaly: /));
});

test('a million characters of any kind take no time to speak of', () => {
  for (const piece of ['(', ')', '"', '\\', ';', '=', 'a ', 'a=b ', '"a" ', '(a', '. ', ';;']) {
    for (const count of [16_000, 1_000_000])
      expect(read(`m; ${piece.repeat(count / piece.length)}`)).toMatch(/^anomaly/);
  }
});
