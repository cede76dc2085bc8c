/**
 * Everything that a mail could be taken to say: its bytes, and every decoding of any piece of them, side by side.
 * Takes bytes, gives one long text in lower case to look for an address in; never finds out what is meant.
 */

/** All readings of the bytes, one below the other. */
export function allWords(source: Buffer): string {
  const raw = source.toString('latin1').replaceAll('\0', '');
  const words = [raw, quotedPrintable(raw), withoutUtf7(raw), ...base64Runs(raw), ...encodedWords(raw)];
  const readings = words.flatMap(text => [text, asUtf8(text)]);
  return readings
    .flatMap(text => [text, withoutEntities(text), withoutXtext(text)])
    .join('\n')
    .toLowerCase();
}

function asUtf8(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}

/** RFC 2045 6.7 */
function quotedPrintable(text: string): string {
  return text
    .replace(/=[ \t]*(?:\r\n?|\n)/g, '')
    .replace(/=([0-9A-F]{2})/gi, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/** RFC 2045 6.8: lines of nothing else, whatever they are meant to be. */
function base64Runs(text: string): string[] {
  const runs = text.match(/(?:^[ \t]*[A-Za-z\d+/]+={0,2}[ \t]*(?:[\r\n]+|$))+/gm) ?? [];
  return runs.map(run => Buffer.from(run, 'base64').toString('latin1').replaceAll('\0', ''));
}

/** RFC 2152: UTF-16 in base64 between "+" and "-". */
function withoutUtf7(text: string): string {
  return text.replace(/\+([A-Za-z\d+/]+)-?/g, (_all, letters: string) => {
    const bytes = Buffer.from(letters, 'base64');
    return bytes
      .subarray(0, bytes.length - (bytes.length % 2))
      .swap16()
      .toString('utf16le');
  });
}

/** RFC 2047 */
function encodedWords(text: string): string[] {
  return [...text.matchAll(/=\?[^?\s]+\?([bq])\?([^?]*)\?=/gi)].map(([, way = '', word = '']) =>
    way.toLowerCase() === 'b'
      ? Buffer.from(word, 'base64').toString('latin1')
      : quotedPrintable(word.replaceAll('_', ' ')),
  );
}

function withoutEntities(text: string): string {
  return text
    .replace(/<[^<>]*>/g, '')
    .replace(/&(?:#(\d{1,6})|lt|gt|amp|quot);/gi, (entity, code?: string) =>
      code === undefined ? (NAMED[entity.toLowerCase()] ?? entity) : String.fromCodePoint(Number(code)),
    );
}

const NAMED: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&amp;': '&', '&quot;': '"' };

/** RFC 3461 4 and RFC 6533 3 */
function withoutXtext(text: string): string {
  return text
    .replace(/\+([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    .replace(/\\x\{([0-9A-F]{2,6})\}/gi, (all, hex: string) => {
      const code = parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : all;
    });
}
