import { expect, test } from '@jest/globals';
import { openOwnFaults } from '../../src/own-faults.ts';
import { openMetrics } from '../../src/runtime/metrics.ts';
import type { Verdict } from '../../src/verdict/verdict.ts';
import { verdictOf } from '../contract/store-values.ts';
import { logTo } from './callback/rig.ts';
import type { LogLine } from './callback/rig.ts';

const HOUR_MS = 3_600_000;
const NOTHING = { waiting: 0, claimed: 0, held: 0, delivered: 0, dead: 0, stopped: 0 };

test('the first of a reason is told at once, the rest once an hour with their number, all of it at the end', async () => {
  let nowMs = 1_800_000_000_000;
  const lines: LogLine[] = [];
  const log = logTo(lines);
  const look = () => Promise.resolve({ backlog: NOTHING, breakers: [], canaries: [], mailboxes: {} });
  const metrics = openMetrics('1', look);
  const faults = openOwnFaults(() => log, metrics, { nowMs: () => nowMs });
  const saw = (reason: Verdict['reason']): void => {
    faults.saw('campaigns', { ...verdictOf('a@example.com'), reason, about: 'sender', verdict: 'soft' });
  };
  const told = () => lines.splice(0).map(({ level, fields }) => `${level} ${fields['reason']} ${fields['count']}`);

  faults.expect('campaigns');
  saw('spamContent');
  expect(told()).toEqual(['warn spamContent 1']);
  for (let count = 0; count < 40; count += 1) saw('spamContent');
  saw('blocklisted');
  expect(told()).toEqual(['warn blocklisted 1']);
  nowMs += HOUR_MS - 1;
  faults.tell();
  expect(told()).toEqual([]);
  nowMs += 1;
  faults.tell();
  expect(told()).toEqual(['warn spamContent 40']);
  saw('spamContent');
  expect(told()).toEqual([]);
  faults.tell(true);
  expect(told()).toEqual(['warn spamContent 1']);

  const { text } = await metrics.render();
  expect(text).toContain('bounced_sender_faults_total{mailbox="campaigns",reason="spamContent"} 42');
  // Known from the beginning, so that the first one is seen as a rise.
  expect(text).toContain('bounced_sender_faults_total{mailbox="campaigns",reason="virus"} 0');
  // Nothing waits: no age that an alarm could take for a great one.
  expect(text).not.toMatch(/^bounced_outbox_oldest_event_timestamp_seconds \d/m);
});
