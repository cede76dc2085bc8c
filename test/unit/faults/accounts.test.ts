/**
 * The accountant must be able to find fault: balanced books, then each way in which they can lie.
 */
import { describe, expect, test } from '@jest/globals';
import { audit } from '../../faults/accounts.ts';
import type { Books } from '../../faults/accounts.ts';
import { chanceFrom } from '../../faults/chance.ts';

const HARD = { address: 'a@x.example', verdict: 'hard' } as const;
const SOFT = { address: 'b@x.example', verdict: 'soft' } as const;
const TS = 1_700_000_000;

const GOOD: Books = {
  mails: [{ digest: 'd1', bounce: HARD }, { digest: 'd2', bounce: SOFT }, { digest: 'd3' }],
  outcomes: ['d1', 'd2', 'd3'],
  events: [
    { ...HARD, state: 'delivered', ts: TS, ambiguous: 0 },
    { ...SOFT, state: 'delivered', ts: TS, ambiguous: 0 },
  ],
  counted: [
    { ...HARD, ts: TS },
    { ...SOFT, ts: TS },
  ],
  final: true,
};

function withFirst(change: Partial<Books['events'][number]>): Books['events'] {
  return GOOD.events.map((event, index) => (index === 0 ? { ...event, ...change } : event));
}

