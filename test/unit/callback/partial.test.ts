/**
 * A 2xx that names events as unprocessed: who is delivered, buried, tried again.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startRig } from './rig.ts';
import type { Rig } from './rig.ts';

let rig: Rig;

beforeEach(async () => {
  rig = await startRig();
});

afterEach(() => rig.stop());

function levels(): string[] {
  return rig.lines.map(({ level }) => level);
}

describe('a 2xx that took only a part', () => {
  const shapes = [
    {
      error: '1 event(s) failed to process',
      TOTAL_EVENTS: 3,
      PROCESSED_EVENTS: 2,
      UNPROCESSED_EVENTS: [{ type: 'hard_bounce', email: 'B@example.com', errorDescription: 'Invalid email format' }],
    },
    {
      status: 'partial_success',
      processed: 2,
      unprocessed: 1,
      unprocessed_events: [{ email: 'b@example.com', error: 'invalid meta' }],
    },
    {
      error: '1 event(s) failed to process',
      UNPROCESSED_EVENTS: [
        { event: 'hardbounce', data: [{ e: 'b@example.com', ts: 1 }], error: 'Could not map event to any bounce type' },
      ],
    },
  ];

  test.each(shapes)('buries the one at fault and delivers the others: %j', async shape => {
    await rig.add('a@example.com', 'b@example.com', 'c@example.com');
    rig.receiver.answer = () => ({ status: 200, body: JSON.stringify(shape) });
    await rig.deliver();
    expect(await rig.backlog()).toMatchObject({ delivered: 2, dead: 1, waiting: 0 });
    const buried = rig.lines.find(({ level }) => level === 'error');
    expect(buried?.fields).toMatchObject({ address: 'b@example.com', callback: 'clevertap' });
    expect(rig.receiver.requests).toHaveLength(1);
  });

  test('tries again those that may be taken later, while new events go on', async () => {
    await rig.add('a@example.com', 'b@example.com');
    const listed = [{ email: 'b@example.com', error: 'profile store is busy' }];
    rig.receiver.answer = (_posted, index) =>
      index === 0 ? { body: JSON.stringify({ unprocessed_events: listed }) } : { status: 200 };
    await rig.deliver();
    expect(await rig.backlog()).toMatchObject({ delivered: 1, waiting: 1, dead: 0 });
    await rig.add('new@example.com');
    await rig.deliver();
    expect(await rig.untilNext()).toBeGreaterThan(500);
    await rig.deliver();
    expect(rig.posted()).toEqual([['a@example.com', 'b@example.com'], ['new@example.com'], ['b@example.com']]);
    expect(await rig.backlog()).toMatchObject({ delivered: 3, waiting: 0 });
  });

  test('buries none when all are named as at fault', async () => {
    await rig.add('a@example.com', 'b@example.com');
    const listed = ['a', 'b'].map(name => ({ email: `${name}@example.com`, error: 'invalid meta' }));
    rig.receiver.answer = () => ({ body: JSON.stringify({ unprocessed_events: listed }) });
    await rig.deliver();
    expect(await rig.backlog()).toMatchObject({ delivered: 0, dead: 0, waiting: 2 });
    expect(levels()).toContain('error');
  });

  test.each([
    ['a name that was not posted', '{"unprocessed_events":[{"email":"stranger@example.com","error":"invalid meta"}]}'],
    ['no names', '{"status":"partial_success","processed":1,"unprocessed":1}'],
    ['entries without addresses', '{"UNPROCESSED_EVENTS":[{"errorDescription":"invalid meta"}]}'],
    ['a list longer than what is read', `{"UNPROCESSED_EVENTS":[${'{"email":"a@example.com"},'.repeat(4_000)}`],
  ])('with %s: nobody knows what was taken, so all wait long and are marked', async (_what, body) => {
    await rig.add('a@example.com', 'b@example.com');
    rig.receiver.answer = () => ({ body });
    await rig.deliver();
    expect(await rig.backlog()).toMatchObject({ delivered: 0, dead: 0, waiting: 2 });
    expect(await rig.untilNext()).toBe(600);
    expect(rig.lines.at(-1)).toMatchObject({ level: 'warn', fields: { mayRepeat: true } });
  });

  test.each(['{"error":"internal failure"}', '{"status":"fail","code":512}', '{"processed":0,"unprocessed":2}'])(
    'nothing of it, as in %s: not delivered, tried again later',
    async body => {
      await rig.add('a@example.com', 'b@example.com');
      rig.receiver.answer = (_posted, index) => (index === 0 ? { body } : {});
      await rig.deliver();
      expect(await rig.backlog()).toMatchObject({ delivered: 0, waiting: 2 });
      expect(await rig.untilNext()).toBe(600);
      await rig.deliver();
      expect(await rig.backlog()).toMatchObject({ delivered: 2 });
    },
  );
});
