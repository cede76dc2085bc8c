/**
 * The committed test certificate: for loopback alone, and for long enough that no build breaks on a date.
 */
import { expect, test } from '@jest/globals';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { TEST_CA, TEST_CERTIFICATE, TEST_KEY } from '../../servers/tls.ts';

const authority = new X509Certificate(TEST_CA);
const certificate = new X509Certificate(TEST_CERTIFICATE);

test('the authority signed it, and the key fits', () => {
  expect(certificate.verify(authority.publicKey)).toBe(true);
  expect(certificate.checkPrivateKey(createPrivateKey(TEST_KEY))).toBe(true);
});

test('it is for loopback and nothing else', () => {
  expect(certificate.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1');
});

test('both last until 2056', () => {
  for (const one of [authority, certificate]) expect(new Date(one.validTo).getUTCFullYear()).toBe(2056);
});