describe('the accountant', () => {
  test('is content when every bounce was counted once', () => {
    expect(audit(GOOD)).toEqual({
      ...{ mails: 3, outcomes: 3, events: 2, delivered: 2, waiting: 0, held: 0, dead: 0, counted: 2 },
      ...{ lost: 0, doubled: 0, repeated: 0, wrong: [] },
    });
  });

  test.each<[string, Partial<Books>, Partial<ReturnType<typeof audit>>, RegExp]>([
    [
      'a bounce without an event',
      { events: GOOD.events.slice(1), counted: GOOD.counted.slice(1) },
      { lost: 1 },
      /lost/,
    ],
    ['delivered, but never counted', { counted: GOOD.counted.slice(1) }, { lost: 1 }, /never counted/],
    ['counted twice, and not noted', { counted: [...GOOD.counted, { ...HARD, ts: TS }] }, { doubled: 1 }, /2 times/],
    ['no outcome for a mail', { outcomes: ['d1', 'd2'] }, { outcomes: 2 }, /no outcome for d3/],
    ['two outcomes for a mail', { outcomes: ['d1', 'd2', 'd3', 'd3'] }, {}, /second outcome/],
    ['an outcome for no mail', { outcomes: ['d1', 'd2', 'd3', 'd4'] }, {}, /nobody sent: d4/],
    ['two events for a bounce', { events: [...GOOD.events, ...withFirst({})] }, {}, /2 events for a@x/],
    ['an event for nobody', { events: withFirst({ address: 'c@x.example' }) }, {}, /c@x.example, who never/],
    ['the wrong verdict', { events: withFirst({ verdict: 'soft' }) }, {}, /is soft, not hard/],
    ['still waiting when all is over', { events: withFirst({ state: 'waiting', ambiguous: 1 }) }, {}, /still waiting/],
    ['held though proven', { events: withFirst({ state: 'held' }) }, { held: 1 }, /held or not/],
    ['dead though innocent', { events: withFirst({ state: 'dead' }) }, { dead: 1 }, /dead or not/],
    ['called a duplicate', { events: withFirst({ state: 'duplicate' }) }, {}, /is duplicate/],
    [
      'counted with another verdict',
      { counted: [{ ...SOFT, ...HARD, verdict: 'soft', ts: TS }] },
      {},
      /counted as soft/,
    ],
    ['counted with another time', { counted: [{ ...HARD, ts: TS + 1 }] }, {}, /counted with ts 1700000001/],
    ['counted without an event', { counted: [{ ...HARD, address: 'z@x.example', ts: TS }] }, {}, /and has no event/],
  ])('finds: %s', (_name, change, sums, words) => {
    const found = audit({ ...GOOD, ...change });
    expect(found).toMatchObject(sums);
    expect(found.wrong.join('\n')).toMatch(words);
  });

  test('finds an event that was counted and waits as if it never was, also before all is over', () => {
    const events = withFirst({ state: 'waiting' });
    expect(audit({ ...GOOD, events, final: false }).wrong.join()).toMatch(/as if it never was/);
    expect(audit({ ...GOOD, events: withFirst({ state: 'waiting', ambiguous: 1 }), final: false }).wrong).toEqual([]);
  });

  test('allows a repetition that was noted, and counts it', () => {
    const counted = [...GOOD.counted, { ...HARD, ts: TS }];
    expect(audit({ ...GOOD, counted, events: withFirst({ ambiguous: 1 }) })).toMatchObject({
      ...{ doubled: 0, repeated: 1, wrong: [] },
    });
  });

  test('a mail that was taken away may lead to nothing, an unproven one is held, a poisonous one is dead', () => {
    const [first, ...mails] = GOOD.mails;
    const gone = { ...GOOD, mails: [{ ...first, digest: 'd1', mayBeMissed: true }, ...mails], outcomes: ['d2', 'd3'] };
    expect(audit({ ...gone, events: GOOD.events.slice(1), counted: GOOD.counted.slice(1) })).toMatchObject({
      lost: 0,
      wrong: [],
    });
    for (const [mark, state] of [
      ['unproven', 'held'],
      ['poison', 'dead'],
    ] as const) {
      const marked = {
        ...GOOD,
        mails: [{ digest: 'd1', bounce: HARD, [mark]: true }, ...mails],
        counted: GOOD.counted.slice(1),
      };
      expect(audit({ ...marked, events: withFirst({ state }) }).wrong).toEqual([]);
      expect(audit(marked).wrong).not.toEqual([]);
    }
  });

  test('what the disk lost may be missing, but not uncounted; counted once more only where that was accepted', () => {
    const [first, ...mails] = GOOD.mails;
    const lost = { ...GOOD, outcomes: ['d2', 'd3'], events: GOOD.events.slice(1) };
    const marked = (marks: object): Books => ({ ...lost, mails: [{ digest: 'd1', ...first, ...marks }, ...mails] });
    expect(audit(marked({ forgotten: true }))).toMatchObject({ lost: 0, wrong: [] });
    expect(audit({ ...marked({ forgotten: true }), counted: GOOD.counted.slice(1) })).toMatchObject({ lost: 1 });
    const again = { outcomes: GOOD.outcomes, events: GOOD.events, counted: [...GOOD.counted, { ...HARD, ts: TS }] };
    expect(audit({ ...marked({ forgotten: true }), ...again })).toMatchObject({ doubled: 1 });
    expect(audit({ ...marked({ repeatable: true }), ...again })).toMatchObject({ doubled: 0, repeated: 1, wrong: [] });
  });

  test('while it goes on, mails may wait to be read and events to be posted', () => {
    const books = { ...GOOD, outcomes: ['d1'], events: withFirst({ state: 'waiting' }).slice(0, 1), counted: [] };
    expect(audit({ ...books, final: false }).wrong).toEqual([]);
    expect(audit(books)).toMatchObject({ lost: 1, waiting: 1 });
  });
});

describe('chance', () => {
  test('is the same for the same seed, another for another, and stays in its bounds', () => {
    const draw = (seed: number): number[] =>
      Array.from(
        { length: 200 },
        (
          chance => () =>
            chance.whole(3, 7)
        )(chanceFrom(seed)),
      );
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect([...new Set(draw(1))].sort()).toEqual([3, 4, 5, 6, 7]);
    const chance = chanceFrom(5);
    const share = Array.from({ length: 2_000 }, () => Number(chance.happens(0.25))).reduce((sum, one) => sum + one, 0);
    expect(share).toBeGreaterThan(400);
    expect(share).toBeLessThan(600);
  });
});
