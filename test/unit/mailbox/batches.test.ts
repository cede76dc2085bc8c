/**
 * Parts of many mails in few commands: everything that is wanted is asked for, and of what is there and not wanted no
 * more than a command of its own would cost.
 */
import { expect, test } from '@jest/globals';
import { inBatches, keyOf } from '../../../src/mailbox/batches.ts';
import type { Shaped } from '../../../src/mailbox/batches.ts';
import type { PartStructure, WantedPart } from '../../../src/mailbox/mailbox.ts';
import { wantedParts } from '../../../src/report/report.ts';
import { LIMITS } from '../../../src/shared/limits.ts';

/** Larger than what a round trip is worth. */
const LARGE = 20_000;

function part(
  path: string,
  contentType: string,
  children: readonly PartStructure[] = [],
  sizeBytes = LARGE,
): PartStructure {
  return { path, contentType, parameters: {}, ...(children.length > 0 ? {} : { sizeBytes }), children };
}
const status = part('2', 'message/delivery-status');
const returned = part('3', 'message/rfc822');
const report = (...children: PartStructure[]): PartStructure => part('', 'multipart/report', children);

const SHAPES = {
  plain: part('1', 'text/plain'),
  report: report(part('1', 'text/plain'), status, returned),
  headersOnly: report(part('1', 'text/plain'), status, part('3', 'text/rfc822-headers')),
  gmail: report(
    part('1', 'multipart/related', [
      part('1.1', 'multipart/alternative', [part('1.1.1', 'text/plain'), part('1.1.2', 'text/html')]),
      part('1.2', 'image/png'),
    ]),
    status,
    returned,
  ),
  attached: part('', 'multipart/mixed', [part('1', 'text/plain'), part('2', 'application/pdf')]),
};

function shaped(structure: PartStructure, uid: number): Shaped {
  const header = Buffer.alloc(0);
  const raw = { uid, identity: { digest: '' }, sizeBytes: 0, header, candidate: true, truncated: false };
  const wanted = wantedParts(structure) as readonly WantedPart[];
  return { raw, structure, wanted };
}
const uidsOf = (mails: readonly Shaped[]): number[] => mails.map(({ raw }) => raw.uid);

test('a text alone goes with reports that have more parts, and each mail is in one batch', () => {
  const mails = [SHAPES.plain, SHAPES.report, SHAPES.headersOnly, SHAPES.gmail, SHAPES.plain].map(shaped);
  const batches = inBatches(mails);
  expect(batches.map(({ mails: some }) => uidsOf(some))).toEqual([[0, 4, 1], [2], [3]]);
  expect(batches[0]?.asked.map(keyOf)).toEqual(['1', '2', '3.HEADER']);
  expect(batches[0]?.shapes.map(({ asked }) => asked.map(keyOf))).toEqual([['1'], ['1', '2', '3.HEADER']]);
});

test('no mail is asked for a large part that it has and nobody wants', () => {
  const all = Object.values(SHAPES).map(shaped);
  for (const { asked, mails } of inBatches(all)) {
    for (const { structure, wanted } of mails) {
      const paths = (one: PartStructure): string[] => [one.path, ...one.children.flatMap(paths)];
      const unwanted = asked.filter(one => !wanted.some(own => keyOf(own) === keyOf(one)));
      expect(unwanted.filter(({ path }) => paths(structure).includes(path))).toEqual([]);
    }
  }
});

test('a few mails with a small part that nobody wants go with the many', () => {
  const attached = part('', 'multipart/mixed', [part('1', 'text/plain'), part('2', 'application/pdf', [], 5_000)]);
  const all = (few: number): Shaped[] => [
    ...Array.from({ length: few }, (_, uid) => shaped(attached, uid)),
    ...Array.from({ length: 50 }, (_, uid) => shaped(SHAPES.report, 100 + uid)),
  ];
  expect(inBatches(all(2)).map(({ mails }) => mails.length)).toEqual([52]);
  expect(inBatches(all(3)).map(({ mails }) => mails.length)).toEqual([50, 3]);
});

test('of a part that is wanted to different lengths the most is asked for', () => {
  const text = shaped(SHAPES.plain, 1);
  const more = { ...text, wanted: [{ path: '1', section: 'body' as const, maxBytes: 8_000 }] };
  const batches = inBatches([{ ...text, wanted: [{ path: '1', section: 'body', maxBytes: 1_000 }] }, more]);
  expect(batches.map(({ asked }) => asked)).toEqual([more.wanted]);
});

test('a command asks for no more parts than servers take in a line', () => {
  const many = (at: number): Shaped => {
    const parts = Array.from({ length: 30 }, (_, n) => part(`${at}.${n}`, 'text/plain', [], 0));
    const wanted = parts.map(({ path }) => ({ path, section: 'body' as const, maxBytes: 1 }));
    return { ...shaped(SHAPES.plain, at), structure: part('', 'multipart/mixed', parts), wanted };
  };
  expect(inBatches([1, 2, 3].map(many)).map(({ asked }) => asked.length)).toEqual([30, 30, 30]);
});

test('a mail that may have more parts than are told goes by itself', () => {
  const many = part('', 'multipart/mixed', [
    part('1', 'text/plain'),
    ...Array.from({ length: LIMITS.parts }, (_, at) => part(`${at + 4}`, 'image/png')),
  ]);
  const closed = part('1', 'message/rfc822');
  const batches = inBatches([shaped(SHAPES.report, 1), shaped(many, 2), shaped(closed, 3), shaped(SHAPES.gmail, 4)]);
  expect(batches.map(({ mails }) => uidsOf(mails))).toEqual([[1], [2], [3], [4]]);
});
