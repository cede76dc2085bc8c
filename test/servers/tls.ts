/**
 * The committed test certificates as strings. For servers on loopback only.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

function read(name: string): string {
  return readFileSync(fileURLToPath(new URL(`./tls/${name}`, import.meta.url)), 'utf8');
}

export const TEST_CA = read('ca.crt');
export const TEST_CERTIFICATE = read('server.crt');
export const TEST_KEY = read('server.key');
/** With the same key, each its own authority. */
export const EXPIRED_CERTIFICATE = read('expired.crt');
export const OTHER_NAME_CERTIFICATE = read('other-name.crt');
