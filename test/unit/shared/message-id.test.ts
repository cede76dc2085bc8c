/**
 * Message-IDs in fields that anyone may have written.
 */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cleanMessageId, cleanMessageIds } from '../../../src/shared/message-id.ts';

const LONGEST = `${'a'.repeat(998 - '@b.example'.length)}@b.example`;

test.each([
  ['the id in its brackets', '<a.1@b.example>', 'a.1@b.example'],
  ['without brackets', ' a.1@b.example ', 'a.1@b.example'],
  ['among comments', '(x) <a.1@b.example> (y)', 'a.1@b.example'],
  ['the first of several', '<a.1@b.example> <a.2@b.example>', 'a.1@b.example'],
  ['the first that is safe', '<a "1"@b.example> <a{2}@b.example> <a.3@b.example>', 'a.3@b.example'],
  ['as long as one may be', `<${LONGEST}>`, LONGEST],
  ['too long', `<a${LONGEST}>`, undefined],
  ['no domain', '<a.1>', undefined],
  ['a quote, which would end a search', '<a"1@b.example>', undefined],
  ['nothing', '<>', undefined],
])('%s', (_what, value, id) => {
  expect(cleanMessageId(value)).toBe(id);
});

test('the one is the first of all, whatever the field', () => {
  const piece = fc.constantFrom('<', '>', '<>', ' ', 'a@b', 'a.1@b.example', '"', 'a', '@', ',');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), pieces => {
      const value = pieces.join('');
      expect(cleanMessageId(value)).toBe(cleanMessageIds(value)[0]);
    }),
    { numRuns: 2000 },
  );
});
