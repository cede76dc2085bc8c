/**
 * Keeps the callback's URL out of what others say: an error page often repeats the path it was asked for. Takes the
 * URL, gives a function that blots it out of a text. Pure.
 */
import type { Secret } from '../shared/secret.ts';

/** Shorter parts, such as "sms" or "v1", tell nothing, and blotting them out would spoil every sentence. */
const TELLING_CHARS = 6;

/** Blots out the whole URL, its path, and each telling segment and value of it, also where they are escaped. */
export function hideUrl(secret: Secret): (text: string) => string {
  const parts = partsOf(secret.reveal());
  return text => parts.reduce((rest, part) => rest.replaceAll(part, '[secret]'), text);
}

function partsOf(text: string): string[] {
  const url = new URL(text);
  const path = `${url.pathname}${url.search}`;
  const segments = url.pathname.split('/').map(decoded);
  const plain = [text, url.href, path, url.pathname, url.search, url.username, url.password, ...segments];
  const telling = [...plain, ...url.searchParams.values()].filter(part => part.length >= TELLING_CHARS);
  const all = telling.flatMap(part => [part, encodeURIComponent(part), part.replaceAll('&', '&amp;')]);
  // The longest first: a part of it must not leave the rest standing.
  return [...new Set(all)].sort((one, other) => other.length - one.length);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
