/**
 * The line that is drawn over: it fits, lets the log scroll by above it, and stays away where it cannot be drawn.
 */
import { expect, test } from '@jest/globals';
import { openProgressLine } from '../../../src/cli/progress-line.ts';
import type { ProgressLine } from '../../../src/cli/progress-line.ts';

const ERASE = '\r\u001b[K';

function on(isTTY: boolean, columns: number, term?: string): { line: ProgressLine; written: string[] } {
  const written: string[] = [];
  const stream = { isTTY, columns, write: (text: string) => written.push(text) };
  return { line: openProgressLine(stream, term), written };
}

test('is drawn over itself, the log above it, and taken away at the end', () => {
  const { line, written } = on(true, 80, 'xterm');
  line.write('started\n');
  line.draw?.('news', '1 of 9 mails');
  line.draw?.('news', '2 of 9 mails');
  line.write('bounce\n');
  line.draw?.('news', undefined);
  line.write('caught up\n');
  expect(written).toEqual([
    ...['started\n', `${ERASE}news: 1 of 9 mails`, `${ERASE}news: 2 of 9 mails`],
    ...[`${ERASE}bounce\nnews: 2 of 9 mails`, ERASE, 'caught up\n'],
  ]);
  line.draw?.('news', '1 of 2 mails');
  line.end();
  expect(written.at(-1)).toBe(ERASE);
});

test('holds every mailbox, and is never wider than the terminal', () => {
  const { line, written } = on(true, 30, 'xterm');
  line.draw?.('news', '1 of 9 mails');
  line.draw?.('offers', '2 of 1000 mails');
  expect(written.at(-1)).toBe(`${ERASE}news: 1 of 9 mails; offers: …`);
});

test.each([
  ['a pipe', false, 'xterm'],
  ['a terminal that cannot go back', true, 'dumb'],
  ['a terminal of no kind', true, undefined],
])('there is none in %s', (_, isTTY, term) => {
  const { line, written } = on(isTTY, 80, term);
  expect(line.draw).toBeUndefined();
  line.write('started\n');
  line.end();
  expect(written).toEqual(['started\n']);
});
