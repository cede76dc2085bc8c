/**
 * Our own version, as the package says it. Takes nothing, reads package.json beside the built files.
 */
import { readFileSync } from 'node:fs';

/** Such as "0.1.0". */
export function readVersion(): string {
  // One folder up from src/ and from dist/ alike.
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
