import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import { stopSignals } from '../../../src/runtime/signals.ts';

test('the first signal asks to drain, the second, of either kind, to end at once', () => {
  const program = new EventEmitter();
  const { drain, atOnce } = stopSignals(program);
  const state = (): boolean[] => [drain.aborted, atOnce.aborted];
  expect(state()).toEqual([false, false]);
  program.emit('SIGTERM');
  expect(state()).toEqual([true, false]);
  program.emit('SIGINT');
  expect(state()).toEqual([true, true]);
});
