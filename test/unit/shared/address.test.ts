/**
 * What is an address, and what only looks like one.
 */
import { domainToASCII } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addressKey, cleanAddress, isAddress, sameAddress } from '../../../src/shared/address.ts';

describe('addresses', () => {
  test.each([
    'ann@customer.example',
    '"ann b"@customer.example',
    '"a\\"b"@customer.example',
    'grün@bücher.example',
    "o'brien+tag@customer.example",
    'ann@[192.0.2.1]',
    'ann@[IPv6:2001:db8::1]',
    'e\u0301a@customer.example',
    '"ann b."@customer.example',
  ])('%s', text => {
    expect(isAddress(text)).toBe(true);
    expect(cleanAddress(` mailto:<${text}>,`)).toBe(text);
  });

  test.each(['', 'ann', '@customer.example', 'ann@', 'ann b@customer.example', 'a@b@c.example', '"a"b"@c.example'])(
    'not "%s"',
    text => {
      expect(isAddress(text)).toBe(false);
    },
  );
});

describe('two spellings of one mailbox have one key', () => {
  test.each([
    ['Ann@Customer.EXAMPLE', 'ann@customer.example'],
    ['ann@bücher.example', 'ann@xn--bcher-kva.example'],
    ['ann@customer.example.', 'ann@customer.example.'],
  ])('%s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });

  test('whatever the domain, it is its ASCII form where there is one', () => {
    const label = fc.stringMatching(/^(?:xn--)?[a-z0-9-]{1,12}$/);
    const domain = fc.oneof(
      fc.domain(),
      fc.array(label, { minLength: 1, maxLength: 4 }).map(labels => labels.join('.')),
      fc.ipV4Extended(),
    );
    fc.assert(
      fc.property(domain, host => {
        const ascii = domainToASCII(host);
        expect(addressKey(`ann@${host}`)).toBe(`ann@${ascii === '' ? host : ascii}`);
      }),
      { numRuns: 1000 },
    );
  });
});

test('two addresses are the same when their keys are', () => {
  const part = fc.constantFrom('', 'ann', 'Ann', 'a@b', 'bücher.example', 'BÜCHER.example', 'xn--bcher-kva.example');
  const address = fc.oneof(
    part,
    fc.tuple(part, part).map(pair => pair.join('@')),
  );
  fc.assert(
    fc.property(address, address, (one, other) => {
      expect(sameAddress(one, other)).toBe(addressKey(one) === addressKey(other));
    }),
    { numRuns: 1000 },
  );
  expect(sameAddress('Ann@Bücher.example', 'ann@xn--bcher-kva.EXAMPLE')).toBe(true);
  expect(sameAddress('ann@customer.example', 'bob@customer.example')).toBe(false);
});

describe('nothing unseen is in one, bare or in quotes, in the local part or the domain', () => {
  const UNSEEN = [
    ...[
      '\0',
      '\r',
      '\n',
      '\t',
      '\u001b',
      '\u007f',
      '\u0085',
      '\u00ad',
      '\u034f',
      '\u061c',
      '\u115f',
      '\u200b',
      '\u200d',
    ],
    ...['\u200e', '\u2028', '\u2029', '\u202a', '\u202e', '\u2060', '\u2066', '\u2069', '\u3164', '\ufe0f', '\ufeff'],
    ...['\uffa0', '\ufffd', '\ud800', '\udfff', '\u{e0041}'],
  ];
  test.each(UNSEEN.map(one => [escape(one), one] as const))('%s', (_name, one) => {
    for (const text of [`a${one}b@c.example`, `"a${one}b"@c.example`, `"a\\${one}b"@c.example`, `a@c${one}d.example`]) {
      expect(isAddress(text)).toBe(false);
    }
  });
});

function escape(text: string): string {
  return Array.from(text, one => `U+${(one.codePointAt(0) ?? 0).toString(16)}`).join(' ');
}
