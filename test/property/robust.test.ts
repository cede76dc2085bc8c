/**
 * The same mail in other bytes gives the same verdicts: every change over every fixture, then several at once.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readBounce } from '../../src/index.ts';
import { loadFixtures } from '../fixtures/load.ts';
import type { Fixture } from '../fixtures/load.ts';
import { choices } from './change.ts';
import { CHANGES } from './changes.ts';
import { parseMail, printMail } from './mail-tree.ts';
import type { LineEnd, Part } from './mail-tree.ts';

/** Seeds tried for each change and fixture; no two fixtures get the same. */
const SEEDS = 2;
/** Mixtures tried; with a seed of their own, so that every run tries the same. */
const MIXTURES = { numRuns: 1000, seed: 20251120 };
const LINE_ENDS: readonly LineEnd[] = ['\n', '\r\n', '\r'];

interface Case {
  readonly fixture: Fixture;
  readonly tree: Part;
  readonly before: readonly string[];
}

const cases: readonly Case[] = await Promise.all(
  (await loadFixtures()).map(async fixture => ({
    fixture,
    tree: parseMail(fixture.source),
    before: await reading(fixture.source),
  })),
);

describe('the mail as bytes', () => {
  test.each(LINE_ENDS.map(end => [JSON.stringify(end), end] as const))('with %s as line end', async (_name, end) => {
    const found: string[] = [];
    for (const { fixture, before } of cases) {
      // A CR alone ends no line where CRLF does: turning all three into one would end some that went on.
      const source = fixture.source.toString('latin1').replace(/\r\n/g, '\n');
      if (source.includes('\r')) continue;
      const after = await reading(Buffer.from(source.replaceAll('\n', end), 'latin1'));
      found.push(...difference(fixture.name, before, after));
    }
    expect(found).toEqual([]);
  });
});

describe('each change over each fixture', () => {
  test.each(CHANGES.map(change => [change.name, change] as const))('%s', async (_name, change) => {
    const found: string[] = [];
    for (const [index, { fixture, tree, before }] of cases.entries()) {
      const seen = new Set<string>();
      for (let seed = index; seed < SEEDS * cases.length; seed += cases.length) {
        const changed = change.apply(tree, choices(seed));
        const bytes = changed && printMail(changed);
        if (bytes === undefined || seen.has(bytes.toString('latin1'))) continue;
        seen.add(bytes.toString('latin1'));
        found.push(...difference(`${fixture.name}, seed ${seed}`, before, await reading(bytes)));
      }
    }
    expect(found).toEqual([]);
  });
});

test('several changes, one after the other', async () => {
  const one = (name: string): Case => cases.find(({ fixture }) => fixture.name === name)!;
  const property = fc.asyncProperty(
    fc.constantFrom(...cases.map(({ fixture }) => fixture.name)),
    fc.array(fc.tuple(fc.constantFrom(...CHANGES.map(({ name }) => name)), fc.nat()), { minLength: 1, maxLength: 6 }),
    fc.constantFrom(...LINE_ENDS),
    async (name, steps, lineEnd) => {
      const apply = (mail: Part, [change, seed]: (typeof steps)[number]): Part =>
        CHANGES.find(each => each.name === change)?.apply(mail, choices(seed)) ?? mail;
      const { tree, before } = one(name);
      expect(await reading(printMail(steps.reduce(apply, tree), lineEnd))).toEqual(before);
    },
  );
  await fc.assert(property, MIXTURES);
});

/** A line where a mail is read otherwise than before. */
function difference(name: string, before: readonly string[], after: readonly string[]): string[] {
  return before.join() === after.join() ? [] : [`${name}: ${before.join(', ')} -> ${after.join(', ')}`];
}

/** What a mail means to us: whether it is a bounce, the fate of each recipient, and the mail it is about. */
async function reading(source: Buffer): Promise<string[]> {
  const { isBounce, originalMessageIds, verdicts } = await readBounce(source);
  const fates = verdicts.map(one => [one.recipient, one.verdict, one.reason, one.status ?? ''].join(' ')).sort();
  return [isBounce ? 'bounce' : 'no bounce', ...fates, ...originalMessageIds];
}
