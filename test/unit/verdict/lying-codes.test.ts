/**
 * Refusals whose code says something else than their words, one of each kind that receivers are known for. The table
 * (lying-codes.tsv) gives the refusing host, a Status field where it differs from the reply, the reply, the prose.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { said, verdictOn } from './build.ts';

const table = readFileSync('test/unit/verdict/lying-codes.tsv', 'utf8');
const rows = table
  .trimEnd()
  .split('\n')
  .slice(1)
  .map(line => line.split('\t'));

test.each(rows)('%s: %s %s %s', (_about, host, status, reply, prose, verdict, reason) => {
  const decided = verdictOn({
    ...(reply === '' ? { status } : said(reply, host || undefined, status || undefined)),
    ...(prose === '' ? {} : { prose }),
  });
  expect({ verdict: decided.verdict, reason: decided.reason }).toEqual({ verdict, reason });
});

test('the table is whole: seven columns, a hard and a soft case at the least', () => {
  expect(rows.filter(row => row.length !== 7)).toEqual([]);
  expect(new Set(rows.map(row => row[5]))).toEqual(new Set(['hard', 'soft']));
});
