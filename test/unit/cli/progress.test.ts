import { expect, test } from '@jest/globals';
import { openProgress } from '../../../src/cli/progress.ts';
import type { ProgressStream } from '../../../src/cli/progress.ts';

function stream(isTTY: boolean, columns = 20): ProgressStream & { readonly written: string[] } {
  const written: string[] = [];
  const write = ((text: string) => written.push(text) > 0) as ProgressStream['write'];
  return { isTTY, columns, write, written };
}

test('on a terminal one line is drawn over, no wider than it, and taken away at the end', () => {
  const terminal = stream(true);
  const progress = openProgress(terminal, 'xterm');
  progress.tell('waiting: 1 s of 300 s, and more', 0);
  progress.tell('waiting: 2 s', 1_000);
  progress.clear();
  progress.clear();
  expect(terminal.written).toEqual(['\r\u001b[Kwaiting: 1 s of 300', '\r\u001b[Kwaiting: 2 s', '\r\u001b[K']);
});

test.each([
  ['in a pipe', stream(false), 'xterm'],
  ['on a dumb terminal', stream(true), 'dumb'],
])('%s a whole line is told at once and then twice a minute, and nothing steers', (_name, pipe, term) => {
  const progress = openProgress(pipe, term);
  for (let second = 0; second <= 60; second += 1) progress.tell(`waiting: ${second} s`, second * 1_000);
  progress.clear();
  expect(pipe.written).toEqual([0, 30, 60].map(second => `bounced: waiting: ${second} s\n`));
});
