import { describe, expect, test } from '@jest/globals';
import { eventRecord, eventSheet, eventTable, heldTable, shortId } from '../../../src/cli/event-lines.ts';
import { scheduleLines } from '../../../src/cli/schedule-lines.ts';
import type { KeptEvent } from '../../../src/outbox/outbox.ts';

const NOW = 1_800_000_000;

function kept(more: Partial<KeptEvent>): KeptEvent {
  return {
    ...{ seq: 1, id: 'a1b2c3d4e5f60718293a4b5c6d7e8f90', mailbox: 'campaigns', callback: 'clevertap' },
    ...{ address: 'jane@example.com', verdict: 'hard', tsSeconds: NOW - 3_600, state: 'waiting' },
    ...{ recordedAtSeconds: NOW, attempts: 0, ambiguous: 0, originalMessageIds: [] },
    ...more,
  };
}

describe('a line an event', () => {
  test.each([
    ['due', { nextAtSeconds: NOW - 5 }, /waiting +hard .* 0 +now$/],
    ['in seconds', { nextAtSeconds: NOW + 45 }, /in 45 s$/],
    ['in minutes', { nextAtSeconds: NOW + 600 }, /in 10 min$/],
    ['in hours', { nextAtSeconds: NOW + 6 * 3_600 }, /in 6 h$/],
    [
      'in doubt',
      { nextAtSeconds: NOW, ambiguous: 1, lastAnswer: 'no answer' },
      /now +no answer \(may have been counted\)$/,
    ],
    ['stopped', { state: 'stopped', nextAtSeconds: NOW } as const, /stopped .* after reset$/],
    ['claimed', { state: 'claimed', nextAtSeconds: NOW } as const, /claimed .* being posted$/],
    ['delivered', { state: 'delivered', ambiguous: 1, lastAnswer: 'HTTP 503' } as const, /delivered .* -$/],
  ])('%s', (_title, more, line) => {
    expect(eventTable([kept(more)], NOW).split('\n')[1]).toMatch(line);
  });

  test('shows when a held one is looked up, or that it never is', () => {
    const lines = heldTable(
      [kept({ state: 'held', nextAtSeconds: NOW + 1_800, missing: 'gone' }), kept({ state: 'held', missing: 'gone' })],
      NOW,
    );
    expect(lines).toMatch(/in 30 min +gone\n.*never by itself +gone$/);
  });
});

test('nothing a mail or a server wrote steers the terminal, in any form', () => {
  const nasty = '\u001b[2Jx\u202e\nid  dead';
  const event = kept({ address: nasty, lastAnswer: nasty, missing: nasty, state: 'held', originalMessageIds: [nasty] });
  const acts = [{ atSeconds: NOW, who: nasty, act: 'drop', because: nasty }] as const;
  const place = { mailbox: nasty, folder: nasty, uid: 1, recordedAtSeconds: NOW, originalMessageIds: [nasty] };
  const message = { ...place, kind: nasty, because: nasty, verdicts: [] };
  const post = { firstAtSeconds: NOW, lastAtSeconds: NOW, times: 1, outcome: 'failed', answer: nasty } as const;
  const texts = [
    eventTable([event], NOW),
    heldTable([event], NOW),
    eventSheet({ ...event, acts, message, posts: [post] }, NOW),
  ];
  for (const text of texts) {
    expect(text).not.toContain('\u001b');
    expect(text).not.toContain('\u202e');
    expect(text).not.toContain('\nid  dead');
  }
  expect(shortId(nasty)).not.toContain('\u001b');
});

test('for programs, times are epoch seconds and what is unknown is left out', () => {
  const record = JSON.parse(JSON.stringify(eventRecord(kept({ nextAtSeconds: NOW })))) as object;
  expect(record).toEqual({
    ...{ id: 'a1b2c3d4e5f60718293a4b5c6d7e8f90', state: 'waiting', mailbox: 'campaigns', callback: 'clevertap' },
    ...{ address: 'jane@example.com', verdict: 'hard', ts: NOW - 3_600, originalMessageIds: [] },
    ...{ recordedAt: NOW, nextAt: NOW, attempts: 0, ambiguous: 0 },
  });
});

test('the retry schedule names each way a request can fail, with its first and its longest wait', () => {
  const text = scheduleLines().join('\n');
  expect(text).toMatch(/10 min, doubling up to 6 h +a random part of it +408, 429 and 5xx/);
  expect(text).toMatch(/1 s, doubling up to 5 min +a random part of it +refused before/);
  expect(text).toMatch(/15 min +all of it +401, 403/);
});
