import { expect, test } from '@jest/globals';
import { nearest } from '../../../src/runtime/nearest.ts';

const KEYS = ['host', 'port', 'poll', 'password_file', 'sent_folder', 'folder'];

test.each([
  ['prot', 'port'],
  ['Port', 'port'],
  ['pasword_file', 'password_file'],
  ['passwort_flie', 'password_file'],
  ['sent-folder', 'sent_folder'],
  ['x', undefined],
  ['certificate', undefined],
])('%s: %s', (word, meant) => {
  expect(nearest(word, KEYS)).toBe(meant);
});
