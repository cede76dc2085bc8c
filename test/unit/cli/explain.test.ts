/**
 * `bounced explain`: the answer in one sentence, for each way it can have gone, and the road behind it.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { explainCommand } from '../../../src/cli/explain.ts';
import { heldOf, NOW, verdictOf } from '../../contract/store-values.ts';
import { captured } from './captured.ts';
import type { Captured } from './captured.ts';
import { outboxFolder } from './outbox-folder.ts';
import type { OutboxFolder } from './outbox-folder.ts';

const TAKEN = { as: 'delivered', because: 'HTTP 200' } as const;
const SOON = { as: 'retry', nextAtSeconds: NOW, countsAsAttempt: true } as const;
const DOWN = { ...SOON, because: 'HTTP 503: down', ambiguous: false } as const;
const LOST = { ...SOON, because: 'no answer (ECONNRESET)', ambiguous: true } as const;
const JANE = { who: 'jane', because: 'their server lied' };
const MAIL = `From: mailer-daemon@mx.example.net
To: news@shop.example
Message-ID: <bounce-1@mx.example>
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; customer1@example.com
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: message/rfc822

Message-ID: <campaign-1@shop.example>

--b--
`;

let outbox: OutboxFolder;

beforeEach(async () => {
  outbox = await outboxFolder();
});

afterEach(() => outbox.remove());

async function explain(...words: string[]): Promise<Captured> {
  return captured(explainCommand([...words, '--config', outbox.config]));
}

async function sentence(word: string): Promise<string> {
  return (await explain(word)).out.split('\n')[0] ?? '';
}

describe('why was this customer unsubscribed', () => {
  test('by which bounce, why, when it was taken; the road below: evidence, proof, each request', async () => {
    await outbox.tell({ n: 1, posts: [DOWN, DOWN, TAKEN], atSeconds: NOW });
    const { out, exit } = await explain('Customer1@Example.COM');
    const [first, ...road] = out.split('\n');
    expect(first).toMatch(
      /^Customer1@Example\.COM was unsubscribed: a hard bounce of \d{4}-.* UTC \(userUnknown: there is/,
    );
    expect(first).toMatch(/"550 5\.1\.1 no such user"\) was posted to "clevertap", which took it at \d{4}-.* UTC$/);
    const text = road.join('\n');
    expect(text).toMatch(/^mail {6}campaigns: All Mail, UID 1 <bounce-1@mx\.example>, read at /m);
    expect(text).toMatch(/^original {2}<campaign-1@shop\.example>$/m);
    expect(text).toMatch(/line {4}"550 5\.1\.1 no such user" \(delivery-status\)\n +rule {4}user unknown/);
    expect(text).toMatch(/^proof {5}sent: <campaign-1@shop\.example> is in Sent, and went to this very address$/m);
    expect(text).toMatch(
      /^post {6}2 times from .* UTC to .* UTC: failed: HTTP 503: down\npost {6}.* delivered: HTTP 200$/m,
    );
    expect(text).toMatch(/^now {7}delivered$/m);
    expect(exit).toBe(0);
  });

  test.each([
    ['waits', { posts: [DOWN] }, /was not unsubscribed yet: a hard .* waits for "clevertap", .*HTTP 503: down$/],
    ['posted without an answer', { posts: [LOST] }, /may have been unsubscribed: .* without a clear answer; it waits/],
    ['held', { held: heldOf(1) }, /was not unsubscribed yet: .* is held and not posted: the original is not in Sent$/],
    [
      'refused',
      { posts: [{ as: 'buried', because: 'HTTP 400: bad' } as const] },
      /was not unsubscribed: .* was refused by "clevertap" for good: HTTP 400: bad$/,
    ],
    [
      'soft',
      { event: { verdict: 'soft' }, posts: [TAKEN] } as const,
      /was not unsubscribed: 1 soft bounce, which unsubscribe/,
    ],
    [
      'not posted',
      {
        outcome: {
          eventIds: [],
          because: 'hard other@example.com (sent); not posted customer1@example.com: older than max_age',
        },
      },
      /was not unsubscribed: 1 mail speaks of it, and nothing was to be posted: older than max_age$/,
    ],
  ])('%s', async (_title, story, words) => {
    await outbox.tell({ n: 1, atSeconds: NOW, ...story });
    expect(await sentence('customer1@example.com')).toMatch(words);
  });

  test('and was resubscribed since; but a later hard bounce counts', async () => {
    await outbox.tell({ n: 1, posts: [TAKEN], atSeconds: NOW });
    await outbox.with(store => store.act('undo', ['event-1'], JANE, NOW + 600));
    expect(await sentence('customer1@example.com')).toMatch(
      /was unsubscribed for a hard bounce of .*, and resubscribed at .* by jane: their server lied$/,
    );
    await outbox.tell({ n: 2, event: { address: 'customer1@example.com' }, posts: [TAKEN], atSeconds: NOW + 900 });
    expect(await sentence('customer1@example.com')).toMatch(/customer1@example\.com was unsubscribed: /);
  });

  test('of a report on several, the others are left out', async () => {
    const verdicts = [1, 2].map(n => verdictOf(`customer${n}@example.com`));
    await outbox.tell({ n: 1, outcome: { verdicts }, posts: [TAKEN], atSeconds: NOW });
    expect((await explain('customer1@example.com')).out).not.toContain('customer2@');
    const other = await explain('customer2@example.com');
    expect(other.out).toMatch(/^customer2@example\.com was not unsubscribed: /);
    expect(other.out).not.toContain('event-1');
  });

  test('one whose mail was passed on: asked by either address', async () => {
    const outcome = { verdicts: [verdictOf('elsewhere@example.net')] };
    const event = { verdict: 'soft', proof: 'sent-forwarded' } as const;
    await outbox.tell({ n: 1, event, outcome, posts: [TAKEN], atSeconds: NOW });
    expect(await sentence('customer1@example.com')).toMatch(/1 soft bounce/);
    const { out } = await explain('elsewhere@example.net');
    expect(out).toMatch(/^event {5}event-1: soft for customer1@example\.com/m);
    expect(out).toMatch(/^proof {5}sent-forwarded: .*so it was passed on: soft$/m);
  });
});

describe('asked otherwise', () => {
  test('by the Message-ID of the bounce, or of the mail that bounced', async () => {
    await outbox.tell({ n: 1, posts: [TAKEN], atSeconds: NOW }, { n: 2, posts: [TAKEN], atSeconds: NOW });
    expect(await sentence('<bounce-1@mx.example>')).toBe('<bounce-1@mx.example> is a bounce: hard');
    const { out } = await explain('campaign-2@shop.example');
    expect(out).toMatch(/^<campaign-2@shop\.example> bounced, by 1 report: hard\n/);
    expect(out).toMatch(/UID 2 <bounce-2@mx\.example>/);
    expect(out).not.toContain('bounce-1@');
  });

  test('with a saved mail: its verdicts, and with a configuration what is recorded of it', async () => {
    const file = join(outbox.folder, 'mail.eml');
    await writeFile(file, MAIL);
    const alone = await captured(explainCommand([file]));
    expect(alone.out).toMatch(/^mail\.eml: customer1@example\.com {2}hard {2}userUnknown/);
    expect(alone.out).toMatch(/\noriginal {2}<campaign-1@shop\.example>\nproof {5}not asked: /);
    // A configuration whose daemon has never run is enough to read by.
    expect((await explain(file)).out).toMatch(/\nrecorded {2}nothing: /);
    await outbox.tell({ n: 1, posts: [TAKEN], atSeconds: NOW });
    expect((await explain(file)).out).toMatch(
      /\nrecorded: <bounce-1@mx\.example> is a bounce: hard\n[^]*\nnow {7}delivered\n$/,
    );
    const json = JSON.parse((await explain(file, '--json')).out) as object;
    expect(json).toMatchObject({
      ...{ file: 'mail.eml', isBounce: true, originals: ['campaign-1@shop.example'] },
      recipients: [{ address: 'customer1@example.com', verdict: 'hard' }],
      roads: [{ events: [{ state: 'delivered' }] }],
    });
  });

  test('for programs: the fate, the sentence, and the roads with times in epoch seconds', async () => {
    await outbox.tell({ n: 1, posts: [LOST, TAKEN], atSeconds: NOW });
    const told = JSON.parse((await explain('customer1@example.com', '--json')).out) as object;
    expect(told).toMatchObject({
      ...{ asked: 'customer1@example.com', fate: 'unsubscribed', more: false },
      answer: await sentence('customer1@example.com'),
      roads: [
        {
          mail: { uid: 1, recordedAt: NOW, messageId: 'bounce-1@mx.example', recipients: [{ reason: 'userUnknown' }] },
          events: [
            {
              ...{ id: 'event-1', state: 'delivered', proof: 'sent', recordedAt: NOW, settledAt: NOW + 120 },
              posts: [
                { firstAt: NOW + 60, lastAt: NOW + 60, times: 1, outcome: 'unclear', answer: 'no answer (ECONNRESET)' },
                { firstAt: NOW + 120, outcome: 'delivered', answer: 'HTTP 200' },
              ],
              acts: [],
            },
          ],
        },
      ],
    });
  });

  test('of many mails the last ones, and that there are more', async () => {
    const event = { address: 'often@example.com' };
    for (const n of [1, 2, 3]) await outbox.tell({ n, event, posts: [TAKEN], atSeconds: NOW + n });
    const { out } = await explain('often@example.com', '--limit', '2');
    expect(out).not.toContain('UID 1 ');
    expect(out).toMatch(/UID 2 [^]*UID 3 [^]*there are older mails; --limit N shows more\n$/);
  });

  test('nothing a mail wrote steers the terminal', async () => {
    const nasty = '\u001b[2Jx\u202e\nnow       delivered';
    const verdict = { ...verdictOf('customer1@example.com'), diagnostic: nasty, because: nasty };
    await outbox.tell({ n: 1, outcome: { verdicts: [verdict], because: nasty }, atSeconds: NOW });
    for (const word of ['customer1@example.com', '<bounce-1@mx.example>']) {
      const { out } = await explain(word);
      for (const character of ['\u001b', '\u202e']) expect(out).not.toContain(character);
      expect(out).not.toMatch(/^now {7}delivered/m);
    }
  });
});

describe('mistakes', () => {
  test('an address or a Message-ID of which nothing is recorded', async () => {
    await outbox.tell({ n: 1, atSeconds: NOW });
    for (const word of ['nobody@example.com', '<nothing@mx.example>', 'rubbish']) {
      await expect(explain(word)).rejects.toMatchObject({ exit: 65, message: `nothing is recorded of ${word}` });
    }
  });

  test('a file that is not there, and no outbox', async () => {
    const { exit, err } = await explain('./nowhere.eml');
    expect({ exit, err }).toMatchObject({ exit: 65, err: expect.stringContaining('nowhere.eml: is not there') });
    await expect(explain('a@example.com')).rejects.toMatchObject({ exit: 74 });
  });

  test.each([
    [[], 'expected an ADDRESS'],
    [[' '], 'expected an ADDRESS'],
    [['a@example.com', 'b@example.com'], 'one argument too many'],
    [['a@example.com', '--limit', '0'], '--limit expects'],
    [['a@example.com', '--jsn'], 'did you mean "--json"'],
  ])('%j', (words, message) => {
    expect(() => explainCommand([...words, '--config', 'x'])).toThrow(message);
  });

  test('without --config only files can be told', async () => {
    await expect(captured(explainCommand(['a@example.com']))).rejects.toThrow('--config FILE is missing');
  });
});
