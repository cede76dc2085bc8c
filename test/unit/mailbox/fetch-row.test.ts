/**
 * Answers to FETCH as servers write them: what is told of a mail is read as it stands, whatever form the server has
 * chosen for it, and a line that nobody can read is a failure, never a mail without content.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { NotAnAnswer } from '../../../src/mailbox/answer-words.ts';
import type { Line } from '../../../src/mailbox/answer-words.ts';
import { readFetchRow } from '../../../src/mailbox/fetch-row.ts';
import type { PartStructure } from '../../../src/mailbox/mailbox.ts';
import { readLines } from '../../../src/mailbox/own-lines.ts';
import { LIMITS } from '../../../src/shared/limits.ts';
import { loadFixtures } from '../../fixtures/load.ts';
import { asFetched } from '../../fuzz/fetched.ts';
import { bodyStructure } from '../../servers/bodystructure.ts';
import { parseMime } from '../../servers/mime-tree.ts';

/** The line as imapflow hands it on: literals taken out, behind their announcement. */
function line(wire: string): Line {
  const literals: Buffer[] = [];
  let payload = '';
  let rest = wire;
  for (let found = /\{(\d+)\}\r\n/.exec(rest); found !== null; found = /\{(\d+)\}\r\n/.exec(rest)) {
    const start = found.index + found[0].length;
    const end = start + Number(found[1]);
    literals.push(Buffer.from(rest.slice(start, end), 'latin1'));
    payload += rest.slice(0, start);
    rest = rest.slice(end);
  }
  return { payload: Buffer.from(payload + rest, 'latin1'), literals };
}

const row = (items: string) => readFetchRow(line(`* 12 FETCH (${items})`));
const structure = (told: string): PartStructure | undefined => row(`UID 7 BODYSTRUCTURE ${told}`)?.structure;

