/**
 * What has a short way for the usual text is read as by the long one, whatever the text.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isUtf8 } from 'node:buffer';
import libmime from 'libmime';
import { typedValue } from '../../src/message/headers.ts';
import { parseHeaderText } from '../../src/shared/header-fields.ts';
import { matchesOf } from '../../src/shared/matches.ts';
import { oneLine, singleSpaced } from '../../src/shared/one-line.ts';
import { normalise } from '../../src/verdict/match.ts';

function textOf(...words: readonly string[]): fc.Arbitrary<string> {
  const word = fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'binary', maxLength: 3 }));
  return fc.array(word, { maxLength: 40 }).map(list => list.join(''));
}

const PROSE = [
  'ann',
  'Hello',
  ' ',
  '  ',
  '\n',
  '\t \n',
  '\u00a0',
  '\ufeff',
  '\u2028',
  '\u202e',
  '\0',
  'é',
  '`',
  '\u2019',
];
const prose = textOf(...PROSE, '550 ', '550-5.1.1 ', ' 550 5.1.1 ', "'");
const values = textOf('; ', ';', '="', '"', '=', 'charset', 'Boundary', 'title*', 'utf-8', ' ', '(a)', '\\', "''");

const ENDS = ['\r\n', '\n', '\r', '\r\r\n'];
const WORDS = ['From: ann', 'X-Id:', 'X-Id : 7', ':', ' ', '\t', 'no colon', '\u00a0', '\u00e9', '\u00c3\u00a9'];
const block = fc
  .array(fc.tuple(fc.oneof(fc.constantFrom(...WORDS), latin1()), fc.constantFrom('', ...ENDS)), { maxLength: 12 })
  .map(lines => lines.flat().join(''));

function latin1(): fc.Arbitrary<string> {
  return fc.uint8Array({ maxLength: 3 }).map(bytes => Buffer.from(bytes).toString('latin1'));
}

/** RFC 6532: UTF-8 where the bytes are that. */
function asUtf8(text: string): string {
  const bytes = Buffer.from(text, 'latin1');
  return isUtf8(bytes) ? new TextDecoder().decode(bytes) : text;
}

/** RFC 5322 2.2, line by line. */
function fieldsOf(text: string): { name: string; value: string }[] {
  const fields: { name: string; value: string }[] = [];
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line === '') break;
    const [, name, value = ''] = /^([!-9;-~]+)\s*:(.*)$/s.exec(line) ?? [];
    const last = fields.at(-1);
    if (/^[ \t]/.test(line)) {
      if (last !== undefined) last.value = `${last.value} ${line.trim()}`.trim();
    } else if (name !== undefined) fields.push({ name: name.toLowerCase(), value: value.trim() });
  }
  return fields;
}

describe('the short way and the long one give the same', () => {
  test('header fields, whatever ends their lines', () => {
    fc.assert(
      fc.property(block, text => expect(parseHeaderText(text)).toEqual(fieldsOf(asUtf8(text)))),
      { numRuns: 500 },
    );
  });

  test('a text as one line, however much of it is looked at', () => {
    fc.assert(
      fc.property(prose, fc.integer({ min: 1, max: 40 }), (text, limit) => {
        const line = text.slice(0, 4 * limit).replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ');
        expect(oneLine(text, limit)).toBe(line.trim().slice(0, limit));
      }),
    );
  });

  test('single spaces', () => {
    fc.assert(fc.property(prose, text => expect(singleSpaced(text)).toBe(text.replace(/\s+/g, ' '))));
  });

  test('a refusal as wordings are compared with it', () => {
    fc.assert(
      fc.property(prose, text => {
        const plain = text.toLowerCase().replace(/[\u2018\u2019\u00b4`]/g, "'");
        const line = plain
          .replace(/[\u201c\u201d]/g, '"')
          .replace(/\s+/g, ' ')
          .trim();
        const first = /(?:^|[ :;(<'"])([245]\d\d)[- ]/.exec(line);
        const start = first === null ? line.length : first.index + first[0].length;
        const rest = line
          .slice(start)
          .replace(/ ([245]\d\d)[- ](?:[245]\.\d{1,3}\.\d{1,3} )?/g, (whole, code) =>
            code === first?.[1] ? ' ' : whole,
          );
        expect(normalise(text)).toBe(line.slice(0, start) + rest);
      }),
    );
  });

  test('a field with parameters', () => {
    const long = (value: string) => {
      const parsed = libmime.parseHeaderValue(value, { stripComments: true });
      const parameters: Record<string, string> = {};
      for (const [name, text] of Object.entries(parsed.params)) parameters[name.toLowerCase()] = text;
      return { value: parsed.value.toLowerCase().trim(), parameters };
    };
    const usual = 'multipart/report; report-type=delivery-status; Boundary="a; (b) =c"; boundary=d';
    expect(typedValue(usual)).toEqual(long(usual));
    fc.assert(
      fc.property(values, text => {
        for (const value of [text, `text/plain${text}`]) expect(typedValue(value)).toEqual(long(value));
      }),
    );
  });

  test('all places that a pattern fits', () => {
    const pattern = /a[^a]?|b$/g;
    fc.assert(
      fc.property(textOf('a', 'b', 'ab'), text => {
        const all = Array.from(text.matchAll(pattern), ({ index, 0: match }) => [index, match]);
        const found = matchesOf(text, pattern).map(({ index, 0: match }) => [index, match]);
        expect(found).toEqual(all);
        expect(matchesOf(text, pattern, 2)).toHaveLength(Math.min(2, all.length));
      }),
    );
  });
});
