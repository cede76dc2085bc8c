/**
 * The changes themselves: each really changes bytes, in many mails, and only what its name says.
 */
import { describe, expect, test } from '@jest/globals';
import { loadFixtures } from '../fixtures/load.ts';
import { choices, shuffled } from './change.ts';
import type { Change } from './change.ts';
import { CHANGES } from './changes.ts';
import * as header from './header-changes.ts';
import { boundaryOf, fieldValue, leavesOf, parseMail, partsOf, printMail, typeOf } from './mail-tree.ts';
import type { Part } from './mail-tree.ts';
import * as part from './part-changes.ts';
import * as words from './text-changes.ts';
import { decodedBody, encodingOf, isEncodable } from './transfer.ts';

const fixtures = (await loadFixtures()).map(({ name, source }) => ({ name, source, tree: parseMail(source) }));

interface Pair {
  readonly name: string;
  readonly before: Part;
  readonly after: Part;
}

const known = new Map<Change, Pair[]>();

/** Pairs of mails before and after; all there are. */
function changedBy(change: Change): Pair[] {
  const pairs =
    known.get(change) ??
    fixtures.flatMap(({ name, tree }, index) => {
      const after = change.apply(tree, choices(index));
      return after === undefined ? [] : [{ name, before: tree, after: parseMail(printMail(after)) }];
    });
  known.set(change, pairs);
  return pairs;
}

function text(mail: Part): string {
  return printMail(mail, '\n').toString('latin1');
}

/** All header fields of all parts, names in lower case, unfolded, without blanks at their end. */
function meaningOf(mail: Part): string[][] {
  return partsOf(mail).map(one =>
    one.fields.map(({ name, raw }) => `${name.toLowerCase()}:${raw.replace(/\n(?=[ \t])/g, '').trimEnd()}`),
  );
}

test('a tree prints the mail it was made of', () => {
  for (const { name, source, tree } of fixtures)
    expect([name, text(tree)]).toEqual([name, source.toString('latin1').replace(/\r\n/g, '\n')]);
  expect(fixtures.filter(({ tree }) => tree.multipart !== undefined).length).toBeGreaterThan(100);
});

test.each(CHANGES.map(change => [change.name, change] as const))('%s: other bytes', (_name, change) => {
  const unchanged = changedBy(change).filter(({ before, after }) => text(before) === text(after));
  expect(unchanged.map(({ name }) => name)).toEqual([]);
});

test.each(CHANGES.map(change => [change.name, change] as const))('%s: in many mails', (_name, change) => {
  // Parts whose encoding can be taken off are rare among the fixtures.
  expect(changedBy(change).length).toBeGreaterThan(change.name === 'parts without encoding' ? 8 : 40);
});

describe('header fields', () => {
  test.each([header.refolded, header.unfolded, header.otherCase, header.blanksBehindFields])(
    'with $name mean the same',
    change => {
      for (const { before, after } of changedBy(change)) expect(meaningOf(after)).toEqual(meaningOf(before));
    },
  );

  test('are folded only before blanks, and never into an empty line', () => {
    const folds = changedBy(header.refolded).flatMap(({ after }) => after.fields.map(({ raw }) => raw.split('\n')));
    expect(folds.filter(lines => lines.length > 3).length).toBeGreaterThan(100);
    for (const lines of folds) for (const line of lines.slice(1)) expect(line).toMatch(/^[ \t]+\S/);
  });

  test('that are new stand beside all the old ones, in their order', () => {
    for (const { before, after } of [...changedBy(header.unknownFields), ...changedBy(header.traced)]) {
      const old = before.fields.map(({ raw }) => raw);
      const left = after.fields.map(({ raw }) => raw);
      expect(left.filter(raw => old.includes(raw))).toEqual(old);
      expect(left.length).toBeGreaterThan(old.length);
    }
  });

  test('of a delivery status are the same after folds and additions', () => {
    for (const change of [header.statusRefolded, header.extensionFields]) {
      for (const { before, after } of changedBy(change)) {
        const statusOf = (mail: Part): string =>
          leavesOf(mail)
            .filter(one => /delivery-status/.test(typeOf(one)))
            .map(decodedBody)
            .join();
        const added = /^X-Example-Queue-Id:.*\n/gm;
        expect(
          statusOf(after)
            .replace(added, '')
            .replace(/\n(?=[ \t])/g, ''),
        ).toBe(statusOf(before).replace(/\n(?=[ \t])/g, ''));
      }
    }
  });
});