describe('what is told of a mail', () => {
  test('size, date, labels and the number that Gmail gives it', () => {
    const told = row(
      'X-GM-MSGID 1850000000000000001 X-GM-LABELS ("\\\\Inbox" \\Sent "K&AOQ-se" {7}\r\nc(r)\\"d) UID 4294967295 ' +
        'RFC822.SIZE 44827 INTERNALDATE "17-Jul-2026 02:44:25 -0700" FLAGS (\\Seen) MODSEQ (917162500)',
    );
    expect(told).toEqual({
      ...{ uid: 4294967295, size: 44827, gmailId: '1850000000000000001' },
      internalDateMs: Date.UTC(2026, 6, 17, 9, 44, 25),
      labels: new Set(['\\Inbox', '\\Sent', 'K&AOQ-se', 'c(r)\\"d']),
      sections: new Map(),
    });
  });

  test.each([
    ['fields of the header', 'BODY[HEADER.FIELDS (FROM TO)] {13}\r\nFrom: a@b\r\n\r\n', 'header', 'From: a@b\r\n\r\n'],
    ['fields with their names in quotes', 'BODY[HEADER.FIELDS ("From")] {2}\r\nxy', 'header', 'xy'],
    ['a part from an origin on', 'BODY[1.2]<0> {3}\r\na)b', '1.2', 'a)b'],
    ['the header of a returned mail', 'body[2.Header] {1}\r\nx', '2.header', 'x'],
    ['a whole mail', 'BODY[] {5}\r\n{3}\r\n', '', '{3}\r\n'],
    ['a literal of eight-bit bytes (RFC 3516)', 'BODY[1] ~{2}\r\n\xe9\x00', '1', '\xe9\x00'],
    ['a short part in quotes', 'BODY[1] "say \\"hi\\" \\\\ \xe9"', '1', 'say "hi" \\ \xe9'],
    ['an empty part', 'BODY[1] ""', '1', ''],
  ])('%s', (_what, items, section, bytes) => {
    expect(row(`UID 7 ${items}`)?.sections).toEqual(new Map([[section, Buffer.from(bytes, 'latin1')]]));
  });

  test('a part that is not there is missing, and so is a structure', () => {
    const told = row('UID 7 BODY[4] NIL BODYSTRUCTURE NIL X-GM-LABELS NIL X-GM-MSGID NIL RFC822.SIZE NIL');
    expect(told?.sections.size).toBe(0);
    expect([told?.structure, told?.labels, told?.gmailId, told?.size]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('what somebody else does meanwhile is no answer', () => {
    expect(row('UID 7 FLAGS (\\Seen)')).toBeUndefined();
    expect(row('FLAGS (\\Seen) MODSEQ (9)')).toBeUndefined();
    expect(row('RFC822.SIZE 3')).toBeUndefined();
    expect(readFetchRow(line('* 12 EXISTS'))).toBeUndefined();
    expect(readFetchRow(line('A1 OK FETCH (UID 7 RFC822.SIZE 3)'))).toBeUndefined();
  });
});

describe('the shape of a mail', () => {
  test('of every fixture it is that of the mail', async () => {
    const fixtures = await loadFixtures();
    let compared = 0;
    for (const { source, name } of fixtures) {
      const { structure: shape } = asFetched(source);
      if (shape === undefined || isHollow(shape) || depth(shape) > LIMITS.depth) continue;
      compared += 1;
      expect([name, plain(structure(bodyStructure(parseMime(source))))]).toEqual([name, asTold(shape)]);
    }
    expect(compared).toBeGreaterThan(200);
  });

  test.each([
    ['without the number of lines', '("TEXT" "PLAIN" ("CHARSET" "x") NIL NIL "7BIT" 12 NIL ("INLINE" NIL) NIL)'],
    ['with it', '("text" "plain" ("charset" "x") NIL NIL "7bit" 12 3 NIL ("inline" ("filename" "a")) NIL NIL "u")'],
    [
      'with more behind it',
      '("text" "plain" ("charset" "x") "<i@d>" "d" "7bit" 12 3 "md5" ("inline" NIL) "en" NIL ("x" (1)))',
    ],
    [
      'with literals',
      '({4}\r\ntext {5}\r\nplain ({7}\r\ncharset {1}\r\nx) NIL NIL {4}\r\n7bit 12 3 NIL ({6}\r\ninline NIL))',
    ],
  ])('of a text %s', (_what, told) => {
    expect(structure(told)).toEqual({
      ...{ path: '1', contentType: 'text/plain', parameters: { charset: 'x' }, encoding: '7bit', sizeBytes: 12 },
      ...{ disposition: 'inline', children: [] },
    });
  });

  test('BODY ends early, and a mail within a mail is left out', () => {
    const inner = '("text" "plain" NIL NIL NIL "7bit" 3 1)';
    const message = `("message" "rfc822" NIL NIL NIL "7bit" 90 (NIL "s" NIL NIL NIL NIL NIL NIL NIL "<i>") (${inner}${inner} "mixed") 9)`;
    const shape = structure(`(${inner}${message}("image" "png" NIL NIL NIL "base64" 7) "REPORT")`);
    expect(shape).toMatchObject({ path: '', contentType: 'multipart/report', parameters: {} });
    const told = shape?.children.map(({ path, contentType, sizeBytes, children }) => [
      path,
      contentType,
      sizeBytes,
      children,
    ]);
    expect(told).toEqual([
      ['1', 'text/plain', 3, []],
      ['2', 'message/rfc822', 90, []],
      ['3', 'image/png', 7, []],
    ]);
  });

  test('parts and depth end at the limits, and what is told behind the shape is still read', () => {
    const leaf = '("text" "plain" NIL NIL NIL "7bit" 3 1)';
    const wide = row(`UID 7 BODYSTRUCTURE (${leaf.repeat(20_000)} "mixed") BODY[HEADER] {1}\r\nx`);
    expect(count(wide?.structure)).toBe(LIMITS.parts);
    expect(wide?.sections.get('header')).toEqual(Buffer.from('x'));
    const deep = row(`UID 7 BODYSTRUCTURE ${'('.repeat(100_000)}${leaf}${' "mixed")'.repeat(100_000)} RFC822.SIZE 9`);
    expect(depth(deep?.structure)).toBe(LIMITS.depth + 1);
    expect(deep?.size).toBe(9);
  });
});

test('a library that hands on no lines is a fault that does not pass', () => {
  expect(() => readLines({}, () => true)).toThrow(expect.objectContaining({ code: 'IMAPFLOW', retry: 'never' }));
});

describe('a line that nobody can read', () => {
  test.each([
    ['ends in a list', 'UID 7 BODYSTRUCTURE (("text" "plain"'],
    ['ends in a string', 'UID 7 BODY[1] "x'],
    ['misses its literal', 'UID 7 BODY[1] {9}'],
    ['closes what was not opened', 'UID 7 BODY[1] )) x'],
  ])('%s', (_what, items) => {
    expect(() => readFetchRow({ payload: Buffer.from(`* 1 FETCH (${items}`), literals: [] })).toThrow(NotAnAnswer);
  });

  test('throws nothing else, whatever it holds', () => {
    const words = [
      'UID 7 ',
      '(',
      ')',
      '"',
      '\\',
      '{3}\r\n',
      'NIL ',
      'BODY[1] ',
      'BODYSTRUCTURE ',
      '"text" ',
      '9 ',
      ' ',
      '[',
      '<0>',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 40 }), pieces => {
        try {
          readFetchRow({ payload: Buffer.from(`* 1 FETCH (${pieces.join('')}`), literals: [Buffer.from('abc')] });
        } catch (error) {
          expect(error).toBeInstanceOf(NotAnAnswer);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  test.each([['('], ['"\\"'], ['\\'], ['"a" '], ['x'], ['{'], ['[']])(
    'of millions of %j takes no more than it is long',
    piece => {
      const long = Buffer.from(`* 1 FETCH (UID 7 BODYSTRUCTURE ${piece.repeat(2_000_000)}`);
      const started = process.cpuUsage();
      expect(() => readFetchRow({ payload: long, literals: [] })).toThrow(NotAnAnswer);
      const { user } = process.cpuUsage(started);
      // A square of it would take hours.
      expect(user / 1_000_000).toBeLessThan(20);
    },
  );
});

function plain(shape: PartStructure | undefined): unknown {
  return JSON.parse(JSON.stringify(shape));
}

/** IMAP tells neither encoding nor size of a multipart; of the parameters those are kept that decoding asks for. */
function asTold({ encoding, sizeBytes, parameters, children, ...rest }: PartStructure): unknown {
  const own = rest.contentType.startsWith('multipart/') ? {} : { encoding, sizeBytes };
  const kept = Object.entries(parameters).filter(([name]) => ['charset', 'format', 'delsp'].includes(name));
  return { ...rest, ...own, parameters: Object.fromEntries(kept), children: children.map(asTold) };
}

/** A multipart without parts: the grammar has no words for it, and servers tell of it as they like. */
function isHollow({ contentType, children }: PartStructure): boolean {
  return contentType.startsWith('multipart/') ? children.length === 0 || children.some(isHollow) : false;
}

function count(shape: PartStructure | undefined): number {
  return shape === undefined ? 0 : shape.children.reduce((sum, child) => sum + count(child), 1);
}

function depth(shape: PartStructure | undefined): number {
  return shape === undefined ? 0 : 1 + Math.max(0, ...shape.children.map(depth));
}
