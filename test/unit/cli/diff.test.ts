/**
 * `bounced diff`: what an upgrade or a rule of one's own would change is seen, and nothing is changed by looking.
 */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findCommand } from '../../../src/cli/commands.ts';
import { rawFromSource } from '../../../src/message/message.ts';
import { readMails } from '../../../src/read-mail.ts';
import { DEFAULT_POLICY, wholeVerdict } from '../../../src/verdict/verdict.ts';
import type { Verdict } from '../../../src/verdict/verdict.ts';
import { chunkOf, eventOf, NOW, outcomeOf, TTL, verdictOf } from '../../contract/store-values.ts';
import { bounceNumber } from '../../servers/synthetic.ts';
import { captured } from './captured.ts';
import type { Captured } from './captured.ts';
import { outboxFolder } from './outbox-folder.ts';
import type { OutboxFolder } from './outbox-folder.ts';

const RECEIVER = { user: 'news@shop.example', authservId: 'mx.google.com' };

let outbox: OutboxFolder;

beforeEach(async () => {
  outbox = await outboxFolder();
});

afterEach(async () => {
  await outbox.remove();
});

const diff = async (...words: string[]): Promise<Captured> =>
  captured(await findCommand('diff', [...words, '--config', outbox.config]));

async function verdictsOf(n: number): Promise<readonly Verdict[]> {
  const mails = await readMails([rawFromSource(bounceNumber(n).report)], DEFAULT_POLICY, NOW, RECEIVER);
  return mails.flatMap(({ verdicts }) => verdicts.map(wholeVerdict));
}

async function record(n: number, verdicts: readonly Verdict[], readBy: string): Promise<void> {
  await outbox.with(async store => {
    const lease = await store.lease('daemon', NOW, TTL);
    const outcome = outcomeOf(n, { verdicts });
    await store.record(lease, { ...chunkOf(n, { outcomes: [outcome], events: [eventOf(n)] }), readBy }, NOW);
    await store.release(lease);
  });
}

/** As an earlier version had decided it, by less than is known today. */
const misjudged = (verdict: Verdict): Verdict => ({ ...verdict, verdict: 'soft', reason: 'unknown', evidence: [] });

test('says so where nothing would be another', async () => {
  await record(1, await verdictsOf(1), '0.1.0');
  const { out, err, exit } = await diff();
  expect({ out, exit }).toEqual({ out: 'every verdict that could be decided again would be the same\n', exit: 0 });
  expect(err).toBe('bounced: 1 verdicts decided again: 1 the same, 0 another\n');
});

test('what the version before had decided otherwise: counted, listed with the line that decides today', async () => {
  const [one, two] = [await verdictsOf(1), await verdictsOf(2)];
  await record(1, one.map(misjudged), '0.1.0');
  await record(2, two, '0.1.0');
  const { out, err } = await diff();
  const { recipient, verdict, reason, evidence } = one[0]!;
  expect(out.split('\n')[1]).toMatch(new RegExp(`^soft unknown +${verdict} ${reason} +1$`));
  expect(out).toContain(`campaigns UID 1  ${recipient}  soft unknown, today ${verdict} ${reason}\n`);
  expect(out).toContain(evidence[0]!.rule);
  expect(err).toBe('bounced: 2 verdicts decided again: 1 the same, 1 another\n');
  const events = await outbox.with(store => store.list({ limit: 9 }));
  expect(events.map(({ state }) => state)).toEqual(['waiting', 'waiting']);
});

test('--before leaves out what a later version decided, by number and not by letter; --mailbox another one', async () => {
  const verdicts = (await verdictsOf(1)).map(misjudged);
  await record(1, verdicts, '0.9.0');
  await record(2, verdicts, '0.10.0');
  expect((await diff('--before', '0.10.0')).err).toContain('1 another');
  expect((await diff('--before', '0.9.0')).err).toContain('0 another');
  expect((await diff('--mailbox', 'other')).err).toContain('0 verdicts decided again');
  await expect(diff('--before', 'last')).rejects.toMatchObject({ exit: 64 });
});

test('a rule of one’s own is tried on what is recorded', async () => {
  await record(1, await verdictsOf(1), '0.1.0');
  await writeFile(
    join(outbox.folder, 'rules.toml'),
    '[[rule]]\nmatch = "quota exceeded"\nreason = "policy"\nsource = "a talk with their postmaster"\nexamples = ["552 quota exceeded"]\n',
  );
  await appendFile(outbox.config, '\n[verdict]\nrules_file = "rules.toml"\n');
  const [record1] = await verdictsOf(1);
  expect(record1?.diagnostic).toMatch(/quota exceeded/i);
  const { out } = await diff('--json');
  const found = JSON.parse(out) as Record<string, unknown>;
  expect(found).toMatchObject({
    address: record1?.recipient,
    before: { reason: record1?.reason },
    now: { reason: 'policy' },
    uid: 1,
    readBy: '0.1.0',
  });
});

test('what cannot be decided again is counted, with the way to see it all the same', async () => {
  await record(1, [verdictOf('a@example.com')], '0.1.0');
  const { err } = await diff();
  expect(err).toContain('1 cannot be');
  expect(err).toContain('replay');
});

test('no more are listed than asked for, and the rest is told', async () => {
  for (const n of [1, 2, 3]) await record(n, (await verdictsOf(n)).map(misjudged), '0.1.0');
  const { out } = await diff('--limit', '1');
  expect(out.match(/ UID /g)).toHaveLength(1);
  expect(out).toContain('and 2 more: --limit 3 lists them all');
});