describe('parts', () => {
  test.each(['as it is', 'quoted-printable', 'base64'] as const)('put in %s hold the same text', encoding => {
    for (const { before, after } of changedBy(part.reencoded(encoding))) {
      expect(leavesOf(after).map(decodedBody)).toEqual(leavesOf(before).map(decodedBody));
      const encoded = leavesOf(after).filter(isEncodable);
      expect(encoded.map(encodingOf)).toEqual(encoded.map(() => encoding));
      const lengths = encoded.flatMap(one => one.body!.split('\n')).map(line => line.length);
      if (encoding !== 'as it is') expect(Math.max(...lengths)).toBeLessThan(77);
    }
  });

  test('keep what is in them when boundaries change', () => {
    for (const { before, after } of changedBy(part.otherBoundaries)) {
      expect(leavesOf(after)).toEqual(leavesOf(before));
      expect(boundaryOf(after)).not.toBe(boundaryOf(before));
    }
  });

  test('come in another order, each once', () => {
    for (const { before, after } of changedBy(part.otherOrder)) {
      const [old, left] = [before, after].map(mail => mail.multipart!.parts.map(text));
      expect(left).not.toEqual(old);
      expect(left!.toSorted()).toEqual(old!.toSorted());
    }
  });

  test('that are added leave the others alone', () => {
    for (const { before, after } of [...changedBy(part.extraPart), ...changedBy(part.emptyPart)]) {
      const left = after.multipart!.parts.map(text);
      const old = before.multipart!.parts.map(text);
      expect(left.length).toBe(old.length + 1);
      expect(left.filter(one => old.includes(one)).length).toBeGreaterThanOrEqual(old.length);
    }
  });

  test('are the whole mail once more inside of a wrapper', () => {
    for (const { before, after } of changedBy(part.wrapped)) {
      expect(typeOf(after)).toBe('multipart/mixed');
      const [inner, ...more] = after.multipart!.parts;
      expect(more).toEqual([]);
      expect(leavesOf(inner!).map(decodedBody)).toEqual(leavesOf(before).map(decodedBody));
      expect(typeOf(inner!)).toBe(typeOf(before));
    }
  });

  test('of a report stay where they are when its type is lost', () => {
    for (const { before, after } of changedBy(part.flattened)) {
      expect(fieldValue(after, 'content-type')).not.toMatch(/multipart\/report|report-type/i);
      expect(leavesOf(after)).toEqual(leavesOf(before));
    }
  });
});

describe('the text', () => {
  const wordsOf = (mail: Part): string[] => leavesOf(mail).filter(isEncodable).map(decodedBody).join(' ').split(/\s+/);

  test('has the same words in shorter lines', () => {
    for (const { before, after } of changedBy(words.rewrapped)) {
      expect(wordsOf(after).filter(Boolean)).toEqual(wordsOf(before).filter(Boolean));
      const first = decodedBody(leavesOf(after).find(one => typeOf(one) === 'text/plain')!);
      for (const line of first.split('\n')) if (line.length > 70) expect(line.trim()).toMatch(/^(?:\S+|[-_=*]{3}.*)$/);
    }
  });

  test('has the same lines with blanks behind them', () => {
    for (const { before, after } of changedBy(words.blanksBehindLines)) {
      expect(text(after)).not.toBe(text(before));
      expect(text(after).replace(/[ \t]+$/gm, '')).toBe(text(before).replace(/[ \t]+$/gm, ''));
    }
  });

  test('stands above a footer as it was', () => {
    for (const change of [words.footer, words.listFooter]) {
      for (const { before, after } of changedBy(change)) {
        const [old, left] = [wordsOf(before), wordsOf(after)].map(list => list.filter(Boolean));
        expect(left!.length).toBeGreaterThan(old!.length);
      }
    }
  });

  test('has a headline of ASCII letters that says something else', () => {
    for (const { before, after } of changedBy(words.translated)) {
      expect(fieldValue(after, 'subject')).toMatch(/^(?:=\?[a-z\d_-]+\?B\?[A-Za-z\d+/=]+\?=\s*)+$/);
      expect({ ...after, fields: [] }).toEqual({ ...before, fields: [] });
    }
  });

  test('in HTML has no mark that is read as one', () => {
    for (const { after } of changedBy(words.asHtml)) {
      const html = leavesOf(after).find(one => typeOf(one) === 'text/html')!;
      expect(decodedBody(html)).toMatch(/^<html><body><div>(?:[^<>]|<br>)*<\/div><\/body><\/html>\n/);
    }
  });
});

test('choices are the same for the same seed, and stay in their range', () => {
  const drawn = (seed: number): number[] =>
    Array.from({ length: 200 }, () => choices(seed)).map((one, at) => one(at + 1));
  expect(drawn(5)).toEqual(drawn(5));
  expect(drawn(5)).not.toEqual(drawn(6));
  const choose = choices(1);
  const counts = [0, 0, 0];
  for (let at = 0; at < 3000; at++) counts[choose(3)]! += 1;
  for (const count of counts) expect(count).toBeGreaterThan(800);
  expect(shuffled([1], choose)).toBeUndefined();
  for (let at = 0; at < 50; at++) expect(shuffled([1, 2, 3], choose)).not.toEqual([1, 2, 3]);
});
